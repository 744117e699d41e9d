# cluster: a word for the Slurm that this login node belongs to, since several may share
# a home directory. It names its configuration, or else, where none can be read, this host.
cluster=$HOSTNAME
for conf in "${SLURM_CONF:-/none}" /etc/slurm/slurm.conf /run/slurm/conf/slurm.conf /etc/slurm-llnl/slurm.conf; do
  if names=$(grep -iE '^[[:space:]]*(ClusterName|SlurmctldHost|ControlMachine)[[:space:]]*=' "$conf" 2>/dev/null); then
    cluster=$(printf '%s' "$names" | cksum)
    break
  fi
done
