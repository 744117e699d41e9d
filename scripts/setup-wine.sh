#!/bin/sh
# setup-wine.sh: makes a Windows for the tests of the Windows program (a prefix of wine's) in the user's cache folder.
# It is quick when all is there, and says what it does. `setup-wine.sh where` only tells the folder.
set -eu

cache=${XDG_CACHE_HOME:-$HOME/.cache}/sunpyter
target=$cache/wine

say() { printf 'setup-wine: %s\n' "$*" >&2; }

if [ "${1:-}" = where ]; then printf '%s\n' "$target"; exit 0; fi
[ ! -e "$target" ] || exit 0

for program in wine wineserver as objcopy ld; do
  command -v $program >/dev/null && continue
  say "$program is not installed: the tests of the Windows program will be skipped."
  exit 0
done

say "making a Windows for the tests (700 MB) in $target"
mkdir -p "$cache"
work=$(mktemp -d "$cache/installing.XXXXXX")
export WINEPREFIX="$work/prefix" HOME="$work" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=
trap 'wineserver -k 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
cd "$work"

# quietly runs a command; what it said is shown only if it fails.
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; say "failed: $*"; exit 1; }; }

mkdir "$WINEPREFIX"
quietly wine wineboot --init
quietly wineserver -w

# Every program of Go's asks bcryptprimitives.dll for random bytes, which Debian 12's wine does not have. This one has
# no code (the one byte is there since a library needs a section): it leads to a function that does the same.
library=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll
if [ ! -e "$library" ]; then
  printf 'LIBRARY bcryptprimitives.dll\nEXPORTS\n  ProcessPrng = advapi32.SystemFunction036\n' >exports.def
  printf '.byte 0xc3\n' >code.s
  quietly as -o code.elf code.s
  quietly objcopy -O pe-x86-64 code.elf code.obj
  quietly ld -m i386pep -shared -e 0 -o "$library" code.obj exports.def
fi
mv "$WINEPREFIX" "$target"
