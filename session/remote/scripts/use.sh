# Reads what the job uses, from the cgroup of the whole job, of version 1 or 2. Part of job.sh and
# node_agent.sh, after memory.sh. Only use_groups forks. The shell may have settings of the
# user's, such as IFS and nounset.

# job_group FOLDER: prints FOLDER, or the one above it, that is the whole job's: Slurm names it
# "job_12". Prints an empty line if there is none: then others may be in that cgroup, too.
job_group() {
  local rest=${1##*/job_}
  case $1 in
    */job_[0-9]*) printf '%s\n' "${1%"$rest"}${rest%%/*}" ;;
    *) printf '\n' ;;
  esac
}

# use_groups CGROUP MOUNTINFO: prints the job's folders that count memory and CPU time. The
# arguments are those of memory_group.
use_groups() {
  job_group "$(memory_group "$@")"
  job_group "$(cgroup_folder cpuacct cpu.stat cpuacct.usage "$@")"
}

# use_look MEMORY CPU: sets, for the folders that use_groups has printed, or to nothing:
# total: the job's memory in bytes, as its limit counts it; used: the same without the files in
# the cache that Linux drops first; most: the highest total so far; cpu: CPU time so far, in µs.
use_look() {
  local IFS=$' \t\n' text name value
  total= used= most= cpu=
  if [ -n "$1" ]; then
    read -r total <"$1/memory.current" || read -r total <"$1/memory.usage_in_bytes"
    read -r most <"$1/memory.peak" || read -r most <"$1/memory.max_usage_in_bytes"
    IFS= read -r -d '' text <"$1/memory.stat" # at once: Linux makes it anew for each read
    if [[ ${text-} =~ total_inactive_file\ ([0-9]+) ]] || [[ ${text-} =~ inactive_file\ ([0-9]+) ]]; then
      value=${BASH_REMATCH[1]}
      if [ -n "$total" ]; then used=$((total > value ? total - value : 0)); fi
    fi
  fi
  if [ -n "$2" ]; then
    if read -r name value <"$2/cpu.stat" && [ "$name" = usage_usec ]; then
      cpu=$value
    elif read -r value <"$2/cpuacct.usage"; then
      cpu=$((value / 1000))
    fi
  fi
} 2>/dev/null

# use_sample FILE MEMORY CPU: keeps in FILE, as BYTES,TOTAL,CPUS, the highest used and total of
# all samples, and the most CPUs, in hundredths, that were busy over 10 s.
use_sample() {
  local IFS=$' \t\n' now total used most cpu busy before="${use_bytes:=0},${use_total:=0},${use_cpus:=0}"
  use_look "$2" "$3"
  if [ "${used:-0}" -gt "$use_bytes" ]; then use_bytes=$used; fi
  if [ "${total:-0}" -gt "$use_total" ]; then use_total=$total; fi
  read -r now _ </proc/uptime
  now=${now/./} # in hundredths of a second
  if [ -n "$cpu" ] && [ "$((now - ${use_since:-0}))" -ge 1000 ]; then
    if [ -n "${use_since:-}" ]; then
      busy=$(((cpu - use_cpu) / (now - use_since) / 100))
      if [ "$busy" -gt "$use_cpus" ]; then use_cpus=$busy; fi
    fi
    use_since=$now use_cpu=$cpu
  fi
  if [ "$use_bytes,$use_total,$use_cpus" != "$before" ]; then
    printf '%-60s\n' "$use_bytes,$use_total,$use_cpus" 1<>"$1"
  fi
  return 0
} 2>/dev/null
