# Reports what the job was given, as notices; given.go compares it with what was asked for. Part
# of job.sh, where it runs concurrently with the start of Jupyter.

# For how many seconds the program of the GPUs' maker may print nothing. With many GPUs and a driver that has to be
# loaded first it needs half a minute; with a GPU that has failed it may hang for ever, and ignore signals.
gpu_patience=60

# gpu_list DEV: prints what the program of the GPUs' maker says of those that the job can see.
gpu_list() {
  local most=$((gpu_patience + 5)) # the reader gives up first
  if [ -e "$1/kfd" ] && command -v rocm-smi >/dev/null; then
    timeout -k 5 "$most" rocm-smi --showuniqueid --showbus
  elif command -v nvidia-smi >/dev/null; then
    timeout -k 5 "$most" nvidia-smi -L
  else
    return 1
  fi </dev/null 2>&1
}

gpu_sys=/sys/bus/pci/devices # of AMD's driver

# gpu_opens DEV ADDRESS: whether the job may open the GPU at this address of the PCI bus. rocm-smi lists all of the node.
gpu_opens() {
  local render
  for render in "$gpu_sys/$2"/drm/renderD*; do
    if [ -e "$1/dri/${render##*/}" ] && : <>"$1/dri/${render##*/}"; then return 0; fi
  done
  return 1
} 2>/dev/null

# given DEV: reports the CPUs, the memory, the GPUs and, since Slurm 23.02, the time limit (s) of the job. DEV is /dev.
given() {
  local IFS=$' \t\n' name value cpus= online= limit= devices=0 listed= ids= parts= list left=200 opened=0
  local visible=${CUDA_VISIBLE_DEVICES-unset}
  if [ -e "$1/kfd" ]; then visible=${ROCR_VISIBLE_DEVICES-$visible}; fi # AMD: Slurm sets both
  while read -r name value; do
    if [ "$name" = Cpus_allowed_list: ]; then cpus=$value; fi
  done </proc/self/status
  read -r online </sys/devices/system/cpu/online
  if [ -n "$group" ]; then memory_limit "$group"; fi
  for name in "$1"/nvidia[0-9]* "$1"/dri/renderD*; do
    if [ -e "$name" ]; then devices=$((devices + 1)); fi
  done
  if [ "$devices" -gt 0 ] || [ -n "${SLURM_JOB_GPUS-}${SLURM_GPUS_ON_NODE-}" ]; then
    exec {list}< <(gpu_list "$1")
    while read -r -t "$gpu_patience" name <&"$list" || { [ "$?" -gt 128 ] && listed=silent && false; }; do
      if [ "$((left -= 1))" -lt 0 ]; then break; fi
      printf 'gpu %s\n' "${name:0:300}"
      listed=1
      if [[ $name =~ ^GPU\ ([0-9]+):.*UUID:\ (GPU-[0-9a-f-]+) ]]; then
        case ,$visible, in ,unset, | *",${BASH_REMATCH[1]},"* | *",${BASH_REMATCH[2]},"*) ids+=,${BASH_REMATCH[2]} ;; esac
      fi
      if [[ $name =~ ^GPU\[[0-9]+\].*PCI\ Bus:\ ([0-9A-Fa-f:.]+) ]] && gpu_opens "$1" "${BASH_REMATCH[1],,}"; then
        case ,$visible, in ,unset, | *",$opened,"*) ids+=,${BASH_REMATCH[1],,} ;; esac
        opened=$((opened + 1))
      fi
      case $name in MIG*) parts=1 ;; esac
    done
    exec {list}<&-
  fi
  if [ -n "$ids" ] && [ -z "$parts" ] && [ "$listed" = 1 ]; then printf '%s\n' "${ids#,}" >"$private/gpus"; fi # see gpu_watch
  printf 'given cpus=%s online=%s allocated=%s limit=%s time=%s gpus=%s ids=%s visible=%s devices=%s listed=%s\n' \
    "$cpus" "$online" "${SLURM_CPUS_ON_NODE-}" "$limit" \
    "$((${SLURM_JOB_END_TIME:-0} - ${SLURM_JOB_START_TIME:-0}))" "${SLURM_GPUS_ON_NODE-}" "${SLURM_JOB_GPUS-}" "$visible" "$devices" "$listed"
} 2>/dev/null

# gpu_watch: while somebody looks, for which the agent changes the file "looked", nvidia-smi
# reports what the job's GPUs do every 5 s; to start it for each look would cost too much. Those
# of AMD are looked at with each tick.
gpu_watch() {
  local ids= looked=
  read -r ids <"$private/gpus" || return 0
  read -r looked <"$private/looked" || return 0
  if [ -n "${gpu_pid:-}" ] && ! kill -0 "$gpu_pid"; then gpu_pid=; fi # another process may get its number
  if [ "$looked" != "${gpu_looked:-}" ]; then
    gpu_looked=$looked gpu_left=8 # ticks
  else
    gpu_left=$((${gpu_left:-0} - 1))
  fi
  case $ids in
    GPU-*) # NVIDIA
      if [ "$gpu_left" = 8 ] && [ -z "${gpu_pid:-}" ]; then
        gpu_report "$ids" &
        gpu_pid=$!
      elif [ "$gpu_left" = 0 ] && [ -n "${gpu_pid:-}" ]; then
        kill "$gpu_pid"
      fi
      ;;
    *) if [ "$gpu_left" -gt 0 ]; then gpu_sample "$ids"; fi ;;
  esac
} 2>/dev/null

# gpu_sample ADDRESSES: keeps, in the file "gpu", what AMD's driver says each GPU does. rocm-smi says the same, but is a
# Python program that has to be started for each look.
gpu_sample() {
  local IFS=, now address busy used total i=0 text
  IFS=' ' read -r now _ </proc/uptime
  text=$now
  for address in $1; do
    busy= used= total=
    read -r busy <"$gpu_sys/$address/gpu_busy_percent"
    read -r used <"$gpu_sys/$address/mem_info_vram_used"
    read -r total <"$gpu_sys/$address/mem_info_vram_total"
    text+=";$i,${busy:--1},$((${used:--1048576} / 1048576)),$((${total:--1048576} / 1048576))" # -1: not known
    i=$((i + 1))
  done
  printf '%-300s\n' "$text" 1<>"$private/gpu"
} 2>/dev/null

# gpu_report IDS: keeps, in the file "gpu", the time and what each GPU does. nvidia-smi ends with
# this, and this with the job's private folder. An nvidia-smi that hangs is not started again.
gpu_report() {
  local IFS=';' line now i text lines smi=
  local -a all=()
  exec {lines}< <(printf '%s\n' "$BASHPID" && exec nvidia-smi --id="$1" --query-gpu=index,utilization.gpu,memory.used,memory.total --format=csv,noheader,nounits --loop=5)
  read -r smi <&"$lines"
  trap 'kill -KILL "$smi"' EXIT
  while IFS= read -r -t "$gpu_patience" line <&"$lines" || { [ "$?" -gt 128 ] && rm -f "$private/gpus" && false; }; do
    line=${line// /} # INDEX,PERCENT,USED,TOTAL
    i=${line%%,*}
    case $i in '' | *[!0-9]*) continue ;; esac
    all[i]=$line
    IFS=' ' read -r now _ </proc/uptime
    text="$now;${all[*]}"
    printf '%-300s\n' "$text" 1<>"$private/gpu" || return
  done
} </dev/null >/dev/null 2>&1
