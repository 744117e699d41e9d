# The session's folder in the home directory, on the login node. Follows cluster_id.sh and
# other_dir.sh; session_dir.go sets: id, workdir, session_dir, grace (s), idle (s), generation, silence (s),
# create (1: a new session).
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
  remove_dir "$folder"
  rmdir "$root" "$HOME/.sunpyter"
} 2>/dev/null
fail() {
  if [ "$create" = 1 ]; then remove; fi # first: we may be ended once the failure is known
  printf 'failed %s %s\n' "$1" "$(printf '%s' "$2" | base64 | tr -d '\n')"
  exit 0
}
# create_dir: the file ready is full of blanks that the job overwrites, see job.sh.
create_dir() { mkdir -p "$1" && printf '%-10s\n' "$grace" >"$1/lease" && printf '%-10s\n' 1 >"$1/owner" && printf '%8192s' '' >"$1/ready" && printf '%s\n' "$cluster" >"$1/cluster"; } 2>&1
# create_other: a second folder, for the job to choose. It lies where nobody else can put
# another in its place, and not on the disk of the home directory, unless that is asked for.
create_other() {
  local base=${other_dir%/*}
  if [ ! -O "$base" ] || [ -n "$(find "$base/" -prune -perm /022 ! -perm -1000)" ]; then return 1; fi
  if [ -z "$session_dir" ] && [ "$(stat -c %d "$base/")" = "$(stat -c %d "$HOME/")" ]; then return 0; fi
  if ! create_dir "$other_dir" || ! printf '%s\n' "$other_dir" >"$folder/other"; then
    rm -rf "$other_dir"
    return 1
  fi
} >/dev/null 2>&1
# settle: keeps the folder in which the job has written, and links to it if that is the other.
settle() {
  local line=
  read -r line <"$folder/ready"
  if [ -n "$line" ]; then
    rm -rf "$other" "$folder/other"
    other=
    return
  fi
  read -r line <"$other/ready"
  if [ -z "$line" ]; then return; fi
  cp "$folder/about" "$folder/owner" "$other"
  rm -rf "$folder" && ln -s "$other" "$folder" || folder=$other # the home directory is read-only now
  other=
} 2>/dev/null
if [ "$create" = 1 ]; then
  # Folders of starts that failed while nobody looked, and what nobody can judge.
  find -L "$root" -mindepth 2 -maxdepth 2 \( -name ready -mmin +10 -exec grep -q '^failed ' {} \; -o -name lease -mtime +60 \) -exec dirname {} \; 2>/dev/null |
    while IFS= read -r old; do remove_dir "$old"; done
  # Those of which Slurm may know whether their jobs are over: the laptop asks it.
  old=$(find -L "$root" -mindepth 2 -maxdepth 2 -name lease -mtime +0 2>/dev/null | head -n 50 | while IFS= read -r lease; do
    there=
    read -r there <"${lease%lease}cluster"
    if [ "$there" = "$cluster" ]; then printf ' old'; break; fi
  done 2>/dev/null)
  # Once more, in case another session has just removed the root.
  problem=$(create_dir "$folder") || problem=$(create_dir "$folder") || fail home-not-writable "$HOME: ${problem##*: }"
  [ -s "$folder/lease" ] || fail home-not-writable "$HOME: what is written there is lost"
  cd -- "$workdir" 2>/dev/null || fail workdir-missing "$workdir"
  [ -w . ] || fail workdir-not-writable "$workdir"
  create_other || [ -z "$session_dir" ] || fail session-dir "$session_dir"
  printf '%s %s %s\n' "$grace" "$idle" "$(printf '%s' "$PWD" | base64 | tr -d '\n')" >"$folder/about"
  owned=
else
  owned=1
  old=
fi
printf 'open %s%s\n' "$(printf '%s' "$PWD" | base64 | tr -d '\n')" "$old"

other=
if [ ! -L "$folder" ]; then read -r other <"$folder/other"; fi 2>/dev/null
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
  if [ -n "$other" ]; then settle; fi
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
    renew\ *)
      for lease in "$folder/lease" ${other:+"$other/lease"}; do printf '%-10s\n' "${request#renew }" 1<>"$lease"; done
      ;;
  esac
done
