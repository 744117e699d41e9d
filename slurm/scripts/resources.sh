# Prints what the user can request from the site. Follows site.sh.
frame groups 0 "$(id -Gn 2>/dev/null)"
sp_options=()
case $sp_clusters in '' | all | *,*) ;; *) sp_options=(--clusters="$sp_clusters") ;; esac
sp_options+=(--all --noheader --exact)
sp_name=PartitionName:128,CPUs:12,Memory:16,Gres:400,GresUsed:400,StateLong:24,CPUsState:48,NodeAIOT:48
sp_answer=$(command sinfo "${sp_options[@]}" --Format="$sp_name" 2>&1)
sp_status=$?
case $sp_status$sp_answer in
  0*) sp_answer=$(tr -s ' ' <<<"$sp_answer") ;;
  *[Ii]nvalid*) # a Slurm without one of these fields has not asked the controller
    sp_answer=$(command sinfo "${sp_options[@]}" --format='%R|%c|%m|%G' 2>&1)
    sp_status=$?
    ;;
esac
frame nodes "$sp_status" "$sp_answer"
# A database that does not answer must not delay the rest.
sp_answer=$(timeout "${sp_patience:-20}" sacctmgr --noheader --parsable2 show user where name="$(id -un)" withassoc \
  format=defaultaccount,cluster,account,partition,qos 2>&1 </dev/null)
frame accounts "$?" "$sp_answer"
