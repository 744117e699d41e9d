# Runs $SUNPYTER_SCRIPT in the environment of a login shell. bash 3.2 or later.
export SUNPYTER_SCRIPT
SUNPYTER_RUN='exec /bin/bash -c '\''eval "$SUNPYTER_SCRIPT"'\'
case ${SHELL##*/} in
  bash | zsh | fish)
    exec 9<&0 </dev/null
    exec "$SHELL" -l -c "$SUNPYTER_RUN"
    ;;
  sh | dash | ash)
    # A first letter "-" of its own name says "login shell" where there is no -l.
    exec 9<&0 </dev/null
    exec -a "-${SHELL##*/}" "$SHELL" -c "$SUNPYTER_RUN"
    ;;
  csh | tcsh | *ksh*)
    exec -a "-${SHELL##*/}" "$SHELL" -c "$SUNPYTER_RUN"
    ;;
  *)
    exec 9<&0 </dev/null
    exec /bin/bash -l -c "$SUNPYTER_RUN"
    ;;
esac
