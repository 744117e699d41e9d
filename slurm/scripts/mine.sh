# Lists the user's jobs in each cluster that jobs are sent to, with one call each, since the
# output does not always name a job's cluster. Follows common.sh; set before: sp_squeue, the
# arguments of squeue.
if [ "$sp_clusters" = all ]; then
  sp_clusters=$(command sacctmgr --noheader --parsable2 list cluster format=cluster 2>/dev/null </dev/null)
fi
if [ -z "$sp_clusters" ]; then
  sp_answer=$(TZ=UTC0 command squeue "${sp_squeue[@]}" 2>&1 </dev/null)
  frame squeue "$?" "$sp_answer"
fi
for sp_name in ${sp_clusters//,/ }; do
  sp_answer=$(TZ=UTC0 command squeue --clusters="$sp_name" "${sp_squeue[@]}" 2>&1 </dev/null)
  frame "squeue@$sp_name" "$?" "$sp_answer"
done
