#!/bin/sh
# setup-vscode.sh: installs a real VS Code for the tests (code-server, and the Node it needs) into the user's
# cache folder. It is quick when all is there, and says what it does. `setup-vscode.sh where` only tells the folder.
set -eu

code_server=4.139.1 # is VS Code 1.139.1
node=24.21.0
name=setup-vscode target=code-server-$code_server-node-$node
programs="npm gcc g++ make python3" tests="in a real VS Code"
. "$(dirname "$0")/setup-lib.sh"

case $(uname -sm) in
  "Linux x86_64") platform=linux-x64;;
  "Linux aarch64") platform=linux-arm64;;
  *) say "this is not Linux on x64 or arm64: the tests in a real VS Code will be skipped."; exit 0;;
esac

say "installing VS Code for the tests (code-server $code_server, Node $node; 800 MB) into $target"
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
rm -f "$work/log"
# In one step, so that half an install is never taken for a whole one; another that was quicker is as good.
mv -T "$work" "$target" 2>/dev/null || [ -e "$target" ]
say "done"
