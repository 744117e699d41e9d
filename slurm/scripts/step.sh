# Runs a command in a running job, as a step beside what runs there, with our input and
# output as its own, byte by byte. Set before, after common.sh: sp_job, and sp_command, a
# text of bash. Every option that matters is given, since the site may have defaults.
sp_options=(
  --jobid="$sp_job" --nodes=1 --ntasks=1 --cpus-per-task=1 --mem=0 --gres=none --cpu-bind=none --mpi=none
  --unbuffered --input=all --output=all --error=all --export=NONE --chdir=/ --job-name=sunpyter --immediate=10 --quiet
)
# Slurm before 20.11 has no such option, and lets steps share their job's CPUs without.
case $(srun --help 2>&1) in *--overlap*) sp_options+=(--overlap) ;; esac
exec srun "${sp_options[@]}" /bin/bash -c "$sp_command"
