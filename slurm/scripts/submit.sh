# Submits a job: reads the request, submits it, and waits for the acknowledgement. Follows
# site.sh.
# The request is a line of lengths, the options with a NUL after each, and the gzipped script.
# Nothing is done unless it is complete. Empty lines before it are heartbeats; without one for
# sp_silence seconds, the script ends, since sshd may not notice that the connection is lost.
sp_verb=
while [ -z "$sp_verb" ]; do
  IFS=' ' read -r -t "$sp_silence" sp_verb sp_count sp_script_length || exit 0
done
[ "$sp_verb" = submit ] || exit 0
sp_options=()
while [ "${#sp_options[@]}" -lt "$sp_count" ]; do
  IFS= read -r -d '' -t "$sp_silence" sp_word || exit 0
  sp_options+=("$sp_word")
done
sp_script=$(timeout "$sp_silence" head -c "$sp_script_length" | gzip -dc 2>/dev/null && printf .) || exit 0
sp_script=${sp_script%.}
cd "$HOME" 2>/dev/null || cd /

# From here on a lost connection must not end the script before the job is acknowledged or
# cancelled.
trap : HUP INT PIPE TERM
sp_answer=$(printf '%s' "$sp_script" | command sbatch "${sp_options[@]}" 2>&1)
sp_status=$?
sp_job=
sp_cluster=
sp_pattern='^[0-9]+(;.*)?$'
IFS=$'\n'
set -f
for sp_line in $sp_answer; do
  if [[ $sp_line =~ $sp_pattern ]]; then sp_job=${sp_line%%;*} sp_cluster=${sp_line#*;}; fi
done
# A cluster's name counts only if one was requested: some sites always print one.
case $'\n'"${sp_options[*]}" in *$'\n--clusters='*) ;; *) sp_cluster=$sp_job ;; esac
if [ "$sp_cluster" = "$sp_job" ]; then sp_cluster=; fi
frame sbatch "$sp_status" "$sp_answer"
# Others may have come meanwhile. The home directory may hang, which must delay nothing else.
if [ -n "$sp_has_file" ] && [ -n "$sp_job" ]; then { set +f; sessions; } & fi
sp_verb=
IFS= read -r -t 10 sp_verb
if [ "$sp_verb" = keep ] || [ -z "$sp_job" ]; then exit 0; fi
for sp_name in 1 2 3; do
  sp_answer=$(command scancel ${sp_cluster:+--clusters="$sp_cluster"} "$sp_job" 2>&1)
  sp_status=$?
  if [ "$sp_status" -eq 0 ]; then break; fi
  sleep 5
done
frame scancel "$sp_status" "$sp_answer"
