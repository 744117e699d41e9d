# Begins every script of ours: after bash -p, which imports no functions, options and
# search paths, and reads no $BASH_ENV, these are left that change how bash and the usual
# commands work. Soft limits are raised, in so far as they may be.
set +o posix
unset -v POSIXLY_CORRECT TMOUT CDPATH GLOBIGNORE EXECIGNORE FUNCNEST BASH_COMPAT GREP_OPTIONS GREP_COLORS TAR_OPTIONS
export -n SHELLOPTS BASHOPTS
IFS=$' \t\n'
ulimit -S -f hard -t hard -v hard -d hard -u hard 2>/dev/null
