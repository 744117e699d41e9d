#!/bin/bash
# enter.sh SUITE COMMAND...: runs a command as root on a Debian of the suite: its root folder, which root.sh makes, is the
# root, with processes, mounts and a name of its own. All that the command starts ends with it. Of this machine it has
# /dev, /sys, the network, Go and Node, the Go caches, and at /machine the whole root, read-only.
set -eu
suite=$1; shift
ROOTS=${ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/sunpyter/roots}
root=$ROOTS/$suite
[ -e "$root/.complete" ] || { printf 'versions: no root folder %s: run root.sh %s\n' "$root" "$suite" >&2; exit 2; }
modules=$(go env GOMODCACHE) gocache=$(go env GOCACHE) goroot=$(go env GOROOT) node=$(command -v node) npm=$(npm root -g)
export root suite modules gocache goroot node npm

# The test site calls pivot_root(2) itself, which the kernel refuses in a chroot: the root has to be a mount of its own.
# The shell stays as process 1 and collects the processes that lose their parent.
exec unshare --mount --propagation private --uts --ipc --pid --fork --kill-child=SIGKILL bash -euc '
  attach() { # SOURCE TARGET: SOURCE is seen at TARGET, read-only
    if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$root${2%/*}"; touch "$root$2"; fi
    mount --bind "$1" "$root$2"
    mount -o remount,ro,bind "$root$2"
  }
  mount --bind "$root" "$root"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  attach / /machine
  attach "$goroot" /usr/local/go
  attach "$node" /usr/local/bin/node
  attach "$npm" /usr/local/lib/node_modules
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  mkdir -p "$root/root/go/pkg/mod" "$root/root/.cache/go-build" "$root/.old"
  mount --bind "$modules" "$root/root/go/pkg/mod"
  mount --bind "$gocache" "$root/root/.cache/go-build"
  cat /etc/resolv.conf >"$root/etc/resolv.conf"
  hostname "debian-$suite"
  printf "127.0.0.1 localhost debian-%s\n" "$suite" >"$root/etc/hosts"
  cd "$root"
  pivot_root . .old
  umount -l .old
  cd /root
  env -i HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8 TERM=dumb GOTOOLCHAIN=local \
    ${SUNPYTER_SITE_ROOT:+SUNPYTER_SITE_ROOT="$SUNPYTER_SITE_ROOT"} \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin "$@"
  exit $? # so that bash does not exec the command in its place
' enter "$@"
