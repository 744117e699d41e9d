# The kernels of environments, read by launch.sh after container.sh. They are in the private folder, which Jupyter
# searches first, so nothing is written elsewhere. kernelspecs.go sets: chosen, the folder of the
# environment that was chosen, or empty; chosen_name and chosen_version; title, the cluster's; probe_limit; and
# defines activate_script and find_script, which print those files.
kernels=$private/jupyter/kernels

# json TEXT: sets text to a string of JSON.
json() {
  text=${1//[[:cntrl:]]/ }
  text=${text//\\/\\\\}
  text=\"${text//\"/\\\"}\"
}

# kernel_json DIR NAME VERSION PATH [INTERRUPT-MODE]: writes the kernel of the environment in PATH, whose command is
# in DIR/run.
kernel_json() {
  local text name path argv python=Python${3:+ $3}
  json "$1/run"
  argv="[\"/bin/bash\", \"--norc\", \"-p\", $text, \"-m\", \"ipykernel_launcher\", \"-f\", \"{connection_file}\"]"
  json "$2"
  name=$text
  json "$4"
  path=$text
  json "$python ($2, $title)"
  printf '{"argv": %s, "display_name": %s, "language": "python", "interrupt_mode": "%s", "metadata": {"debugger": true, "sunpyter": {"environment": %s, "python": "%s", "path": %s}}}\n' \
    "$argv" "$text" "${5:-signal}" "$name" "$3" "$path" >"$1/kernel.new"
  mv "$1/kernel.new" "$1/kernel.json"
}

# kernelspec ID NAME VERSION DIR: adds the environment in DIR as a kernel. It is not made again
# when the job has removed the private folder.
kernelspec() {
  local dir=$kernels/$1
  mkdir "$dir" || return 0
  {
    printf 'sunpyter_env=%q\n' "$4"
    printf 'sunpyter_because() { printf "%%s: %%s\\n" "$sunpyter_env" "$1" >&2; exit 127; }\n'
    activate_script
    printf '%s\n' 'unset -v sunpyter_file' 'if [ -x "$sunpyter_env/bin/python" ]; then exec "$sunpyter_env/bin/python" "$@"; fi' 'exec "$sunpyter_env/bin/python3" "$@"'
  } >"$dir/run"
  kernel_json "$dir" "$2" "$3" "$4"
}

# short DIR: sets name to what people call the environment in a folder, as nameOf in names.go.
short() {
  local dir=$1
  case $dir in
    */.pixi/envs/*)
      dir=${dir%/.pixi/envs/*}
      name=${dir##*/}
      if [ "${1##*/}" != default ]; then name+=:${1##*/}; fi
      return
      ;;
    */.venv | */venv | */env | */.env) if [ "${dir%/*}" != "" ]; then dir=${dir%/*}; fi ;;
  esac
  name=${dir##*/}
}

# minor VERSION: sets version to its first two numbers.
minor() {
  version=
  if [[ $1 =~ ^[0-9]+\.[0-9]+ ]]; then version=${BASH_REMATCH[0]}; fi
}

# found_kernels: adds the environments that have ipykernel and can be found from here, while Jupyter
# starts, with what is left of the processor. Names that are no text would make the kernel's
# file unreadable.
found_kernels() {
  local record name version sum number=0 fields=()
  nice -n 19 /bin/bash --norc -p "$private/find" | while IFS= read -r -d '' record; do
    fields+=("$record")
    if [ "${#fields[@]}" -lt 8 ]; then continue; fi
    set -- "${fields[@]}"
    fields=()
    case $1:$5:$7 in conda:yes: | venv:yes: | python:yes:) ;; *) continue ;; esac
    if [ "$3" = "$chosen" ] || [ "$number" -ge 50 ] || ! printf '%s' "$3" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1; then continue; fi
    number=$((number + 1))
    short "$3"
    minor "$4"
    sum=$(printf '%s' "$3" | cksum)
    sum=${name//[!A-Za-z0-9._-]/-}-${sum%% *}
    kernelspec "${sum,,}" "$name" "$version" "$3"
  done
}

# try WORD...: runs the Python of the environment or image with env's WORDs, as its kernel would be.
# Its status is 124 or 137 if that takes longer than probe_limit, in seconds.
try() { timeout -k 5 "$probe_limit" env "$@" /bin/bash --norc -p "$kernels/python3/run" -c "$probe" >"$private/probe" 2>&1 </dev/null; }
probe='import ipykernel.kernelapp'

# too_slow STATUS PATH: if try's status is that of a Python which took too long, reports that of the environment or
# image in PATH, and succeeds: it may be on a slow disk.
too_slow() {
  case $1 in 124 | 137) ;; *) return 1 ;; esac
  printf 'slow-environment %s\n' "$(printf '%s\n%s' "$2" "$probe_limit" | base64 | tr -d '\n')" >>"$private/notices"
}

# probe_chosen: fails with the cause if no kernel would start in the chosen environment. What takes
# the place of its own files is found by leaving it out.
probe_chosen() {
  local variable shown status
  printf 'checking the environment %s\n' "$chosen_name" >"$private/step"
  try
  status=$?
  if [ "$status" = 0 ] || too_slow "$status" "$chosen"; then return; fi
  shown=$(tail -n 5 "$private/probe" | tail -c 1000)
  for variable in PYTHONPATH LD_LIBRARY_PATH PYTHONHOME LD_PRELOAD; do
    if [ -n "${!variable-}" ] && try -u "$variable"; then
      fail environment-shadowed "the variable $variable is ${!variable}, which has files for another Python: $shown"
    fi
  done
  if try PYTHONNOUSERSITE=1; then
    fail environment-shadowed "packages in ~/.local/lib take the place of those in $chosen: $shown"
  fi
  probe='import sys; print("%d.%d" % sys.version_info[:2])'
  if ! try; then fail environment-broken "$chosen"$'\n'"$shown"; fi
  fail kernel-missing "$chosen"$'\n'"$shown"
}

mkdir -p "$kernels"
find_script >"$private/find"
if [ -n "$chosen" ]; then
  { printf 'sunpyter_env=%q\nsunpyter_because() { return 1; }\n' "$chosen" && activate_script; } >"$private/activate" # for shells
  kernelspec python3 "$chosen_name" "$chosen_version" "$chosen"
  probe_chosen
elif [ -n "$container" ]; then
  container_kernel
fi
found_kernels </dev/null >/dev/null 2>&1 &
export JUPYTER_PATH=$private/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
