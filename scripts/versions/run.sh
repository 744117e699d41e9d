#!/bin/bash
# run.sh SUITE...: runs the project on the Slurm, OpenSSH, Jupyter and Python of other Debians (trixie, sid, bullseye), one
# after the other, and keeps what came of it in bin/versions/SUITE, for `go run ./scripts/versions`.
#
#   demo     `make demo` on a Debian of the suite, which installs what it needs
#   site     the tests, on this machine as the laptop, with login and nodes of the suite
#   laptop   the tests of ssh, on a Debian of the suite as the laptop, with login and nodes of this machine's Debian
set -eu
cd "$(dirname "$0")/../.."
ROOTS=${ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/sunpyter/roots}
export ROOTS SUNPYTER_YES=1 SUNPYTER_REQUIRE_SITE=1
enter=scripts/versions/enter.sh
site="./testcluster/... ./internal/loginshell ./slurm ./session/... ./e2e"
laptop="./tunnel ./tunnel/sshconfig ./tunnel/openssh ./e2e"
laptop_tests='^Test(System|Resolve|Directives|Match|Hosts$|Tokens|NamesHostsSince|MainJob$)'

say() { printf 'versions: %s\n' "$*" >&2; }

# keep FILE COMMAND...: runs the command with its output in FILE, and says whether it failed.
keep() {
  local file=$1
  shift
  if "$@" >"$file" 2>"$file.stderr" </dev/null; then say "$file: passed"; else say "$file: failed"; fi
}

status=0
for suite; do
  scripts/versions/root.sh "$suite"
  root=$ROOTS/$suite out=bin/versions/$suite
  rm -rf "$root/root/sunpyter" "$out"
  mkdir -p "$root/root/sunpyter" "$out"
  git describe --always --dirty --exclude '*' >"$out/commit.txt"
  git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x -C "$root/root/sunpyter"
  # shellcheck disable=SC2016 # evaluated in the root
  keep "$out/demo.txt" nice "$enter" "$suite" env SUNPYTER_YES=1 bash -c 'make -C sunpyter demo; echo "exit $?"'
  for kind in dbd logins; do
    nice "$enter" "$suite" env SUNPYTER_YES=1 sunpyter/scripts/setup.sh "$kind" >>"$out/setup.txt" 2>&1 </dev/null
  done
  dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package} ${Version}\n' >"$out/packages.txt"
  # shellcheck disable=SC2086 # several words
  SUNPYTER_SITE_ROOT=$root keep "$out/site.json" nice go test -count=1 -p 3 -parallel 6 -json -timeout 60m $site
  # shellcheck disable=SC2086 # several words
  SUNPYTER_SITE_ROOT=/machine keep "$out/laptop.json" nice "$enter" "$suite" env SUNPYTER_REQUIRE_SITE=1 \
    go test -C sunpyter -count=1 -p 3 -parallel 6 -json -timeout 30m -run "$laptop_tests" $laptop
  date -u +%F >"$out/date.txt"
  if grep -q '"Action":"fail"' "$out/site.json" "$out/laptop.json" || ! grep -qx 'exit 0' "$out/demo.txt"; then status=1; fi
done
exit $status
