# Runs a command in a running job, as another step, with unbuffered input and output. Follows
# common.sh; set before: sp_job, sp_clusters (its cluster, if named) and sp_command, a bash
# script. All relevant options are set, since the site may have defaults.
sp_options=(
  --jobid="$sp_job" --nodes=1 --ntasks=1 --cpus-per-task=1 --mem=0 --gres=none --cpu-bind=none --mpi=none
  --unbuffered --input=all --output=all --error=all --export=NONE --chdir=/ --job-name=sunpyter --immediate=10 --quiet
)
if [ -n "$sp_clusters" ]; then sp_options+=(--clusters="$sp_clusters"); fi
# Slurm before 20.11 has no such option; there, steps share their job's CPUs.
case $(srun --help 2>&1 </dev/null) in *--overlap*) sp_options+=(--overlap) ;; esac
exec 3<&0
srun "${sp_options[@]}" /bin/bash --norc -p -c "$sp_command" <&3 3<&- &
sp_srun=$!
exec </dev/null >/dev/null 3<&-
# caller_lives SECONDS: succeeds if sshd has not closed the other end of standard error within
# SECONDS. Nothing can be read from there.
caller_lives() {
  read -r -t "$1" <&4
  [ "$?" -gt 128 ]
}
# end_with_caller: srun's input ends with the caller, and then srun, unless it waits for a dead
# node; then it is killed.
end_with_caller() {
  local signal try
  caller_lives 0.1 || return # not supported by this shell, or this kind of file
  while caller_lives 60; do :; done
  for signal in TERM KILL; do
    for ((try = 0; try < 20; try++)); do
      kill -0 "$sp_srun" || return
      sleep 0.25
    done
    kill -"$signal" "$sp_srun"
  done
} 2>/dev/null
exec 4>&2
end_with_caller &
sp_watcher=$!
wait "$sp_srun"
sp_status=$?
kill "$sp_watcher" 2>/dev/null
exit "$sp_status"
