# Lists a waiting job, counts the jobs that come before it, and finds the first expected start of all that wait. Follows
# common.sh; set before: sp_job, sp_options (of squeue, which prints no text of users) and sp_mark, which is between
# the fields. Slurm sends all jobs of the site; only this leaves the login node.
sp_answer=$(TZ=UTC0 command squeue "${sp_options[@]}" 2>&1 </dev/null)
sp_status=$?
if [ "$sp_status" = 0 ]; then
  sp_answer=$(awk -F "$sp_mark" -v job="$sp_job" '
    NF < 3 { next }
    $1 == job { mine = $0; rank = $NF + 0; user = $(NF - 1) }
    $2 == "PENDING" && $3 ~ /^(Priority|Resources|None)$/ { n++; ranks[n] = $NF + 0; starts[n] = $9; ids[n] = $1 + 0; users[n] = $(NF - 1) }
    END {
      for (i = 1; i <= n; i++) {
        if (ranks[i] > rank || (ranks[i] == rank && ids[i] < job + 0)) ahead++
        if (users[i] != user) others++
        if (starts[i] ~ /^[0-9]/ && (first == "" || starts[i] < first)) first = starts[i]
      }
      print ahead + 0, others + 0, first == "" ? "none" : first
      print mine
    }' <<<"$sp_answer")
fi
frame squeue "$sp_status" "$sp_answer"
