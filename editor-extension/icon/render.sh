#!/bin/sh
# Draws media/icon.png from icon.svg, with any Chromium.
set -eu
cd "$(dirname "$0")"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
  --force-device-scale-factor=1 --window-size=256,256 --default-background-color=00000000 \
  --screenshot="$PWD/../media/icon.png" "file://$PWD/icon.svg" 2>/dev/null
