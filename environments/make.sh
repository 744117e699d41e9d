# Makes an environment with Jupyter and ipykernel, installs ipykernel in one that exists, or
# removes one that it has made. make.go sets: mode (plan, create, install, remove) and dir, the
# folder, and silence (s). Prints lines: "made" if create has made dir before, "path BASE64", "step TEXT" and
# "> TEXT" (of pip) meanwhile, and at last "done" or "failed CODE BASE64". The end of the input, or of the connection, ends it.
if [ -L "${dir%/}" ] && real=$(cd -P -- "$dir" 2>/dev/null && pwd); then dir=$real; fi # the folder is replaced and removed, not the link
marker=$dir/.made-by-sunpyter
packages='jupyter-server ipykernel'

encoded() { printf '%s' "$1" | base64 | tr -d '\n'; }
# discard: removes an environment that is only half made.
discard() {
  if [ "$mode" = create ] && [ -e "$marker" ] && [ ! -s "$marker" ]; then rm -rf "$dir"; fi
} 2>/dev/null
failed() {
  discard
  printf 'failed %s %s\n' "$1" "$(encoded "$2")"
  exit 0
}
# failed_with CODE: reports that the last command failed: for lack of space, or with CODE.
failed_with() {
  case $output in *'No space left on device'* | *'Disk quota exceeded'*) failed no-space "$output" ;; esac
  failed "$1" "$output"
}
# run TITLE WORD...: runs a command, and prints what it prints.
run() {
  local line status=1
  printf 'step %s\n' "$1"
  shift
  output=
  while IFS= read -r line; do
    case $line in sunpyter:status\ *) status=${line##* } && continue ;; esac
    printf '> %s\n' "${line:0:500}"
    output+=$line$'\n'
    if [ "${#output}" -gt 3000 ]; then output=${output:(-3000)}; fi
  done < <("$@" 2>&1 </dev/null; printf 'sunpyter:status %s\n' "$?")
  return "$status"
}
# install PACKAGE...: pip, which reads the user's and the site's settings of the index.
install() {
  if run "Installing $*" "$dir/bin/python" -m pip install --disable-pip-version-check --no-input --retries 1 --timeout 15 "$@"; then return; fi
  case $output in
    *'Failed to establish a new connection'* | *'Temporary failure in name resolution'* | *'Network is unreachable'* | *'Connection refused'* | *timed\ out* | *'ProxyError'* | *'No matching distribution found'* | *'Could not find a version'*)
      failed no-index "$output" ;;
    *'externally-managed-environment'* | *'No module named pip'*) failed no-pip "$output" ;;
  esac
  failed_with install
}

work() {
  case $mode in
    create)
      if { [ -e "$dir" ] || [ -L "${dir%/}" ]; } && [ ! -e "$marker" ]; then failed exists ''; fi
      rm -rf "$dir"
      if ! output=$(export LC_ALL=C && { mkdir -p "$dir" && : >"$marker"; } 2>&1); then
        rmdir "$dir"
        failed_with create
      fi
      if ! run "Running python3 -m venv" python3 -m venv "$dir"; then failed_with no-venv; fi
      install $packages
      echo made >"$marker" # from here on it stays
      ;;
    install)
      if [ ! -x "$dir/bin/python" ]; then failed not-there ''; fi
      install ipykernel
      ;;
    remove)
      if [ ! -e "$marker" ]; then failed not-ours ''; fi
      rm -rf "$dir" || failed install "$dir cannot be removed in whole"
      ;;
  esac
  printf 'done\n'
}

# hold_lock: fails if another window changes an environment now: they would remove each other's files.
# All processes of the work hold the lock, so it ends with the last. Where no file can be locked (71 of flock), or that
# hangs, as on NFS without its lock daemon, nothing is checked.
lock_file=$HOME/.sunpyter/environment.lock
hold_lock() {
  local status
  mkdir -p -m 700 "${lock_file%/*}" && exec {lock}>>"$lock_file" || return 0
  timeout --signal=KILL 3 flock -n "$lock"
  status=$?
  if [ "$status" = 1 ] || [ ! "$lock_file" -ef "/dev/fd/$lock" ]; then return 1; fi
  if [ "$status" != 0 ]; then
    printf 'step No file can be locked in your home directory, so do not change this environment in another window now\n'
  fi
} 2>/dev/null

if [ -s "$marker" ]; then printf 'made\n'; fi
printf 'path %s\n' "$(encoded "$dir")"
if [ "$mode" = plan ]; then exit 0; fi
if ! hold_lock; then
  printf 'failed busy \n'
  exit 0
fi
# The work is a job with a process group of its own, which the end of the input kills.
set -m
work 2>/dev/null </dev/null &
worker=$!
{
  while read -r -t "$silence" _; do :; done # an empty line is a heartbeat
  kill -KILL -- "-$worker"
} 2>/dev/null 1>&- <&0 &
watcher=$!
exec >/dev/null 2>&1 # bash says what was killed, which would end it once the connection is closed
wait "$worker"
kill -KILL -- "-$worker" "-$watcher" 2>/dev/null # a lost connection may have ended only the worker's shell
discard
rm -f "$lock_file"
rmdir "${lock_file%/*}" 2>/dev/null # if nothing else is in it
exit 0
