# Run on the login node: prints the ends that jobs recorded, "ID JOB SECONDS REASON" a line,
# and removes old ones. Jobs that do not see the home directory record them in their
# sessions' folders.
for folder in "$HOME"/.sunpyter/sessions/k*; do
  [ -s "$folder/ended" ] || continue
  mkdir -p "$HOME/.sunpyter/ended" && cp "$folder/ended" "$HOME/.sunpyter/ended/${folder##*/}" && remove_dir "$folder"
done 2>/dev/null
cd "$HOME/.sunpyter/ended" 2>/dev/null || exit 0
find . -type f -mtime +7 -exec rm -f {} + 2>/dev/null
for id in k*; do
  line=
  read -r line <"$id" && printf '%s %s\n' "$id" "$line"
done 2>/dev/null
exit 0
