# cluster: identifies the Slurm cluster of this login node, since several may share a home
# directory: a checksum of its configuration or, if that cannot be read, the host's name.
cluster=$HOSTNAME
for conf in "${SLURM_CONF:-/none}" /etc/slurm/slurm.conf /run/slurm/conf/slurm.conf /etc/slurm-llnl/slurm.conf; do
  if names=$(grep -iE '^[[:space:]]*(ClusterName|SlurmctldHost|ControlMachine)[[:space:]]*=' "$conf" 2>/dev/null); then
    cluster=$(printf '%s' "$names" | cksum)
    break
  fi
done
