# All commands of a login in one session, for hosts that allow no more (MaxSessions 1): becomes an
# SSH server on its own input and output, and ends with them. carry.go sets: public, the one
# key that is let in. The server is the user's: it can log nobody else in.
trap : HUP PIPE
PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin
sshd=$(type -P sshd) || exit 72 # EX_OSFILE of sysexits.h(3)
umask 077
own=$(mktemp -d "${TMPDIR:-/tmp}/sunpyter.XXXXXXXXXX") || exit 73 # EX_CANTCREAT
trap 'rm -rf "$own"' EXIT
ssh-keygen -q -t ecdsa -N '' -f "$own/host" >/dev/null && printf '%s\n' "$public" >"$own/keys" || exit 73
printf 'sunpyter:host %s\n' "$(cat "$own/host.pub")"
"$sshd" -i -e -f /dev/null -h "$own/host" -o AuthorizedKeysFile="$own/keys" -o StrictModes=no -o UsePAM=no -o LogLevel=ERROR -o PidFile=none \
  -o PubkeyAuthentication=yes -o PasswordAuthentication=no -o ChallengeResponseAuthentication=no \
  -o KerberosAuthentication=no -o GSSAPIAuthentication=no -o HostbasedAuthentication=no \
  -o AllowTcpForwarding=no -o AllowStreamLocalForwarding=no -o AllowAgentForwarding=no -o X11Forwarding=no \
  -o PermitTunnel=no -o PermitUserRC=no -o PermitUserEnvironment=no -o PrintMotd=no -o PrintLastLog=no \
  -o UseDNS=no -o MaxSessions=60 -o LoginGraceTime=30 -o ClientAliveInterval=15 -o ClientAliveCountMax=3
