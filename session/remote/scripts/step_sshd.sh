# Runs an sshd in a step of the job, which serves SSH on its standard input and output and
# ends with them. commands.go sets: private, public (the only authorized key), listen (1: a
# second server listens on a port of the node; the port, or 0, is printed before SSH). It runs
# as the user, so only the user can log in, and ignores the site's sshd_config.
PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin
sshd=$(type -P sshd)
if [ -z "$sshd" ]; then
  echo "there is no sshd on $HOSTNAME" >&2
  exit 72 # EX_OSFILE of sysexits.h(3)
fi
if [ ! -O "$private/host" ]; then
  echo "the folder $private does not exist" >&2
  exit 66 # EX_NOINPUT
fi
umask 077
own=$(mktemp -d "$private/step.XXXXXXXXXX") && printf '%s\n' "$public" >"$own/keys" || exit 73
options=(
  -e -f /dev/null -h "$private/host" -o AuthorizedKeysFile="$own/keys" -o StrictModes=no -o UsePAM=no -o LogLevel=ERROR
  -o PubkeyAuthentication=yes -o PasswordAuthentication=no -o ChallengeResponseAuthentication=no
  -o KerberosAuthentication=no -o GSSAPIAuthentication=no -o HostbasedAuthentication=no
  -o AllowTcpForwarding=local -o AllowStreamLocalForwarding=local -o AllowAgentForwarding=no -o X11Forwarding=no
  -o PermitTunnel=no -o GatewayPorts=no -o PermitUserRC=no -o PermitUserEnvironment=no -o PrintMotd=no -o PrintLastLog=no
  -o UseDNS=no -o MaxSessions=20 -o LoginGraceTime=30 -o ClientAliveInterval=15 -o ClientAliveCountMax=3
)

# start_listener: starts a second server on the node's address, for speed; sets listener and port.
start_listener() {
  local address try
  read -r address _ < <(getent hosts "${SLURMD_NODENAME:-$HOSTNAME}")
  for ((try = 0; try < 5; try++)); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    "$sshd" -D "${options[@]}" -o ListenAddress="$address" -p "$port" -o PidFile="$own/pid" -o MaxStartups=3:50:10 </dev/null >/dev/null 2>&1 &
    listener=$!
    while kill -0 "$listener" 2>/dev/null; do
      if [ -s "$own/pid" ]; then return; fi
      sleep 0.02
    done
  done
  port=0
}
listener=
port=0
if [ "$listen" = 1 ]; then
  start_listener
  printf 'sunpyter:port %s\n' "$port"
fi
"$sshd" -i "${options[@]}" -o PidFile=none
status=$?
if [ -n "$listener" ]; then kill "$listener"; fi
rm -rf "$own"
exit "$status"
