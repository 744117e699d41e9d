# Run in the job by bash as a login shell, so that the environment is set up in the user's
# own: with what the login files define, and under the options that they set. Above the
# steps of slurm.Environment. Here nothing may rely on how commands work by default.
sunpyter_step=
sunpyter_dir=${BASH_SOURCE[0]%/*}
sunpyter_fail() {
  sunpyter_step=
  \builtin printf '%s\n%s' "$1" "$2" >|"$sunpyter_dir/failed"
  \builtin exit 1
}
trap '[ -z "$sunpyter_step" ] || sunpyter_fail environment-failed "$sunpyter_step: it ended the shell"' EXIT
: >|"$sunpyter_dir/begun"
