# Run on the login node by a new owner: it raises the session's generation, where all
# computers see it. takeover.go sets: id, least (the generation to have at least).
# It prints the new generation, and what the job has reported.
folder=$HOME/.sunpyter/sessions/$id
if [ ! -d "$folder" ]; then
  printf 'gone\n'
  exit 0
fi
# One at a time; mkdir succeeds once on every file system. What an owner that was
# killed left does not hold up the next for long.
for ((try = 0; try < 40; try++)); do
  mkdir "$folder/taking" && break
  sleep 0.05
done 2>/dev/null
read -r held <"$folder/owner"
case $held in '' | *[!0-9]*) held=0 ;; esac
generation=$((held + 1 > least ? held + 1 : least))
printf '%-10s\n' "$generation" 1<>"$folder/owner"
rmdir "$folder/taking"
printf 'owner %s\n' "$generation"
while IFS= read -r line; do printf '%s\n' "$line"; done <"$folder/ready"
printf 'end\n'
