# An sshd in a step of the job: it serves SSH on its own input and
# output, and ends with them. commands.go sets: private, public (the one key that is let in),
# listen (1: the server also listens on a port of the node, and says which, or 0, before SSH).
# All is given as options: the site's sshd_config is for others. The server is the user's:
# it can log nobody else in.
PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin
sshd=$(type -P sshd)
if [ -z "$sshd" ]; then
  echo "there is no sshd on $HOSTNAME" >&2
  exit 72 # EX_OSFILE of sysexits.h(3)
fi
if [ ! -O "$private/host" ]; then
  echo "the folder $private is not there" >&2
  exit 66 # EX_NOINPUT
fi
umask 077
own=$(mktemp -d "$private/way.XXXXXXXXXX") && printf '%s\n' "$public" >"$own/keys" || exit 73
options=(
  -e -f /dev/null -h "$private/host" -o AuthorizedKeysFile="$own/keys" -o StrictModes=no -o UsePAM=no -o LogLevel=ERROR
  -o PubkeyAuthentication=yes -o PasswordAuthentication=no -o ChallengeResponseAuthentication=no
  -o KerberosAuthentication=no -o GSSAPIAuthentication=no -o HostbasedAuthentication=no
  -o AllowTcpForwarding=local -o AllowStreamLocalForwarding=local -o AllowAgentForwarding=no -o X11Forwarding=no
  -o PermitTunnel=no -o GatewayPorts=no -o PermitUserRC=no -o PermitUserEnvironment=no -o PrintMotd=no -o PrintLastLog=no
  -o UseDNS=no -o MaxSessions=20 -o LoginGraceTime=30 -o ClientAliveInterval=15 -o ClientAliveCountMax=3
)

# listening: a second server, for speed, at the node's address; it sets listener and port.
listening() {
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
  listening
  printf 'sunpyter:port %s\n' "$port"
fi
"$sshd" -i "${options[@]}" -o PidFile=none
status=$?
if [ -n "$listener" ]; then kill "$listener"; fi
rm -rf "$own"
exit "$status"
