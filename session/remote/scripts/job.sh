# The job: what runs on the compute node, in a bash that has read no file of the user's. The
# lines above this one, made by JobScript, set: id, session_grace (s), workdir, kernel_transport,
# and define setup_script, launch_script and jupyter_config, which print those files. Its
# output goes to /dev/null; reports go to the file "ready" in the session's folder, and the
# rest to the private folder.
umask 077 # also the kernels', unless a login file sets another
folder=$HOME/.sunpyter/sessions/$id
# usable DIR: succeeds if it is the session's folder, and can be written to.
usable() { [ -e "$1/ready" ] && : 1<>"$1/ready"; } 2>/dev/null
if usable "$other_dir" && { [ -n "$session_dir" ] || ! usable "$folder"; }; then
  folder=$other_dir
elif [ -e "$folder/ready" ]; then
  remove_dir "$other_dir" # it is not needed
fi
private=
jupyter_pid=

# report LINE...: reports to the owner, in the ready file. It was made before sbatch, full of
# blanks, which all reports so far overwrite: the cache of a shared home directory can hide a
# new file or a new size for long, but not the content of a file that is opened again.
reported=
report() {
  reported+=$(printf '%s\n' "$@" .)
  reported=${reported%.}
  printf '%s' "$reported" 1<>"$folder/ready"
} 2>/dev/null

# gone PID TRIES: waits until the process has ended, TRIES times 0.25 s at most.
gone() {
  local try
  for ((try = 0; try < $2; try++)); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.25
  done
  return 1
}

# finish CODE: stops Jupyter, which asks its kernels to end and waits 5 s for a busy one,
# removes the private folder, and exits. Secrets are removed first: if Slurm's KillWait is
# short, it may kill the job before the rest is done. Work in the home directory, or in
# other_dir, runs concurrently, since its disk may hang.
at_home=
finish() {
  trap '' TERM
  if [ -n "$private" ]; then rm -rf "$private/token" "$private/where" "$private/run" "$private/host"; fi
  if [ -n "$private" ] && read -r shells <"$private/shells/pid"; then kill -TERM -- "-$shells"; fi 2>/dev/null
  if [ -n "$jupyter_pid" ]; then
    kill -TERM "$jupyter_pid" 2>/dev/null
    gone "$jupyter_pid" 40 || kill -KILL "$jupyter_pid" 2>/dev/null
  fi
  for _ in 1 2 3 4 5 6; do # processes that are ending may write there meanwhile
    [ -z "$private" ] || rm -rf "$private" 2>/dev/null && break
    sleep 0.3
  done
  if [ -n "$at_home" ]; then gone "$at_home" 120; fi
  exit "$1"
}

# remove: removes the session's folder, and ~/.sunpyter if it was the last.
remove() {
  rm -rf "$folder"
  if [ "$folder" = "$other_dir" ]; then return; fi
  rmdir "${folder%/*}" "$HOME/.sunpyter"
} 2>/dev/null

# leave REASON: ends the job while its owner may be away. A line records why, for 7 days and
# the last 50 ends, and the session's folder is removed.
leave() {
  trap '' TERM
  {
    ended="$SLURM_JOB_ID $(date +%s) $1"
    if [ "$folder" = "$other_dir" ]; then # history.sh moves it
      printf '%s\n' "$ended" >"$folder/ended"
    else
      mkdir -p "$HOME/.sunpyter/ended" && cd "$HOME/.sunpyter/ended" && {
        printf '%s\n' "$ended" >"$id"
        find . -type f -mtime +7 -exec rm -f {} +
        ls -t | tail -n +51 | while read -r old; do rm -f "$old"; done
      }
      remove
    fi
  } </dev/null >/dev/null 2>&1 &
  at_home=$!
  finish 0
}

# end CODE: ends the job as its owner asked.
end() {
  trap '' TERM
  remove &
  at_home=$!
  finish "$1"
}

# length SECONDS: prints a duration for the user.
length() {
  if [ "$1" -ge 120 ]; then printf '%s min' "$(($1 / 60))"; else printf '%s s' "$1"; fi
}

# sunpyter_fail CODE MESSAGE: reports that the start failed, and ends.
sunpyter_fail() {
  report "failed $1 $(printf '%s' "$2" | base64 | tr -d '\n')"
  finish 1
}

# log_tail: the end of Jupyter's log.
log_tail() { tail -n 15 "$private/log" | tail -c 3000; }

# Slurm sends TERM at scancel and at the time limit. The trap runs at once because the
# script waits for background children.
trap 'end 143' TERM
trap '' HUP

