# Lists the nodes of a partition with what is free on them, after the clock. Follows common.sh; set before: sp_options, of sinfo.
sp_answer=$(command sinfo "${sp_options[@]}" 2>&1)
sp_status=$?
if [ "$sp_status" = 0 ]; then sp_answer=$(tr -s ' ' <<<"$sp_answer"); fi
frame sinfo "$sp_status" "$(date +%s)"$'\n'"$sp_answer"
