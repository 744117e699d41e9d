#!/bin/sh
# setup-vscode.sh: installs a real VS Code for the tests (code-server, and the Node it needs) into the user's
# cache folder. It is quick when all is there, and says what it does. `setup-vscode.sh where` only tells the folder.
set -eu

code_server=4.139.1 # is VS Code 1.139.1
node=24.21.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sunpyter
target=$cache/code-server-$code_server-node-$node

say() { printf 'setup-vscode: %s\n' "$*" >&2; }

if [ "${1:-}" = where ]; then printf '%s\n' "$target"; exit 0; fi
[ ! -e "$target" ] || exit 0

case $(uname -sm) in
  "Linux x86_64") platform=linux-x64;;
  "Linux aarch64") platform=linux-arm64;;
  *) say "this is not Linux on x64 or arm64: the tests in a real VS Code will be skipped."; exit 0;;
esac
for program in npm gcc g++ make python3; do
  command -v $program >/dev/null && continue
  say "$program is not installed: the tests in a real VS Code will be skipped."
  exit 0
done

say "installing VS Code for the tests (code-server $code_server, Node $node; 800 MB) into $target"
mkdir -p "$cache"
work=$(mktemp -d "$cache/installing.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
cd "$work"
log=$work/install.log

# quietly runs a command; what it said is shown only if it fails.
quietly() { "$@" >"$log" 2>&1 || { cat "$log" >&2; say "failed: $*"; exit 1; }; }

export npm_config_ignore_scripts=true npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
echo '{"private": true}' >package.json
quietly npm install "node-$platform@$node"
# This Node comes first, with its own headers for what is compiled below.
export npm_config_nodedir="$work/node_modules/node-$platform"
export PATH="$npm_config_nodedir/bin:$PATH"
quietly npm install "code-server@$code_server"
cd node_modules/code-server/lib/vscode
quietly npm install --omit=dev # npm ci fails: its lock file is out of step
(cd extensions && quietly npm install --omit=dev)
# The two native modules that a window cannot do without: without spdlog output channels stay empty.
quietly npm rebuild --ignore-scripts=false @vscode/spdlog @vscode/native-watchdog
for module in @vscode/spdlog/build/Release/spdlog.node @vscode/native-watchdog/build/Release/watchdog.node; do
  [ -s "node_modules/$module" ] || { say "node_modules/$module was not built"; exit 1; }
done

cd "$work"
ln -s "node_modules/node-$platform/bin/node" node
ln -s node_modules/code-server/out/node/entry.js code-server.js
rm -f "$log"
# In one step, so that half an install is never taken for a whole one; another that was quicker is as good.
mv -T "$work" "$target" 2>/dev/null || [ -e "$target" ]
say "done"
