# Reports what the job was given, as notices; given.go compares it with what was asked for. Part
# of job.sh, where it runs concurrently with the start of Jupyter.

# gpu_list: prints what the program of the GPUs' maker says of those that the job can see.
gpu_list() {
  if [ -e /dev/kfd ] && command -v rocm-smi >/dev/null; then
    timeout 60 rocm-smi --showuniqueid
  elif command -v nvidia-smi >/dev/null; then
    timeout 60 nvidia-smi -L
  else
    return 1
  fi </dev/null 2>&1
}

# given DEV: reports the CPUs, the memory and the GPUs of the job. DEV is /dev.
given() {
  local IFS=$' \t\n' name value cpus= online= limit= devices=0 listed= ids= parts=
  local visible=${CUDA_VISIBLE_DEVICES-${ROCR_VISIBLE_DEVICES-unset}}
  while read -r name value; do
    if [ "$name" = Cpus_allowed_list: ]; then cpus=$value; fi
  done </proc/self/status
  read -r online </sys/devices/system/cpu/online
  if [ -n "$group" ]; then memory_limit "$group"; fi
  for name in "$1"/nvidia[0-9]* "$1"/dri/renderD*; do
    if [ -e "$name" ]; then devices=$((devices + 1)); fi
  done
  if [ "$devices" -gt 0 ] || [ -n "${SLURM_JOB_GPUS-}${SLURM_GPUS_ON_NODE-}" ]; then
    while read -r name; do
      printf 'gpu %s\n' "${name:0:300}"
      listed=1
      if [[ $name =~ ^GPU\ ([0-9]+):.*UUID:\ (GPU-[0-9a-f-]+) ]]; then
        case ,$visible, in ,unset, | *",${BASH_REMATCH[1]},"* | *",${BASH_REMATCH[2]},"*) ids+=,${BASH_REMATCH[2]} ;; esac
      fi
      case $name in MIG*) parts=1 ;; esac
    done < <(gpu_list | head -n 200)
  fi
  if [ -n "$ids" ] && [ -z "$parts" ]; then printf '%s\n' "${ids#,}" >"$private/gpus"; fi # see gpu_watch
  printf 'given cpus=%s online=%s allocated=%s limit=%s gpus=%s ids=%s visible=%s devices=%s listed=%s\n' \
    "$cpus" "$online" "${SLURM_CPUS_ON_NODE-}" "$limit" "${SLURM_GPUS_ON_NODE-}" "${SLURM_JOB_GPUS-}" \
    "$visible" "$devices" "$listed"
} 2>/dev/null

# gpu_watch: while somebody looks, for which the agent changes the file "looked", nvidia-smi
# reports what the job's GPUs do every 5 s. To start it for each look would cost too much.
gpu_watch() {
  local ids= looked=
  read -r ids <"$private/gpus" || return 0
  read -r looked <"$private/looked" || return 0
  if [ -n "${gpu_pid:-}" ] && ! kill -0 "$gpu_pid"; then gpu_pid=; fi # another process may get its number
  if [ "$looked" != "${gpu_looked:-}" ]; then
    gpu_looked=$looked gpu_left=8 # ticks
    if [ -z "${gpu_pid:-}" ]; then
      gpu_report "$ids" &
      gpu_pid=$!
    fi
    return
  fi
  gpu_left=$((${gpu_left:-0} - 1))
  if [ "$gpu_left" = 0 ] && [ -n "${gpu_pid:-}" ]; then kill "$gpu_pid"; fi
} 2>/dev/null

# gpu_report IDS: keeps, in the file "gpu", the time and what each GPU does. nvidia-smi ends with
# the first line that it cannot write, and this with the job's private folder.
gpu_report() {
  local IFS=';' line now i text
  local -a all=()
  while IFS= read -r line; do
    line=${line// /} # INDEX,PERCENT,USED,TOTAL
    i=${line%%,*}
    case $i in '' | *[!0-9]*) continue ;; esac
    all[i]=$line
    IFS=' ' read -r now _ </proc/uptime
    text="$now;${all[*]}"
    printf '%-300s\n' "$text" 1<>"$private/gpu" || return
  done < <(exec nvidia-smi --id="$1" --query-gpu=index,utilization.gpu,memory.used,memory.total --format=csv,noheader,nounits --loop=5)
} </dev/null >/dev/null 2>&1
