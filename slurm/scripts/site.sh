# Prints the site's facts. Follows common.sh.
frame home 0 "$HOME"
frame defaults 0 "$sp_defaults"
sp_name=
for sp_app in lab notebook nbclassic server; do sp_name=${sp_name:-$(type -P "jupyter-$sp_app")}; done
frame jupyter 0 "$sp_name"
frame version 0 "$(command sbatch --version 2>&1)"
case $sp_clusters in
  '')
    for sp_name in "${SLURM_CONF:-/none}" /etc/slurm/slurm.conf /run/slurm/conf/slurm.conf /etc/slurm-llnl/slurm.conf; do
      if [ -r "$sp_name" ]; then
        frame configuration 0 "$(grep -iE '^[[:space:]]*(DefMemPer(CPU|Node)|ClusterName)[[:space:]]*=' "$sp_name")"
        break
      fi
    done
    sp_answer=$(TZ=UTC0 command scontrol --all --oneliner show partition 2>&1)
    frame partitions "$?" "$sp_answer"
    ;;
  all | *,*) # sbatch chooses one of them
    frame partitions 0 ''
    ;;
  *)
    frame configuration 0 "ClusterName=$sp_clusters"
    sp_answer=$(TZ=UTC0 command scontrol --clusters="$sp_clusters" --all --oneliner show partition 2>&1)
    frame partitions "$?" "$sp_answer"
    ;;
esac
