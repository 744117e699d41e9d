# The folders of sessions whose jobs were cancelled with nobody there, on the login node.
# Follows cluster_id.sh; prune.go sets: live (the ids of sessions whose jobs are in Slurm's
# queue). A folder of another Slurm's, or a young one, is not for us to judge.
[ -z "${SBATCH_CLUSTERS-}${SLURM_CLUSTERS-}" ] &&
cd "$HOME/.sunpyter/sessions" 2>/dev/null &&
find . -mindepth 2 -maxdepth 2 -name lease -mmin +10 -exec dirname {} + | while read -r old; do
  there=
  read -r there <"$old/cluster"
  [ "$there" = "$cluster" ] || continue
  case " $live " in *" ${old#./} "*) ;; *) rm -rf "$old" ;; esac
done 2>/dev/null
rmdir "$HOME/.sunpyter/sessions" "$HOME/.sunpyter" 2>/dev/null
