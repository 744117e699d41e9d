#!/bin/bash
# root.sh SUITE: makes the root folder of a Debian suite (trixie, sid, bullseye) in $ROOTS, if it is not there: the
# smallest Debian with make, git and ca-certificates, 0.2 GB. What the tests need is installed into it by setup.sh.
set -eu
suite=$1
ROOTS=${ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/sunpyter/roots}
root=$ROOTS/$suite
[ -e "$root/.complete" ] && exit 0
say() { printf 'versions: %s\n' "$*" >&2; }

if [ "$(id -u)" != 0 ]; then
  say "this needs root"
  exit 1
fi
mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}
say "making $root from $mirror, about 2 minutes; with all packages it takes up to 1.2 GB"
rm -rf "$root"
mkdir -p "$ROOTS"
packages=make,git,ca-certificates,debian-archive-keyring
if [ "$suite" = bullseye ]; then # its installer merges /usr, its packages do not
  packages=$packages,usrmerge
fi
# sid's index is valid for a week only, which a mirror may exceed.
nice mmdebstrap --mode=root --variant=minbase --include="$packages" \
  --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
  --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Check-Valid-Until "false"' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  "$suite" "$root" "$mirror" >&2
touch "$root/.complete"