if [ ! -e "$folder/ready" ]; then # the owner withdrew the request, or the login node has another home
  remove
  exit 66 # EX_NOINPUT, see failure.go
fi
if [ "${SLURM_RESTART_COUNT:-0}" != 0 ]; then sunpyter_fail requeued "run ${SLURM_RESTART_COUNT} of this job"; fi

# age: for how long the lease was not renewed, by the file server's clock alone;
# session_grace: how long that may be.
age=0
read -r grace <"$folder/lease" 2>/dev/null
case $grace in '' | *[!0-9]*) ;; *) session_grace=$grace ;; esac
if printf '.' >"$folder/probe"; then
  now=$(stat -c %Y "$folder/probe") && last=$(stat -c %Y "$folder/lease") && age=$((now - last))
fi 2>/dev/null
if [ "$age" -lt 0 ]; then age=0; fi
if [ "$age" -ge "$session_grace" ]; then leave "nothing heard from your computer for $(length "$age") when the job started"; fi

# The private folder: on the node's own disk, with a path short enough for a unix socket,
# and with space for all that is written there until Jupyter runs.
for base in /tmp "${TMPDIR:-/tmp}" /var/tmp /dev/shm; do
  case $base in ????????????????????????????????????????????????????????????*) continue ;; esac
  private=$(mktemp -d "$base/sunpyter.XXXXXXXXXX") || { private=; continue; }
  if head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$private/token" && [ -s "$private/token" ] &&
    head -c 262144 /dev/zero >"$private/room" && rm -f "$private/room"; then break; fi
  rm -rf "$private"
  private=
done 2>/dev/null
if [ -z "$private" ]; then sunpyter_fail node-disk-full "no room in /tmp, /var/tmp or /dev/shm of $(hostname)"; fi

# The job's processes hold this lock as long as one of them runs, so that a later job can
# tell folders of jobs that were killed, as in a crash.
{ exec {lock}>"$private/lock" && flock -n "$lock" && printf '%s\n' "$$" >&"$lock"; } 2>/dev/null

# sweep: removes the folders of killed jobs from this node.
sweep() {
  local old
  for old in "${private%/*}"/sunpyter.*; do
    if [ -O "$old" ] && [ ! -L "$old" ] && [ -s "$old/lock" ]; then flock -n "$old/lock" rm -rf "$old"; fi
  done
}

# GENERATION SEQUENCE GRACE: one record of fixed width, written in place, so that renewals
# work on a full disk, too.
printf '%-46s\n' "0 0 $((session_grace - age))" >"$private/lease"

# notices: what to report to the owner, see node_agent.sh; failed: why the start went wrong.
for file in notices failed errors; do : >"$private/$file"; done

node=${SLURMD_NODENAME:-$(hostname -s)}
host_keys=$(cat /etc/ssh/ssh_host_*_key.pub 2>/dev/null | cut -d' ' -f1,2)
if [ -z "$host_keys" ]; then host_keys=$(ssh-keyscan -T 3 127.0.0.1 2>/dev/null | cut -d' ' -f2,3); fi
lines=("node $node $SLURM_JOB_ID $private")
while read -r key; do lines+=("key $key"); done <<<"$host_keys"
for kind in ed25519 ecdsa; do # for the sshd of step_sshd.sh; some nodes (FIPS) have only ecdsa
  ssh-keygen -q -t "$kind" -N '' -C '' -f "$private/host" </dev/null >/dev/null 2>&1 || continue
  read -r kind key _ <"$private/host.pub"
  lines+=("step $kind $key")
  break
done
report "${lines[@]}" "up" || finish 73 # only the exit code can still report: see failure.go

memory_group /proc/self/cgroup /proc/self/mountinfo >"$private/memory"
read -r group <"$private/memory" # the cgroup of Jupyter and the kernels, see memory.sh
use_groups /proc/self/cgroup /proc/self/mountinfo >"$private/groups"
{ read -r memory_counter && read -r cpu_counter; } <"$private/groups" # see use.sh

