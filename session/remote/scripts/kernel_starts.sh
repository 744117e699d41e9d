# Prints when each kernel on this node began, by the node's clock: "started ID MILLISECONDS".
# A kernel has its connection file, kernel-ID.json, among its arguments.
now=$(date +%s%3N)
read -r up _ </proc/uptime
up=${up/./}0 # hundredths of a second, in milliseconds
hertz=$(getconf CLK_TCK)
for process in /proc/[0-9]*; do
  [ -O "$process" ] || continue
  arguments=$(tr '\0' ' ' <"$process/cmdline")
  case $arguments in *kernel-*.json*) ;; *) continue ;; esac
  id=${arguments##*kernel-}
  stat=$(cat "$process/stat")
  # shellcheck disable=SC2086 # the fields after the name, the 22nd of all is the start
  set -- ${stat##*) }
  printf 'started %s %s\n' "${id%%.json*}" "$((now - up + ${20} * 1000 / hertz))"
done 2>/dev/null
