# other_dir: where a session's folder can be instead of the home directory, for sites whose
# compute nodes have no home directory, or another one: in session_dir, or else in the working
# directory, if that is on another disk. Set before: session_dir, workdir, id.
other_dir=${session_dir:-$workdir}/.sunpyter-$id

# remove_dir DIR: removes a session's folder, and the second one that it names or links to.
remove_dir() {
  local other=
  if [ -L "$1" ]; then other=$(readlink "$1"); else read -r other <"$1/other"; fi
  case $other in /*/.sunpyter-k*) rm -rf "$other" ;; esac
  rm -rf "$1"
} 2>/dev/null
