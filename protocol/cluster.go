package protocol

// ClusterListParams has no members yet.
type ClusterListParams struct{}

// ClusterListResult is what can be named as a cluster.
type ClusterListResult struct {
	// Clusters are the profiles: the built-in one and those of the user's
	// configuration file.
	Clusters []Cluster `json:"clusters"`
	// Default is the name of the profile that is meant when none is named.
	Default string `json:"default"`
	// SSHHosts are the hosts of the user's ssh configuration, which can be named too.
	SSHHosts []string `json:"sshHosts"`
}

// Cluster is a profile: a site and what to ask of it by default.
type Cluster struct {
	// Name is what a request names it by: "sunbird".
	Name string `json:"name"`
	// Title is its name for people: "Sunbird".
	Title string `json:"title"`
	// Host is the login node, a name of the ssh configuration or of the DNS.
	Host string `json:"host"`
	// User is the user's name there; empty: as ssh finds it.
	User string `json:"user,omitzero"`
	// Source is "built-in" or the path of the file that defines it.
	Source string `json:"source"`
	// Request is what is asked for when a request does not say.
	Request KernelRequest `json:"request"`
}

// ClusterCheckParams names what to check.
type ClusterCheckParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// ProgressToken, if given, makes $/progress tell of each step.
	ProgressToken string `json:"progressToken,omitzero"`
}

// ClusterCheckResult is what the check found.
type ClusterCheckResult struct {
	// OK is true when no step failed.
	OK bool `json:"ok"`
	// Cluster, Host and User are what was checked.
	Cluster string `json:"cluster"`
	// Host is the host as resolved.
	Host string `json:"host"`
	// User is the user's name on it.
	User string `json:"user"`
	// Steps are the tests in the order in which they ran.
	Steps []CheckStep `json:"steps"`
}

// CheckOutcome is how a step of a check ended.
type CheckOutcome string

// The outcomes of a step.
const (
	// CheckOK: as it should be.
	CheckOK CheckOutcome = "ok"
	// CheckWarning: it works, but look at it.
	CheckWarning CheckOutcome = "warning"
	// CheckFailed: kernels cannot be started because of this.
	CheckFailed CheckOutcome = "failed"
	// CheckSkipped: not tried, because a step before it failed.
	CheckSkipped CheckOutcome = "skipped"
)

// CheckStep is one test.
type CheckStep struct {
	// Name is stable: "connect", "slurm", "home", ...
	Name string `json:"name"`
	// Title says what was tested.
	Title string `json:"title"`
	// Outcome is how it ended.
	Outcome CheckOutcome `json:"outcome"`
	// Detail is what was found.
	Detail string `json:"detail,omitzero"`
	// Advice is what to do, where there is something.
	Advice string `json:"advice,omitzero"`
	// Code is the error code of a failed step.
	Code string `json:"code,omitzero"`
	// Milliseconds is how long it took.
	Milliseconds int `json:"milliseconds"`
}
