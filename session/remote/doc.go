// Package remote has the bash scripts that run on the cluster, the command lines that
// start them, and the lines that they read and print.
//
//	session_dir.sh  login node: makes the session directory, reports what the job writes there
//	job.sh          batch job: starts Jupyter, ends it when the lease runs out
//	node_agent.sh   in the job: renews the lease, reports Jupyter's address and memory kills
//	step_sshd.sh    in a job step: an sshd, where users may not log in to nodes
//	takeover.sh     login node: raises the session's generation
//	history.sh, prune.sh, kernel_starts.sh: see the Go functions that run them
//
// A script gets its parameters as variable assignments in front of it; every value
// is quoted or refused. Everything runs through a slurm.Host. The package may import
// slurm, session/store and fault; package session and the server use it.
package remote
