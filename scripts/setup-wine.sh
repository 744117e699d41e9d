#!/bin/sh
# setup-wine.sh: makes a Windows for the tests of the Windows program (a prefix of wine's) in the user's cache folder.
# It is quick when all is there, and says what it does. `setup-wine.sh where` only tells the folder.
set -eu

name=setup-wine target=wine programs="wine wineserver as objcopy ld" tests="of the Windows program"
. "$(dirname "$0")/setup-lib.sh"

say "making a Windows for the tests (700 MB) in $target"
export WINEPREFIX="$work/prefix" HOME="$work" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=
trap 'wineserver -k 2>/dev/null || true; rm -rf "$work"' EXIT

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
