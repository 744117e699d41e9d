# Reads the memory limit and kills of the job's cgroup, of version 1 or 2, whichever has the
# memory controller. Part of job.sh and node_agent.sh; only memory_logged forks. Without a
# cgroup, or if its files cannot be read, nothing is reported. The shell may have settings of
# the user's, such as IFS and nounset.

# cgroup_folder CONTROLLER FILE2 FILE1 CGROUP MOUNTINFO: prints the folder of this process's
# cgroup, or the closest above it that has FILE2, if CONTROLLER is of version 2, or FILE1. The
# last two are /proc/self/cgroup and /proc/self/mountinfo, or files like them.
cgroup_folder() {
  local IFS=$' \t\n' names path type=cgroup2 group= field options folder
  while IFS=: read -r _ names path; do
    case ,$names, in
      *",$1,"*) type=cgroup group=$path ;;
      ,,) [ "$type" = cgroup ] || group=$path ;;
    esac
  done <"$4"
  while read -r -a field; do
    options=${field[${#field[@]} - 1]}
    case " ${field[*]} " in *" - $type "*) ;; *) continue ;; esac
    case $type,$options, in cgroup2,*) ;; *",$1,"*) ;; *) continue ;; esac
    folder=${field[4]}${group#"${field[3]%/}"}
    while [ ! -r "$folder/$2" ] && [ ! -r "$folder/$3" ]; do
      case $folder in "${field[4]}"/?*) folder=${folder%/*} ;; *) return ;; esac
    done
    printf '%s\n' "$folder"
    return
  done <"$5"
} 2>/dev/null

# memory_group CGROUP MOUNTINFO: prints the folder that counts kills. In version 1 a kill is
# counted in the group of its victim alone: Jupyter's and the kernels', which is the job's own.
memory_group() { cgroup_folder memory memory.events memory.oom_control "$@"; }

# memory_limit GROUP: sets limit (bytes) to the lowest limit of the group and those above it;
# empty: there is none.
memory_limit() {
  local IFS=$' \t\n' name value group=$1
  limit=
  if [ -r "$group/memory.stat" ]; then
    while read -r name value; do
      case $name in hierarchical_memory_limit) limit=$value ;; esac
    done <"$group/memory.stat"
  fi
  while read -r value <"$group/memory.max"; do
    if [ "$value" != max ] && [ "$value" -lt "${limit:-9223372036854775807}" ]; then limit=$value; fi
    group=${group%/*}
  done
  if [ "${limit:-0}" -ge 1152921504606846976 ]; then limit=; fi # 1 EiB: no limit, in version 1
} 2>/dev/null

# memory_kills GROUP: sets kills to the number of processes that were killed for the group's
# limit; empty if the kernel does not count them (Linux before 4.13).
memory_kills() {
  local IFS=$' \t\n' name value file
  kills=
  for file in "$1/memory.events" "$1/memory.oom_control"; do
    [ -r "$file" ] || continue
    while read -r name value; do
      if [ "$name" = oom_kill ]; then kills=$value; fi
    done <"$file"
    break
  done
  return 0
} 2>/dev/null

# memory_watch GROUP: sets kills, and killed to the second at which the count last grew. A
# killed process may take a while to end on a busy node.
memory_watch() {
  memory_kills "$1"
  if [ "${kills:-0}" -gt "${memory_seen:-0}" ]; then memory_seen=$kills killed=$SECONDS; fi
}

# memory_blamed: succeeds if there was a kill recently, which explains a process that has
# just died.
memory_blamed() { [ -n "$killed" ] && [ "$((SECONDS - killed))" -le 10 ]; }

# memory_logged GROUP PRIVATE: sets kills if the kernel does not count them: it counts the
# kernels that Jupyter found dead soon after the group had reached its limit. To reach the
# limit alone means nothing: the file cache does. The count is kept for the next agent.
memory_logged() {
  local IFS=$' \t\n' group=$1 value met=0 found
  while read -r value <"$group/memory.failcnt"; do
    met=$((met + value))
    group=${group%/*}
  done
  found=$(grep -c 'KernelRestarter: restart' "$2/log")
  if [ "$met" -gt "${memory_met:-$met}" ]; then memory_left=4; fi # calls
  kills=0
  if [ -r "$2/kills" ]; then read -r kills <"$2/kills"; fi
  if [ "${memory_left:-0}" -gt 0 ] && [ "$found" -gt "${memory_found:-$found}" ]; then
    kills=$((kills + 1))
    printf '%s\n' "$kills" >|"$2/kills"
  fi
  memory_met=$met memory_found=$found memory_left=$((${memory_left:-0} - 1))
} 2>/dev/null

# memory_look PRIVATE: prints "memory KILLS LIMIT" after another kill.
memory_look() {
  local IFS=$' \t\n' group= kills limit
  read -r group <"$1/memory"
  [ -n "$group" ] || return 0
  memory_kills "$group"
  if [ -z "$kills" ]; then memory_logged "$group" "$1"; fi
  if [ "${kills:-0}" -le "${memory_reported:-0}" ]; then return 0; fi
  memory_limit "$group"
  if [ -n "$limit" ]; then printf 'memory %s %s\n' "$kills" "$limit"; fi
  memory_reported=$kills
} 2>/dev/null
