# The kernel of a container image, read by launch.sh before kernelspecs.sh. Jupyter runs outside, so the image needs
# Python and ipykernel alone. kernelspecs.go sets: container, the path of the image, or empty; container_name;
# container_binds, an array of DIR or DIR:TARGET; and defines container_run_script, which prints that file.

# container_readable: fails if the image is not there, or the user has no permission to read it.
container_readable() {
  local dir=$container
  while [ ! -e "$dir" ]; do dir=${dir%/*} dir=${dir:-/}; done
  if [ -d "$dir" ] && [ ! -x "$dir" ]; then
    fail container-denied "$container"$'\n'"you have no permission to open the folder $dir on $node"
  fi
  if [ "$dir" != "$container" ]; then fail container-image "$container"$'\n'"there is none on $node"; fi
  if [ ! -r "$container" ]; then fail container-denied "$container"$'\n'"you have no permission to read it on $node"; fi
}

# container_runtime: sets runtime to the program that runs the image. Charliecloud runs folders alone.
container_runtime() {
  local program programs=(apptainer singularity)
  if [ -d "$container/.singularity.d" ]; then
    programs+=(ch-run)
  elif [ -d "$container" ]; then
    programs=(ch-run "${programs[@]}")
  fi
  for program in "${programs[@]}"; do
    if runtime=$(type -P "$program"); then return; fi
  done
  if [ -d "$container" ]; then
    fail container-runtime "$node"$'\n'"there is no apptainer, singularity or ch-run (Charliecloud) in its PATH"
  fi
  fail container-runtime "$node"$'\n'"there is no apptainer or singularity in its PATH"
}

# container_folders: sets binds to what is seen in the container, as SOURCE:TARGET. The runtimes mount some of it
# themselves.
container_folders() {
  local dir seen=
  binds=()
  for dir in "${HOME-}" "$(pwd -P)" "$private" "${TMPDIR-}"; do
    case $dir in '' | / | [!/]*) continue ;; esac
    case $seen in *"|$dir|"*) continue ;; esac
    seen+="|$dir|"
    case $dir in *[:,]*) fail container-failed "$container"$'\n'"the folder $dir, which the kernel needs, has a colon or a comma in its name" ;; esac
    if [ -d "$dir" ]; then binds+=("$dir:$dir"); fi
  done
  for dir in "${container_binds[@]}"; do
    if [ ! -e "${dir%%:*}" ]; then fail container-failed "$container"$'\n'"there is no ${dir%%:*} on $node to show in the container"; fi
    case $dir in *:*) ;; *) dir=$dir:$dir ;; esac
    binds+=("$dir")
  done
}

# container_root: makes a root folder whose entries are the image's, and in which there is a place for each bind, which
# the image itself, that cannot be changed, may not have.
container_root() {
  local bind target
  declare -A parents=() targets=()
  root=$private/root
  for bind in "${binds[@]}"; do
    target=${bind#*:}
    targets[$target]=1
    while [ "${target%/*}" != "" ]; do
      target=${target%/*}
      parents[$target]=1
    done
  done
  container_entries ''
  mkdir -p "$root"/{dev,etc,proc,sys,tmp}
  touch "$root"/etc/{passwd,group,hosts,resolv.conf} # ch-run wants them, although the image's /etc hides them
  for bind in "${binds[@]}"; do
    target=$root${bind#*:}
    if [ -d "${bind%%:*}" ]; then mkdir -p "$target"; else mkdir -p "${target%/*}" && : >>"$target"; fi
    options+=("--bind=$bind")
  done
  container_users
}

# container_entries DIR: fills the folder DIR of the new root.
container_entries() {
  local entry path
  mkdir -p "$root$1"
  for entry in "$container$1"/* "$container$1"/.[!.]*; do
    path=$1/${entry##*/}
    case $path in /dev | /proc | /sys | /tmp) continue ;; esac # the runtime's
    if [ -n "${targets[$path]-}" ]; then
      continue
    elif [ -n "${parents[$path]-}" ]; then
      container_entries "$path"
    elif [ -L "$entry" ]; then
      cp -P "$entry" "$root$path"
    elif [ -d "$entry" ]; then
      mkdir "$root$path" && options+=("--bind=$entry:$path")
    elif [ -f "$entry" ] && [ -r "$entry" ]; then
      : >"$root$path" && options+=("--bind=$entry:$path")
    fi
  done
}

