# Finds the module command. A batch script has it if the login shell exports it; otherwise its
# start file is found by the login shell's variables, or in one of the usual places.
if ! type module >/dev/null 2>&1; then
  for sunpyter_file in "${MODULESHOME:-/none}/init/bash" "${LMOD_PKG:-/none}/init/bash" \
    "${LMOD_DIR:-/none/x}/../init/bash" /etc/profile.d/{lmod,z00_lmod,modules,00-modulepath}.sh \
    /usr/share/{lmod/lmod,modules,Modules}/init/bash /etc/profile; do
    if [ -r "$sunpyter_file" ]; then . "$sunpyter_file"; fi
    if type module >/dev/null 2>&1; then break; fi
  done
fi
type module >/dev/null 2>&1 || sunpyter_because "there is no module command on $HOSTNAME"
