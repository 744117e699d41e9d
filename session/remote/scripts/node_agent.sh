# The agent runs on the job's node, over the node connection. commands.go sets: private,
# generation. It reports when Jupyter's socket exists, where Jupyter listens, kernels that
# were killed for their memory (memory.sh, before this), the job's notices and when shells were
# used, renews the lease, and says what the job uses (use.sh).
if [ ! -O "$private" ]; then
  printf 'absent %s\n' "${SLURM_JOB_ID:--}"
  exit 0
fi
printf 'here %s\n' "${SLURM_JOB_ID:--}"
# check_owner: exits if another owner has the session; only the owner of the highest
# generation renews the lease.
check_owner() {
  read -r current _ <"$private/lease"
  if [ "${current:-0}" -le "$generation" ]; then return; fi
  printf 'taken\n'
  exit 0
} 2>/dev/null
# job_runs: a job that was killed leaves its folder behind. Its process may be invisible from
# here, as in a container.
job_runs() { [ -d "$private" ] && { [ -z "$job" ] || kill -0 "$job"; }; } 2>/dev/null
job=
{ read -r job <"$private/lock" && kill -0 "$job" || job=; } 2>/dev/null
bound=
reported=
gap=0.02
# start_shells PROGRAM: has shells.py run, where the kernels were started (launch.sh), and reports
# when it listens. PROGRAM is its text, packed.
start_shells() {
  if [ ! -p "$private/shells/wake" ]; then
    printf 'shells none\n'
    return
  fi
  if [ ! -S "$private/shells/open" ]; then
    printf '%s' "$1" | base64 -d | gzip -dc >"$private/shells/program.new" &&
      mv "$private/shells/program.new" "$private/shells/program"
  fi
  waking=1
  gap=0.02
} 2>/dev/null
# wake_shells: launch.sh may be just about to wait, so it is woken more than once.
wake_shells() {
  if [ -S "$private/shells/open" ]; then
    printf 'shells ready\n'
  elif [ "$waking" -le 500 ]; then
    if [ "$((waking % 50))" = 1 ]; then printf '\n' 1<>"$private/shells/wake"; fi
    waking=$((waking + 1))
    return
  else
    printf 'shells silent\n'
  fi
  waking=
  gap=2
}
waking=
# report_use: reports when a shell was last used, in seconds by this node's clock.
report_use() {
  read -r now _ <"$private/shells/used" || return
  if [ "$now" != "$shells_used" ]; then printf 'used %s\n' "$now"; fi
  shells_used=$now
} 2>/dev/null
shells_used=
# answer_use LOOKS: prints what the job uses. If LOOKS is not empty, somebody looks, and job.sh
# watches the GPUs for a while.
answer_use() {
  local IFS=$' \t\n' total used most cpu now seen= gpus=
  if [ -z "$groups_read" ]; then
    groups_read=1
    { read -r memory_counter && read -r cpu_counter; } <"$private/groups"
    if [ -n "$memory_counter" ]; then memory_limit "$memory_counter"; fi
  fi
  use_look "$memory_counter" "$cpu_counter"
  read -r seen <"$private/use"
  read -r now _ </proc/uptime
  if [ -n "$1" ]; then
    printf '%-20s\n' "$now" 1<>"$private/looked"
    read -r gpus <"$private/gpu"
  fi
  printf 'use at=%s cpu=%s memory=%s total=%s most=%s limit=%s seen=%s gpus=%s\n' \
    "$now" "$cpu" "$used" "$total" "$most" "$limit" "$seen" "$gpus"
} 2>/dev/null
groups_read= memory_counter= cpu_counter= limit=
# print_notices: prints the job's new notices.
print_notices() { while read -r notice; do printf '%s\n' "$notice"; done <&"$notices"; }
notices=
if [ -r "$private/notices" ]; then exec {notices}<"$private/notices"; fi
partial= # the beginning of a request
while job_runs; do
  check_owner
  if [ -z "$bound" ] && [ -S "$private/s" ]; then
    printf 'socket\n'
    bound=1
  fi
  if [ -z "$reported" ] && [ -s "$private/where" ]; then
    read -r where <"$private/where"
    printf 'jupyter %s\n' "$where"
    reported=1
    gap=2
  fi
  if [ -n "$reported" ]; then
    memory_look "$private"
    if [ -n "$notices" ]; then print_notices; fi
    report_use
    if [ -n "$waking" ]; then wake_shells; fi
  fi
  IFS= read -r -t "$gap" request
  status=$?
  partial+=$request
  if [ "$status" -gt 128 ]; then continue; fi
  if [ "$status" -ne 0 ]; then exit 0; fi
  # shellcheck disable=SC2086 # the words of a request have no special characters
  set -- $partial
  partial=
  case $1 in
    lease)
      # lease SEQUENCE GRACE
      check_owner
      if printf '%-46s\n' "$generation $2 $3" 1<>"$private/lease"; then printf 'renewed %s\n' "$2"; fi
      ;;
    shells) start_shells "$2" ;;
    use) answer_use "${2-}" ;;
  esac
done
printf 'gone\n'
