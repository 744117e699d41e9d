sunpyter_step=
exec {sunpyter_fd}>&-
unset -f sunpyter_words sunpyter_begin sunpyter_ended sunpyter_because
unset -v sunpyter_aliases sunpyter_fd sunpyter_file sunpyter_hook sunpyter_env sunpyter_conda sunpyter_mamba sunpyter_pixi
case $sunpyter_flags in *u*) set -u ;; *) set +u ;; esac
case $sunpyter_flags in *e*) set -e ;; *) set +e ;; esac
unset -v sunpyter_flags