# start [-l]: becomes a shell, with -l a login shell, that sets up the environment and
# becomes Jupyter. It runs concurrently with the watcher, so that a set-up that hangs ends
# with the lease, too.
start() {
  cd -- "$workdir" 2>/dev/null || refuse workdir-missing "$workdir"$'\n'"$node"
  [ -w . ] || refuse workdir-not-writable "$workdir"$'\n'"$node"
  exec /bin/bash "$@" "$private/setup"
}
# refuse CODE MESSAGE: ends start; the watcher reports it.
refuse() {
  printf '%s\n%s' "$1" "$2" >"$private/failed"
  exit 1
}
mkdir "$private/run" "$private/config"
{ printf 'mode = "%s"\n' "$kernel_transport" && jupyter_config; } >"$private/config/jupyter_config.py"
setup_script >"$private/setup"
{ printf '%s=%q\n' private "$private" workdir "$workdir" node "$node" && launch_script; } >"$private/launch"
kernelspecs_script >"$private/kernelspecs"
printf 'reading the start-up files of your shell\n' >"$private/step"
socket=$private/s
start -l </dev/null >"$private/log" 2>&1 &
jupyter_pid=$!
sweep </dev/null >/dev/null 2>&1 &
given /dev </dev/null >>"$private/notices" 2>/dev/null &

# progress: reports the step of the set-up that runs.
step=
progress() {
  local now=
  read -r now <"$private/step"
  if [ "$now" = "$step" ]; then return; fi
  step=$now
  report "progress $(printf '%s' "$step" | base64 | tr -d '\n')"
}

# restart: starts again without the start-up files if they have ended the shell, as "exit"
# and "exec zsh" do: the job has the variables that they set on the login node.
restart() {
  if [ -e "$private/begun" ] || [ -s "$private/failed" ]; then return 1; fi
  : >"$private/begun"
  wait "$jupyter_pid"
  status=$?
  if [ "$status" != 0 ]; then
    sunpyter_fail environment-failed "a start-up file of your shell (.bash_profile, .bash_login or .profile) ended it with status $status on $node: $(log_tail)"
  fi
  start </dev/null >>"$private/log" 2>&1 &
  jupyter_pid=$!
}

# found: reports where Jupyter listens, once it has written that. The file is renamed, so
# that it is never read in part.
found() {
  local file port token address
  if [ -e "$private/trying" ]; then return 1; fi # see container.sh
  for file in "$private"/run/*server-*.json; do
    [ -s "$file" ] || return 1
    token=$(sed -n 's/^.*"token": *"\([^"]*\)".*$/\1/p' "$file")
    port=$(sed -n 's/^.*"port": *\([0-9]*\).*$/\1/p' "$file")
  done
  if [ -S "$socket" ]; then
    address="unix $socket"
  elif grep -q '"sock": *"/' "$file"; then
    return 1 # Jupyter 2 writes the file before it listens on the socket; the port there may be another user's
  elif [ "${port:-0}" -gt 0 ]; then
    address="tcp 127.0.0.1:$port"
  else
    return 1
  fi
  if [ -z "$token" ]; then sunpyter_fail jupyter-no-token ""; fi
  if [ ! -d "$private/k" ]; then printf 'loopback \n' >>"$private/notices"; fi # see kernel_transport.py
  printf '%s %s %s\n' "$address" "$(cat "$private/app")" "$token" >"$private/where.new" && mv "$private/where.new" "$private/where"
  report "ready"
}

# The watcher counts its own ticks since the lease last changed, see lease.sh.
last=
tick=0.05
memory_kills "$group"
memory_seen=$kills killed=
while memory_watch "$group" && { kill -0 "$jupyter_pid" 2>/dev/null || restart; }; do
  case $tick in
    2)
      tick_counts 200
      use_sample "$private/use" "$memory_counter" "$cpu_counter"
      gpu_watch
      ;;
    *)
      tick_counts 5
      progress
      if found; then tick=2; fi
      ;;
  esac
  lease=
  read -r lease <"$private/lease"
  if [ "$lease" != "$last" ]; then
    last=$lease
    waited=0
  fi
  grace=${lease##* }
  if [ "$grace" = 0 ]; then # the owner ends the job without Slurm
    end 0
  fi
  if [ "$waited" -ge "$((${grace:-$session_grace} * 100))" ]; then leave "nothing heard from your computer for $(length "$((waited / 100))")"; fi
  sleep "$tick" &
  wait $!
done
memory_watch "$group"
memory_limit "$group"
if [ -n "$limit" ] && memory_blamed; then sunpyter_fail out-of-memory "$limit"; fi
if [ -s "$private/failed" ]; then
  read -r code <"$private/failed"
  sunpyter_fail "$code" "$(tail -n +2 "$private/failed")"
fi
log=$(log_tail)
wait "$jupyter_pid"
status=$?
sunpyter_fail jupyter-died "${log:-it ended with status $status and printed nothing}"
