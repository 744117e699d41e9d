# Prints what the user can request from the site. Follows site.sh.
frame groups 0 "$(id -Gn 2>/dev/null)"
sp_options=()
case $sp_clusters in '' | all | *,*) ;; *) sp_options=(--clusters="$sp_clusters") ;; esac
sp_answer=$(command sinfo ${sp_options[@]+"${sp_options[@]}"} --all --noheader --exact --format='%R|%c|%m|%G' 2>&1)
frame nodes "$?" "$sp_answer"
# A database that does not answer must not delay the rest.
sp_answer=$(timeout 20 sacctmgr --noheader --parsable2 show user where name="$(id -un)" withassoc \
  format=defaultaccount,cluster,account,partition,qos 2>&1 </dev/null)
frame accounts "$?" "$sp_answer"
