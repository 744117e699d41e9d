# The way in by a step of the job: runs in it, becomes an SSH server on its own input and
# output, and ends with them. script.go sets: private, public (the one key that is let in).
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
"$sshd" -i -e -f /dev/null -h "$private/host" \
  -o AuthorizedKeysFile="$own/keys" -o StrictModes=no -o PidFile=none -o UsePAM=no -o LogLevel=ERROR \
  -o PubkeyAuthentication=yes -o PasswordAuthentication=no -o ChallengeResponseAuthentication=no \
  -o KerberosAuthentication=no -o GSSAPIAuthentication=no -o HostbasedAuthentication=no \
  -o AllowTcpForwarding=local -o AllowStreamLocalForwarding=local -o AllowAgentForwarding=no -o X11Forwarding=no \
  -o PermitTunnel=no -o GatewayPorts=no -o PermitUserRC=no -o PermitUserEnvironment=no -o PrintMotd=no -o PrintLastLog=no \
  -o UseDNS=no -o MaxSessions=20 -o LoginGraceTime=30 -o ClientAliveInterval=15 -o ClientAliveCountMax=3
status=$?
rm -rf "$own"
exit "$status"
