# Sets the job's environment up, step by step. bash 4.1 or later.
# sunpyter_fail CODE MESSAGE is the caller's and does not return.
# sunpyter_step is the title of the step that runs; it is empty between steps.
sunpyter_flags=$-
set +eu
sunpyter_step='preparing the environment'
if ! sunpyter_file=$(mktemp "${TMPDIR:-/tmp}/sunpyter.XXXXXXXX") || ! exec {sunpyter_fd}>>"$sunpyter_file"; then
  sunpyter_fail environment-failed "no temporary file can be written in ${TMPDIR:-/tmp} on $HOSTNAME"
fi
rm -f -- "$sunpyter_file"
# The last lines that the step wrote on standard error, in one line.
sunpyter_words() {
  tail -n 5 "/dev/fd/$sunpyter_fd" | LC_ALL=C tr -s '[:cntrl:]' ' ' | tail -c 500
}
# Ends a step that ran with this status.
sunpyter_ended() {
  cat "/dev/fd/$sunpyter_fd" >&2
  if [ "$1" -ne 0 ]; then
    sunpyter_fail environment-failed "$sunpyter_step: $(sunpyter_words)"
  fi
  : >"/dev/fd/$sunpyter_fd"
}
# Says a step's own reason and fails it.
sunpyter_because() {
  printf '%s\n' "$1" >&2
  return 1
}
