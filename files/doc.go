// Package files reads and writes the user's files on a cluster, by SFTP over a channel of
// the connection to the login node: without a job, a second login or a prompt. The channel
// is opened when it is needed and closed when it was not used for a while.
//
// It imports slurm only for command lines that work in every login shell, and knows neither
// JSON-RPC nor how connections are made.
package files
