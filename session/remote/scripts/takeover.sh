# Run on the login node by a new owner: raises the session's generation, which other
# computers see, to at least $least. takeover.go sets: id, least. It prints the new
# generation, and what the job has reported.
folder=$HOME/.sunpyter/sessions/$id
[ -d "$folder" ] || exit 0
# The directory is a lock, since mkdir is atomic on every file system. One that a killed
# owner left is ignored after 2 s.
for ((try = 0; try < 40; try++)); do
  mkdir "$folder/taking" && break
  sleep 0.05
done 2>/dev/null
read -r current <"$folder/owner"
case $current in '' | *[!0-9]*) current=0 ;; esac
generation=$((current + 1 > least ? current + 1 : least))
printf '%-10s\n' "$generation" 1<>"$folder/owner"
rmdir "$folder/taking"
printf 'owner %s\n' "$generation"
while IFS= read -r line; do printf '%s\n' "$line"; done <"$folder/ready"
