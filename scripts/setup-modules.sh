#!/bin/sh
# setup-modules.sh: unpacks Debian's packages of Lmod and Environment Modules, each with what it needs, for the tests of
# module commands. They cannot both be installed, and an installed one would be in every test's shells.
set -eu

dir=/usr/local/lib/sunpyter-modules
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "setup-modules: this needs root and apt-get: the tests of module commands will be skipped." >&2
  exit 0
fi
work=
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$dir"
for package in lmod environment-modules; do
  if [ -d "$dir/$package" ]; then continue; fi
  work=$(mktemp -d "$dir/installing.XXXXXX") # on the same disk: the move leaves no half of a package
  mkdir -p "$work/archives/partial" "$work/root"
  apt-get -qq -y --download-only --no-install-recommends -o APT::Sandbox::User=root -o "Dir::Cache::archives=$work/archives" install "$package" >&2
  for archive in "$work"/archives/*.deb; do dpkg-deb -x "$archive" "$work/root"; done
  chmod -R go+rX "$work/root"
  mv "$work/root" "$dir/$package"
  rm -rf "$work"
done
