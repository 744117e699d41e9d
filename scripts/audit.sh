#!/bin/sh
# audit.sh asks whether a known vulnerability is in what we ship, build or test with: govulncheck for Go, npm audit
# for npm. Its exit status is 1 when one is found, 3 when a list of vulnerabilities cannot be reached: that is not a pass.
set -u

work=$(mktemp -d)
output=$work/output
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
found= unchecked=

say() { printf 'audit: %s\n' "$*"; }

# Not `go run`, which has a status of its own.
command -v govulncheck >/dev/null || GOBIN=$work go install golang.org/x/vuln/cmd/govulncheck@v1.8.0
PATH=$PATH:$work govulncheck ./... >"$output" 2>&1
case $? in
  0) say "Go: no known vulnerability.";;
  3) cat "$output"; found="$found Go";;
  *) cat "$output"; unchecked="$unchecked Go";;
esac

# npm's status is 1 for both: its report has counts only where it could ask.
npm audit --json >"$output" 2>/dev/null
node -e '
  const report = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  const counts = report.metadata?.vulnerabilities;
  if (counts === undefined) {
    console.log(report.message ?? report.error?.summary ?? JSON.stringify(report));
    process.exit(3);
  }
  for (const { name, severity, range } of Object.values(report.vulnerabilities)) console.log(`${name} ${range}: ${severity}`);
  process.exit(counts.total === 0 ? 0 : 4);
' "$output" 2>&1
case $? in
  0) say "npm: no known vulnerability.";;
  4) found="$found npm";;
  *) unchecked="$unchecked npm";;
esac

[ -z "$unchecked" ] || say "NOT CHECKED:$unchecked. The list of vulnerabilities cannot be reached from here (see above)."
[ -z "$found" ] || { say "vulnerabilities found:$found."; exit 1; }
[ -z "$unchecked" ] || exit 3
