# Counts in waited for how long the lease has not changed, in hundredths of a second. Part of
# job.sh. The time is the node's own since it booted, so that no clocks are compared.
waited=0
uptime=/proc/uptime
counted= # when the last tick was counted

# tick_counts LENGTH: counts a tick, which has the nominal LENGTH if the time cannot be read. A
# late tick, as on a busy node, counts the time that has passed, but at most 8 s, since the job
# or the machine may have been suspended. A trap on CONT would tell, but Slurm sends CONT with
# TERM, and bash may lose one of two trapped signals that arrive at once during wait.
tick_counts() {
  local now passed=$1
  if IFS=' ' read -r now _ <"$uptime"; then # IFS may be the user's own
    now=$((10#${now/./}))
    passed=$((now - ${counted:-$now}))
    counted=$now
  fi 2>/dev/null
  if [ "$passed" -gt 800 ]; then passed=800; fi
  if [ "$passed" -gt 0 ]; then waited=$((waited + passed)); fi
}
