# Run in the job by bash as a login shell, with what the user's login files define and the
# options that they set; the steps of slurm.Environment follow. Commands may not work as they
# do by default.
# The lines here are read without aliases, even of keywords; set-up lines with them, see environment.go. builtin and
# command are themselves.
\unset -f builtin command
sunpyter_aliases=-u
\builtin shopt -q expand_aliases && sunpyter_aliases=-s
\builtin shopt -u expand_aliases
sunpyter_step=
sunpyter_dir=${BASH_SOURCE[0]%/*}
sunpyter_fail() {
  sunpyter_step=
  \builtin printf '%s\n%s' "$1" "$2" >|"$sunpyter_dir/failed"
  \builtin exit 1
}
trap '[ -z "$sunpyter_step" ] || sunpyter_fail environment-failed "$sunpyter_step: it ended the shell"' EXIT
: >|"$sunpyter_dir/begun"
