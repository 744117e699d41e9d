# Runs the Python of a container image, as a kernel or with other arguments. container.sh writes what it needs
# above it: runtime and image (paths), root (see container_root), gpus (an option, or empty), and the array options.
here=$(pwd -P)
# These are for the Python outside, and so is what its environment has set to a path in its folder (certificates, data).
conda=${CONDA_PREFIX:-//} venv=${VIRTUAL_ENV:-//}
while IFS='=' read -r -d '' name value; do
  case $name in
    PYTHONPATH | PYTHONHOME | LD_PRELOAD | VIRTUAL_ENV | VIRTUAL_ENV_PROMPT | CONDA_* | _CONDA_* | _CE_*) ;;
    PATH) continue ;; # the runtime's; the container has its own
    *) case $value in "$conda"/* | "$venv"/*) ;; *) continue ;; esac ;;
  esac
  unset -v "$name"
done < <(env -0)
# The kernel has a process group of its own: an interrupt reaches it and the programs that it has started once, and
# neither the runtime, which would pass it on again, nor the file system of the image.
if [ "$1" = -m ]; then
  shift 2
  set -- -c 'import os, runpy, sys
try:
    os.setpgid(0, 0)
except OSError:
    pass # it has one
sys.argv[0] = "ipykernel_launcher"
runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)' "$@"
fi
case ${runtime##*/} in
  ch-run)
    export USER=${USER:-$(id -un)} PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    options+=(--unset-env=LD_LIBRARY_PATH)
    if [ -r "$image/ch/environment" ]; then options+=("--set-env=$image/ch/environment"); fi
    exec "$runtime" "${options[@]}" "--cd=$here" "$root" -- python3 "$@"
    ;;
  *) exec "$runtime" --silent --nocolor exec $gpus "${options[@]}" --pwd "$here" "$image" python3 "$@" ;;
esac