# container_users: the user and the network's names in the container are the node's.
container_users() {
  local file
  if [ -f "$container/etc/passwd" ] && [ ! -L "$container/etc/passwd" ]; then
    { cat "$container/etc/passwd" && getent passwd "$UID"; } >"$private/passwd"
    options+=("--bind=$private/passwd:/etc/passwd")
  fi
  for file in /etc/hosts /etc/resolv.conf; do
    if [ -f "$container$file" ] && [ ! -L "$container$file" ] && [ -f "$file" ]; then options+=("--bind=$file"); fi
  done
}

# container_kernel: makes the kernel of the image, and has it tried while Jupyter starts.
container_kernel() {
  local runtime root='' gpus='' bind binds=() options=()
  container_readable
  container_runtime
  container_folders
  if [ "${runtime##*/}" = ch-run ]; then
    container_root
  else
    for bind in "${binds[@]}"; do options+=(--bind "$bind"); done
    if [ -n "${SLURM_JOB_GPUS-}${SLURM_GPUS_ON_NODE-}" ]; then
      gpus=--nv
      if [ -e /dev/kfd ]; then gpus=--rocm; fi
    fi
  fi
  mkdir "$kernels/python3"
  {
    printf '%s=%q\n' runtime "$runtime" image "$container" root "$root" gpus "$gpus"
    printf 'options=('
    printf '%q ' "${options[@]}"
    printf ')\n'
    container_run_script
  } >"$kernels/python3/run"
  kernel_json "$kernels/python3" "$container_name" 3 "$container"
  : >"$private/trying" # Jupyter is not reported before it is gone
  { (container_try) && rm "$private/trying" || kill "$$"; } </dev/null &
}

# container_starts WORD...: runs the image's Python with env's WORDs, as its kernel would be, and sets its version and
# that of ipykernel, as far as it comes. It fails with the status of try. It imports only what has compiled code, not all
# that a kernel needs: in a job with one CPU, Jupyter would start half a second later.
container_starts() {
  local word value status
  local probe='import sys
print("sunpyter-python %d.%d" % sys.version_info[:2])
sys.stdout.flush()
import ipykernel, tornado, zmq
print("sunpyter-ipykernel " + ipykernel.__version__)'
  version='' ipykernel=''
  try "$@"
  status=$?
  while read -r word value; do
    case $word in
      sunpyter-python) version=$value ;;
      sunpyter-ipykernel) ipykernel=$value ;;
    esac
  done <"$private/probe"
  if [ -n "$ipykernel" ]; then return 0; fi
  return "$((status ? status : 1))"
}

# container_try: fails with the cause if no kernel would start in the container.
container_try() {
  local version ipykernel shown status mode=message
  container_starts
  status=$?
  if too_slow "$status" "$container"; then return; fi
  if [ "$status" != 0 ]; then
    shown=$(sed $'/^sunpyter-/d\ns/\e\\[[0-9;]*m//g' "$private/probe" | tail -n 5 | tail -c 1000)
    if [ -n "$version" ]; then
      if container_starts PYTHONNOUSERSITE=1; then
        fail environment-shadowed "packages in ~/.local/lib take the place of those in $container: $shown"
      fi
      fail container-kernel "$container"$'\n'"$shown"
    fi
    container_fault
  fi
  case $ipykernel in [1-5].*) mode=signal ;; esac # it does not know the message
  kernel_json "$kernels/python3" "$container_name" "$version" "$container" "$mode"
}

# container_fault: fails with the cause why the image's Python did not run, from the runtime's words.
container_fault() {
  local file value limits=
  case $shown in
    *[Ee]'xec format error'* | *'cannot execute binary file'* | *"image's architecture"* | *'image targets'*)
      fail container-architecture "$container"$'\n'"$shown"$'\n'"The node $node is $(uname -m)." ;;
  esac
  for file in user/max_user_namespaces kernel/unprivileged_userns_clone; do
    if read -r value <"/proc/sys/$file" && [ "$value" = 0 ]; then limits+=" $file is 0."; fi
  done 2>/dev/null
  if [ -n "$limits" ] || ! unshare --user true 2>/dev/null; then
    fail container-namespaces "$node"$'\n'"$shown$limits"
  fi
  case $shown in
    *python3*'No such file'* | *python3*'not found'*) fail container-python "$container"$'\n'"$shown" ;;
  esac
  fail container-failed "$container"$'\n'"$shown"
}
