package slurm

import (
	"regexp"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
)

// A job's number is its own in one cluster only. The ID of a job that was sent to a named
// cluster (sbatch --clusters, or SLURM_CLUSTERS in the login files) is NUMBER@CLUSTER, and
// all that is asked about it is asked of that cluster.

var jobID = regexp.MustCompile(`^[0-9]{1,20}(@[A-Za-z0-9_.-]{1,64})?$`)

// splitID returns the two parts of a job's ID; cluster is "" for the login node's own.
func splitID(id string) (number, cluster string) {
	number, cluster, _ = strings.Cut(id, "@")
	return number, cluster
}

// joinID returns the reverse of splitID.
func joinID(number, cluster string) string {
	if cluster == "" {
		return number
	}
	return number + "@" + cluster
}

// inCluster returns the option, for a shell, by which Slurm's commands ask another cluster,
// with a space behind it; "" for the login node's own.
func inCluster(cluster string) string {
	if cluster == "" {
		return ""
	}
	return "--clusters=" + loginshell.Quote(cluster) + " "
}

// CancelCommand returns the command by which a user can cancel a job on the login node.
func CancelCommand(id string) string {
	number, cluster := splitID(id)
	return fault.Shell("scancel " + inCluster(cluster) + number)
}

// On returns a client for jobs that are sent to named clusters, as in [Request.Clusters];
// "": those that the login files name, or else the login node's own.
func (c *Client) On(clusters string) *Client {
	on := *c
	on.clusters = clusters
	return &on
}
