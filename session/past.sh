# What is left of sessions that are over, on the login node. past.go sets:
# live (the ids of sessions whose jobs are in Slurm's queue).
# First it removes the folders of sessions whose jobs were cancelled before they ran,
# with nobody there. Then it tells of the ends that jobs wrote down, and removes
# old ones: "ID JOB SECONDS REASON", a line each.
cd "$HOME/.sunpyter/sessions" 2>/dev/null &&
find . -mindepth 2 -maxdepth 2 -name lease -mmin +10 -exec dirname {} + | while read -r old; do
  case " $live " in *" ${old#./} "*) ;; *) rm -rf "$old" ;; esac
done
rmdir "$HOME/.sunpyter/sessions" "$HOME/.sunpyter" 2>/dev/null
cd "$HOME/.sunpyter/ended" 2>/dev/null || exit 0
find . -type f -mtime +7 -exec rm -f {} + 2>/dev/null
for id in k*; do
  line=
  read -r line <"$id" && printf '%s %s\n' "$id" "$line"
done 2>/dev/null
exit 0
