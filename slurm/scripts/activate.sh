# Activates the environment in the folder $sunpyter_env, without the program that made it: conda
# and the like need not be found, or set up in the shell. One of conda that is active is left.
if [ -n "${CONDA_PREFIX-}" ] && [ "$CONDA_PREFIX" != "$sunpyter_env" ]; then
  while IFS= read -r sunpyter_file; do
    if [ -n "$sunpyter_file" ]; then . "$sunpyter_file"; fi
  done <<<"$(\command find "$CONDA_PREFIX/etc/conda/deactivate.d" -name '*.sh' 2>/dev/null | LC_ALL=C \command sort)"
  unset -v CONDA_PREFIX CONDA_DEFAULT_ENV
fi
if [ ! -x "$sunpyter_env/bin/python" ] && [ ! -x "$sunpyter_env/bin/python3" ]; then
  sunpyter_because "there is no Python in it on $HOSTNAME"
elif [ -d "$sunpyter_env/conda-meta" ]; then
  export CONDA_PREFIX=$sunpyter_env CONDA_DEFAULT_ENV=${sunpyter_env##*/} PATH=$sunpyter_env/bin:$PATH
  unset -v PYTHONHOME VIRTUAL_ENV
  while IFS= read -r sunpyter_file; do
    if [ -n "$sunpyter_file" ]; then . "$sunpyter_file"; fi
  done <<<"$(\command find "$sunpyter_env/etc/conda/activate.d" -name '*.sh' 2>/dev/null | LC_ALL=C \command sort)"
else
  export VIRTUAL_ENV=$sunpyter_env PATH=$sunpyter_env/bin:$PATH
  unset -v PYTHONHOME
fi
