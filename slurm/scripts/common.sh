# Begins every script that runs Slurm's commands on a login node. bash 3.2 or later.
# Its variables begin with sp_, since sbatch exports the user's to the job. The variables
# from which Slurm's commands take options are unset, so that only the arguments count;
# sp_defaults keeps their values for jobs, for site.sh, and sp_clusters the clusters that jobs
# are sent to (empty: the login node's own). Those for Slurm's configuration and for the user
# (auth/jwt) are kept.
set +eu
IFS=$' \t\n'
sp_defaults=
sp_clusters=${SBATCH_CLUSTERS:-${SLURM_CLUSTERS-}}
for sp_name in "${!SBATCH_@}" "${!SALLOC_@}" "${!SLURM_@}" "${!SQUEUE_@}" "${!SINFO_@}" "${!SCANCEL_@}" "${!SCONTROL_@}" "${!SACCT_@}" "${!SRUN_@}"; do
  case $sp_name in
    SLURM_CONF | SLURM_CONF_SERVER | SLURM_JWT) continue ;;
    SBATCH_* | SALLOC_* | SLURM_*)
      case ${sp_name#*_} in
        ACCOUNT | PARTITION | QOS | RESERVATION | CONSTRAINT | TIMELIMIT | MEM_PER_CPU | MEM_PER_NODE | CLUSTERS)
          sp_defaults+=$sp_name=${!sp_name//$'\n'/ }$'\n'
          ;;
      esac
      ;;
  esac
  unset -v "$sp_name"
done
if ! type -P sbatch >/dev/null; then
  for sp_name in /opt/slurm/bin /usr/local/slurm/bin /opt/slurm/current/bin /usr/slurm/bin /cm/shared/apps/slurm/current/bin; do
    if [ -x "$sp_name/sbatch" ]; then
      export PATH="$PATH:$sp_name"
      break
    fi
  done
fi
# Prints a frame: its name, a status and the length of its text in bytes, then the text.
frame() {
  local LC_ALL=C
  printf '%s %d %d\n%s\n' "$1" "$2" "${#3}" "$3"
}
if ! type -P sbatch >/dev/null; then
  frame missing 127 "$PATH"
  exit 0
fi
