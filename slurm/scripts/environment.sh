# Sets the job's environment up, step by step. bash 4.1 or later.
# sunpyter_fail CODE MESSAGE is the caller's and does not return; sunpyter_dir is a
# directory of the caller's. sunpyter_step is the title of the step that runs; it is empty
# between steps.
sunpyter_flags=$-
set +eu
sunpyter_step='preparing the environment'
exec {sunpyter_fd}>>"$sunpyter_dir/errors" || sunpyter_fail environment-failed "no file can be written in $sunpyter_dir on $HOSTNAME"
# The last lines that the step wrote on standard error, in one line.
sunpyter_words() {
  \command tail -n 5 "$sunpyter_dir/errors" | LC_ALL=C \command tr -s '[:cntrl:]' ' ' | \command tail -c 500
}
# Begins a step with this title.
sunpyter_begin() {
  sunpyter_step=$1
  \builtin printf '%s\n' "$1" >|"$sunpyter_dir/step"
}
# Ends a step that ran with this status.
sunpyter_ended() {
  \command cat "$sunpyter_dir/errors" >&2
  if [ "$1" -ne 0 ]; then
    sunpyter_fail environment-failed "$sunpyter_step: $(sunpyter_words)"
  fi
  : >|"$sunpyter_dir/errors"
}
# Prints a step's own reason and fails it.
sunpyter_because() {
  \builtin printf '%s\n' "$1" >&2
  return 1
}
