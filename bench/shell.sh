#!/bin/bash
# The steps of the first, shell Sunpyter, written anew to be measured beside
# ours: a master connection, a script on the login node that submits Jupyter on
# an open port of its node and follows the log, a look at the log each second,
# a fixed sleep, a forwarding. Prints the URL; the job ends with our input.
# $1: ssh_config, $2: folder for our files.
config=$1 dir=$2
run() { ssh -F "$config" -S "$dir/master" login "$@"; }
job=
leave() {
  if [ -n "$job" ]; then run scancel "$job"; fi
  kill "$follower" 2>/dev/null
  ssh -F "$config" -S "$dir/master" -O exit login 2>/dev/null
}
trap leave EXIT
ssh -F "$config" -M -S "$dir/master" -f -N login
: >"$dir/log"
run bash -s >"$dir/log" 2>&1 <<'REMOTE' &
log=$HOME/sunpyter.log
: >"$log"
chmod 600 "$log"
sbatch --job-name=SUNPYTER_$USER --output="$log" --open-mode=append <<'JOB'
#!/bin/bash -l
jupyter server --no-browser --ip="$(hostname)" --port=18888
JOB
exec tail -f "$log"
REMOTE
follower=$!
until url=$(grep -om1 "http://[^ ]*:[0-9]*/[^ ]*token=[0-9a-f]*" "$dir/log"); do sleep 1; done
job=$(sed -n 's/^Submitted batch job //p' "$dir/log")
hostport=${url#http://}
hostport=${hostport%%/*}
sleep 5
ssh -F "$config" -S "$dir/master" -O forward -L "18888:$hostport" login
printf '%s %s\n' http://127.0.0.1:18888/ "${url##*token=}"
read -r _
