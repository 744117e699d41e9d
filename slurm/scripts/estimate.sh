# Asks when jobs would start, without submitting any. Follows resources.sh.
# Each request is a line with the number of its options, and the options with a NUL after each. They are asked about at
# once; a line with 0 ends them, and empty lines are heartbeats.
# An answer begins with the clock, and its times are UTC.
sp_test() {
  local answer status
  answer=$(TZ=UTC0 command sbatch "${sp_options[@]}" 2>&1 </dev/null)
  status=$?
  frame estimate "$status" "$(date +%s) $answer"
}
sp_last=4
while IFS= read -r -t "$sp_silence" sp_count; do
  if [ -z "$sp_count" ]; then continue; fi
  if [ "$sp_count" = 0 ]; then break; fi
  sp_options=()
  while [ "${#sp_options[@]}" -lt "$sp_count" ]; do
    IFS= read -r -d '' -t "$sp_silence" sp_word || exit 0
    sp_options+=("$sp_word")
  done
  sp_last=$((sp_last + 1))
  eval "exec $sp_last< <(sp_test)"
done
for ((sp_fd = 5; sp_fd <= sp_last; sp_fd++)); do cat <&"$sp_fd"; done
