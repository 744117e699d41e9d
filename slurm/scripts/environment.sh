# Sets up the job's environment, step by step. bash 4.1 or later.
# The caller defines sunpyter_fail CODE MESSAGE, which does not return, and the directory
# sunpyter_dir. sunpyter_step is the title of the running step, and empty between steps.
# The caller has turned aliases off; sunpyter_aliases is -s if set-up lines have them.
sunpyter_flags=$-
set +eu
sunpyter_step='preparing the environment'
exec {sunpyter_fd}>>"$sunpyter_dir/errors" || sunpyter_fail environment-failed "no file can be written in $sunpyter_dir on $HOSTNAME"
# Prints the end of the step's standard error on one line, without what Lmod adds to each error.
sunpyter_words() {
  LC_ALL=C \command sed '/^While processing the following module/,/^ *$/d; /^Please check the spelling or version/,/start with the string #%Module/d' "$sunpyter_dir/errors" |
    \command tail -n 5 | LC_ALL=C \command tr -s '[:cntrl:]' ' ' | \command tail -c 500
}
# Begins a step with this title.
sunpyter_begin() {
  sunpyter_step=$1
  \builtin printf '%s\n' "$1" >|"$sunpyter_dir/step"
}
# Ends a step that ran with this status.
sunpyter_ended() {
  \builtin shopt -q expand_aliases && sunpyter_aliases=-s
  \builtin shopt -u expand_aliases
  \command cat "$sunpyter_dir/errors" >&2
  if [ "$1" -ne 0 ]; then
    sunpyter_fail environment-failed "$sunpyter_step: $(sunpyter_words)"
  fi
  : >|"$sunpyter_dir/errors"
}
# Prints why a step fails, and fails.
sunpyter_because() {
  \builtin printf '%s\n' "$1" >&2
  return 1
}
