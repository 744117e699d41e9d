# setup-lib.sh is sourced by the scripts that put something into the user's cache folder, which set name (theirs), target
# (what they make there), programs (what that needs) and tests (those that are skipped without them). It ends the script
# when the target is there, and with `where`, which only prints its path; else it goes to a folder for the work.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sunpyter
target=$cache/$target

say() { printf '%s: %s\n' "$name" "$*" >&2; }

if [ "${1:-}" = where ]; then printf '%s\n' "$target"; exit 0; fi
[ ! -e "$target" ] || exit 0
for program in $programs; do
  command -v "$program" >/dev/null && continue
  say "$program is not installed: the tests $tests will be skipped."
  exit 0
done

mkdir -p "$cache"
work=$(mktemp -d "$cache/installing.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
cd "$work"

# quietly runs a command; what it said is shown only if it fails.
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; say "failed: $*"; exit 1; }; }
