# The session's folder in the home directory, on the login node. Follows cluster_id.sh and
# other_dir.sh; session_dir.go sets: id, workdir, session_dir, grace (s), idle (s), generation, silence (s),
# create (1: a new session), make_workdir (1: create the working directory if it is missing).
# It makes the folder, prints what the job writes there, and renews the lease while the job
# is pending. It ends with its input, or when that was silent for $silence (s), since sshd may
# not notice that the connection is lost; an empty line is only a heartbeat. If there is no
# job by then, it removes the folder.
mask=$(umask)
umask 077
trap : HUP PIPE # a lost connection is handled at the end of the input
root=$HOME/.sunpyter/sessions
folder=$root/$id
# remove: removes the folder, and ~/.sunpyter if it was the last.
remove() {
  remove_dir "$folder"
  rmdir "$root" "$HOME/.sunpyter"
} 2>/dev/null
fail() {
  if [ "$create" = 1 ]; then remove; fi # first: this script may be killed once the failure is known
  printf 'failed %s %s\n' "$1" "$(printf '%s' "$2" | base64 | tr -d '\n')"
  exit 0
}
# create_dir: the file ready is full of blanks that the job overwrites, see job.sh.
create_dir() { mkdir -p "$1" && printf '%-10s\n' "$grace" >"$1/lease" && printf '%-10s\n' 1 >"$1/owner" && printf '%8192s' '' >"$1/ready" && printf '%s\n' "$cluster" >"$1/cluster"; } 2>&1
enter_workdir() {
  cd -- "$workdir" 2>/dev/null || fail workdir-missing "$workdir"
  [ -w . ] || fail workdir-not-writable "$workdir"
}
write_about() { printf '%s %s %s\n' "$grace" "$idle" "$(printf '%s' "$PWD" | base64 | tr -d '\n')" >"$folder/about"; }
# create_other: makes a second folder, of which the job chooses one. It must be where no other
# user can replace it, and on another disk than the home directory unless session_dir is set.
create_other() {
  local base=${other_dir%/*}
  if [ ! -O "$base" ] || [ -n "$(find "$base/" -prune -perm /022 ! -perm -1000)" ]; then return 1; fi
  if [ -z "$session_dir" ] && [ "$(stat -c %d "$base/")" = "$(stat -c %d "$HOME/")" ]; then return 0; fi
  if ! create_dir "$other_dir" || ! printf '%s\n' "$other_dir" >"$folder/other"; then
    rm -rf "$other_dir"
    return 1
  fi
} >/dev/null 2>&1
# settle: keeps the folder that the job has written to, and links to it if it is the second.
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
facts=
if [ "$create" = 1 ]; then
  # Remove folders of starts that failed without an owner, and those too old to judge.
  find -L "$root" -mindepth 2 -maxdepth 2 \( -name ready -mmin +10 -exec grep -q '^failed ' {} \; -o -name lease -mtime +60 \) -exec dirname {} \; 2>/dev/null |
    while IFS= read -r old; do remove_dir "$old"; done
  # Report whether there are folders whose jobs may have ended; the laptop asks Slurm.
  facts=$(find -L "$root" -mindepth 2 -maxdepth 2 -name lease -mtime +0 2>/dev/null | head -n 50 | while IFS= read -r lease; do
    there=
    read -r there <"${lease%lease}cluster"
    if [ "$there" = "$cluster" ]; then printf ' old'; break; fi
  done 2>/dev/null)
  # Once more, in case another session has just removed the root.
  problem=$(create_dir "$folder") || problem=$(create_dir "$folder") || fail home-not-writable "$HOME: ${problem##*: }"
  [ -s "$folder/lease" ] || fail home-not-writable "$HOME: what is written there is lost"
  if [ "$make_workdir" = 1 ] && [ ! -d "$workdir" ]; then
    problem=$(umask "$mask" && mkdir -p -- "$workdir" 2>&1) || fail workdir-not-made "$workdir: ${problem##*: }"
    facts+=' made'
  fi
  enter_workdir
  create_other || [ -z "$session_dir" ] || fail session-dir "$session_dir"
  write_about
  owned=
else
  owned=1
fi
printf 'open %s%s\n' "$(printf '%s' "$PWD" | base64 | tr -d '\n')" "$facts"

other=
if [ ! -L "$folder" ]; then read -r other <"$folder/other"; fi 2>/dev/null
seen=0
checked=
polls=0
last_input=$SECONDS
gap=0.02
partial= # the beginning of a request
while :; do
  if [ "$SECONDS" != "$checked" ]; then # has another owner taken it over?
    checked=$SECONDS
    read -r current <"$folder/owner"
    if [ "${current:-0}" -gt "$generation" ]; then
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
    # A line without an end is still being written, or is the blanks that follow.
    case ${lines[seen]} in *$'\n') printf '%s' "${lines[seen]}" ;; *) break ;; esac
  done
  polls=$((polls + 1))
  case $polls in # after 2, 10 and 60 s or so
    100) gap=0.1 ;;
    180) gap=0.5 ;;
    280) gap=1 ;;
  esac
  IFS= read -r -t "$gap" request
  status=$?
  partial+=$request
  if [ "$status" -gt 128 ] && [ "$((SECONDS - last_input))" -lt "$silence" ]; then continue; fi
  if [ "$status" -ne 0 ]; then
    if [ -z "$owned" ]; then remove; fi
    exit 0
  fi
  last_input=$SECONDS
  request=$partial partial=
  case $request in
    submitted) owned=1 ;;
    change\ *) # the site's own file grants something else than the laptop asked for
      rest=${request#change }
      grace=${rest%% *} rest=${rest#* }
      idle=${rest%% *}
      eval "workdir=$(printf '%s' "${rest#* }" | base64 -d)"
      enter_workdir
      rm -rf "$other" "$folder/other"
      other= other_dir=${session_dir:-$workdir}/.sunpyter-$id
      create_other || [ -z "$session_dir" ] || fail session-dir "$session_dir"
      { read -r other <"$folder/other"; } 2>/dev/null
      write_about
      printf '%-10s\n' "$grace" 1<>"$folder/lease"
      printf 'changed %s\n' "$(printf '%s' "$PWD" | base64 | tr -d '\n')"
      ;;
    renew\ *)
      for lease in "$folder/lease" ${other:+"$other/lease"}; do printf '%-10s\n' "${request#renew }" 1<>"$lease"; done
      ;;
  esac
done
