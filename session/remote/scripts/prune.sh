# Run on the login node: removes the folders of sessions whose jobs were cancelled without an
# owner. Follows cluster_id.sh and other_dir.sh; history.go sets: live (the ids of sessions
# whose jobs are in Slurm's queue). Folders of other clusters, and new ones, are left.
[ -z "${SBATCH_CLUSTERS-}${SLURM_CLUSTERS-}" ] &&
cd "$HOME/.sunpyter/sessions" 2>/dev/null &&
find -L . -mindepth 2 -maxdepth 2 -name lease -mmin +10 -exec dirname {} + | while read -r old; do
  there=
  read -r there <"$old/cluster"
  [ "$there" = "$cluster" ] || continue
  case " $live " in *" ${old#./} "*) ;; *) remove_dir "$old" ;; esac
done 2>/dev/null
cd "$HOME/.sunpyter/sessions" 2>/dev/null && for old in k*; do # links to folders that their jobs removed
  if [ -L "$old" ] && [ ! -e "$old" ]; then rm -f "$old"; fi
done
rmdir "$HOME/.sunpyter/sessions" "$HOME/.sunpyter" 2>/dev/null
