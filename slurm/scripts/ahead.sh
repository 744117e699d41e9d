# Lists a waiting job, counts the jobs that come before it, and finds the first expected start of all that wait. Follows
# common.sh; set before: sp_job, sp_options (of squeue, which prints no text of users), sp_mark, which is between the
# fields, and sp_most. Slurm sends all jobs of the site; of these, sp_most lines are read, and two leave the login node.
# With more lines the first of the two is "long".
sp_answer=$(
  TZ=UTC0 command squeue "${sp_options[@]}" 2>&1 </dev/null | awk -F "$sp_mark" -v job="$sp_job" -v most="$sp_most" '
    NR > most { long = 1; exit }
    NF < 3 { if (NR <= 20) noise = noise "\n" substr($0, 1, 1000); next }
    $1 == job { mine = $0; rank = $NF + 0; user = $(NF - 1) }
    $2 == "PENDING" && $3 ~ /^(Priority|Resources|None)$/ { n++; ranks[n] = $NF + 0; starts[n] = $9; ids[n] = $1 + 0; users[n] = $(NF - 1) }
    END {
      for (i = 1; i <= n; i++) {
        if (ranks[i] > rank || (ranks[i] == rank && ids[i] < job + 0)) ahead++
        if (users[i] != user) others++
        if (starts[i] ~ /^[0-9]/ && (first == "" || starts[i] < first)) first = starts[i]
      }
      if (long) print "long"
      else print ahead + 0, others + 0, first == "" ? "none" : first
      print mine noise
    }'
  exit "${PIPESTATUS[0]}"
)
sp_status=$?
case $sp_answer in
  long*) sp_status=0 ;; # squeue could not write the rest
esac
if [ "$sp_status" != 0 ]; then sp_answer=$(tail -n +3 <<<"$sp_answer"); fi
frame squeue "$sp_status" "$sp_answer"
