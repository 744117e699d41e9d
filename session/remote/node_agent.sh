# The agent: runs in the job's node over the connection into it, for as long
# as the owner is there. commands.go sets: private, generation.
# It reports when Jupyter's socket exists, then where Jupyter listens, and when a kernel was
# killed for its memory (memory.sh, before this), what the job adds to its notices, and writes
# the lease.
if [ ! -O "$private" ]; then
  printf 'absent %s\n' "${SLURM_JOB_ID:--}"
  exit 0
fi
printf 'here %s\n' "${SLURM_JOB_ID:--}"
# taken: another owner has it now; only the owner of the highest generation renews.
taken() {
  read -r held _ <"$private/lease"
  if [ "${held:-0}" -le "$generation" ]; then return; fi
  printf 'taken\n'
  exit 0
} 2>/dev/null
# lives: a job that was killed leaves its folder there. Its process may be one that is
# not to be seen from here, as in a container.
lives() { [ -d "$private" ] && { [ -z "$job" ] || kill -0 "$job"; }; } 2>/dev/null
job=
{ read -r job <"$private/lock" && kill -0 "$job" || job=; } 2>/dev/null
bound=
reported=
gap=0.02
# notices: what the job has to say since the last look.
notices() { while read -r notice; do printf '%s\n' "$notice"; done <&"$news"; }
news=
if [ -r "$private/notices" ]; then exec {news}<"$private/notices"; fi
begun= # a request of which the end is still to come
while lives; do
  taken
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
    if [ -n "$news" ]; then notices; fi
  fi
  IFS= read -r -t "$gap" request
  status=$?
  begun+=$request
  if [ "$status" -gt 128 ]; then continue; fi
  if [ "$status" -ne 0 ]; then exit 0; fi
  # shellcheck disable=SC2086 # the request is words of ours
  set -- $begun
  begun=
  case $1 in
    lease)
      # lease SEQUENCE GRACE
      taken
      if printf '%-46s\n' "$generation $2 $3" 1<>"$private/lease"; then printf 'renewed %s\n' "$2"; fi
      ;;
  esac
done
printf 'gone\n'
