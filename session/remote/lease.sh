# How long the lease has not changed, in hundredths of a second: waited. Part of job.sh.
# The time is the node's own since it booted, so that no clock is compared.
waited=0
uptime=/proc/uptime
counted= # when the last tick was counted

# tick_counts LEAST: one tick has passed, which takes LEAST where the time cannot be read. On a
# busy node it comes late and counts what has passed; but not more than 8 s, since the job or
# the whole machine may have been suspended. A trap on CONT would know, but Slurm sends CONT with
# TERM, and of two trapped signals that come at once bash may lose one in wait.
tick_counts() {
  local now passed=$1
  if IFS=' ' read -r now _ <"$uptime"; then # whatever the user's own
    now=$((10#${now/./}))
    passed=$((now - ${counted:-$now}))
    counted=$now
  fi 2>/dev/null
  if [ "$passed" -gt 800 ]; then passed=800; fi
  if [ "$passed" -gt 0 ]; then waited=$((waited + passed)); fi
}
