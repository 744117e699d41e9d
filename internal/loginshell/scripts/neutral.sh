# Begins every script: undoes what else changes how bash and the usual commands work, after
# bash -p, which imports no functions, options and search paths, and reads no $BASH_ENV. Soft
# limits are raised as far as possible.
set +o posix
unset -v POSIXLY_CORRECT TMOUT CDPATH GLOBIGNORE EXECIGNORE FUNCNEST BASH_COMPAT GREP_OPTIONS GREP_COLORS TAR_OPTIONS
export -n SHELLOPTS BASHOPTS
IFS=$' \t\n'
ulimit -S -f hard -t hard -v hard -d hard -u hard 2>/dev/null
