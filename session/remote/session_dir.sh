# The session's folder in the home directory, on the login node. Follows cluster_id.sh;
# session_dir.go sets: id, workdir, grace (s), idle (s), generation, silence (s), create (1: a new session).
# It makes the folder, reports what the job writes there, and touches the lease
# while the job waits. It ends with its input, or when that is silent for $silence (s), since
# sshd may not notice that the connection is lost; an empty line says only that it is not.
# A folder that no job knows of goes with it.
umask 077
trap : HUP PIPE # a link that broke shows as the end of the input, where the folder goes
root=$HOME/.sunpyter/sessions
folder=$root/$id
# remove: the folder goes, and ours altogether when it was the last.
remove() {
  rm -rf "$folder"
  rmdir "$root" "$HOME/.sunpyter"
} 2>/dev/null
fail() {
  printf 'failed %s %s\n' "$1" "$(printf '%s' "$2" | base64 | tr -d '\n')"
  if [ "$create" = 1 ]; then remove; fi
  exit 0
}
# create_dir: the file ready is full of blanks that the job overwrites, see job.sh.
create_dir() { mkdir -p "$folder" && printf '%-10s\n' "$grace" >"$folder/lease" && printf '%-10s\n' 1 >"$folder/owner" && printf '%8192s' '' >"$folder/ready" && printf '%s\n' "$cluster" >"$folder/cluster"; } 2>&1
if [ "$create" = 1 ]; then
  # Folders of starts that failed while nobody looked, and what nobody can judge.
  find "$root" -mindepth 2 -maxdepth 2 \( -name ready -mmin +10 -exec grep -q '^failed ' {} \; -o -name lease -mtime +60 \) -exec dirname {} \; 2>/dev/null |
    while IFS= read -r old; do rm -rf "$old"; done
  # Those of which Slurm may know whether their jobs are over: the laptop asks it.
  old=$(find "$root" -mindepth 2 -maxdepth 2 -name lease -mtime +0 2>/dev/null | head -n 50 | while IFS= read -r lease; do
    there=
    read -r there <"${lease%lease}cluster"
    if [ "$there" = "$cluster" ]; then printf ' old'; break; fi
  done 2>/dev/null)
  # Once more, in case another session has just removed the root.
  problem=$(create_dir) || problem=$(create_dir) || fail home-not-writable "$HOME: ${problem##*: }"
  [ -s "$folder/lease" ] || fail home-not-writable "$HOME: what is written there is lost"
  cd -- "$workdir" 2>/dev/null || fail workdir-missing "$workdir"
  [ -w . ] || fail workdir-not-writable "$workdir"
  printf '%s %s %s\n' "$grace" "$idle" "$(printf '%s' "$PWD" | base64 | tr -d '\n')" >"$folder/about"
  owned=
else
  owned=1
  old=
fi
printf 'open %s%s\n' "$(printf '%s' "$PWD" | base64 | tr -d '\n')" "$old"

seen=0
looked=
looks=0
heard=$SECONDS
gap=0.02
begun= # a request of which the end is still to come
while :; do
  if [ "$SECONDS" != "$looked" ]; then # has another owner taken it over?
    looked=$SECONDS
    read -r held <"$folder/owner"
    if [ "${held:-0}" -gt "$generation" ]; then
      printf 'taken\n'
      exit 0
    fi
  fi 2>/dev/null
  lines=()
  if ! mapfile lines 2>/dev/null <"$folder/ready"; then
    printf 'gone\n'
    exit 0
  fi
  for ((; seen < ${#lines[@]}; seen++)); do
    # What has no end is still being written, or the blanks that follow.
    case ${lines[seen]} in *$'\n') printf '%s' "${lines[seen]}" ;; *) break ;; esac
  done
  looks=$((looks + 1))
  case $looks in # after 2, 10 and 60 s or so
    100) gap=0.1 ;;
    180) gap=0.5 ;;
    280) gap=1 ;;
  esac
  IFS= read -r -t "$gap" request
  status=$?
  begun+=$request
  if [ "$status" -gt 128 ] && [ "$((SECONDS - heard))" -lt "$silence" ]; then continue; fi
  if [ "$status" -ne 0 ]; then
    if [ -z "$owned" ]; then remove; fi
    exit 0
  fi
  heard=$SECONDS
  request=$begun begun=
  case $request in
    submitted) owned=1 ;;
    renew\ *) printf '%-10s\n' "${request#renew }" 1<>"$folder/lease" ;;
  esac
done
