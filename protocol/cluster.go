package protocol

import "time"

// ClusterListParams has no members yet.
type ClusterListParams struct{}

// ClusterListResult is what can be named as a cluster.
type ClusterListResult struct {
	// Clusters are the profiles: the built-in one, those of the user's
	// configuration file, and those of the editor.
	Clusters []Cluster `json:"clusters"`
	// Default is the name of the profile that is meant when none is named.
	Default string `json:"default"`
	// SSHHosts are the hosts of the user's ssh configuration, which can be named too.
	SSHHosts []string `json:"sshHosts"`
	// Problems are the mistakes in the configuration file, in the environment's
	// variables and in the editor's profiles. The profiles without one can be used.
	Problems []Problem `json:"problems"`
}

// ClusterProfile is a profile of the editor's settings. If the configuration file or a
// built-in profile has the same name, it overrides only the values that it has itself.
// Environment variables override it.
type ClusterProfile struct {
	// Name is the name in requests.
	Name string `json:"name"`
	// Title is its display name. Default: the name.
	Title string `json:"title,omitzero"`
	// Host is the login node, a name of the ssh configuration or of the DNS.
	// Default: the host with the profile's name.
	Host string `json:"host,omitzero"`
	// User is the user's name there. Default: as ssh finds it.
	User string `json:"user,omitzero"`
	// SSHConfig is the ssh configuration file to use instead of ssh's own.
	SSHConfig string `json:"sshConfig,omitzero"`
	// SSH is what connects: "own" (the default), "system" for the installed ssh
	// program, or the path of a program that is used like it.
	SSH string `json:"ssh,omitzero"`
	// KeysOnly is true if the cluster accepts SSH keys only: no password is asked for.
	KeysOnly *bool `json:"keysOnly,omitzero"`
	// ShareLogin is false if each window and command logs in separately, instead of
	// sharing one login. Default: true.
	ShareLogin *bool `json:"shareLogin,omitzero"`
	// Route is the only route into a job to try: "ssh" (to its node) or "srun" (an SSH
	// server in a job step). Default: whichever works.
	Route string `json:"route,omitzero"`
	// NodePort is true where the sshd of a job step may also listen on a port of the
	// compute node, for speed. Default: false.
	NodePort *bool `json:"nodePort,omitzero"`
	// StartTimeoutSeconds is how long Jupyter may take to answer in a running job, 10 to
	// 7200. Default: 300.
	StartTimeoutSeconds int `json:"startTimeoutSeconds,omitzero"`
	// SessionDirectory is where the folder of a session is on the cluster, for sites whose
	// compute nodes lack the home directory. Default: the home directory if it works.
	SessionDirectory string `json:"sessionDirectory,omitzero"`
	// Places are more folders on the cluster to offer where files are chosen; ~, $HOME and
	// $USER are the cluster's.
	Places []string `json:"places,omitzero"`
	// Request has the defaults for requests.
	Request KernelRequest `json:"request"`
}

// ClusterDidChangeParams carries the editor's profiles.
type ClusterDidChangeParams struct {
	// Clusters are all of them as they are now.
	Clusters []ClusterProfile `json:"clusters"`
}

// Cluster is a profile: a site and what to ask of it by default.
type Cluster struct {
	// Name is the name in requests: "sunbird".
	Name string `json:"name"`
	// Title is its display name: "Sunbird".
	Title string `json:"title"`
	// Host is the login node, a name of the ssh configuration or of the DNS.
	Host string `json:"host"`
	// User is the user's name there; empty: as ssh finds it.
	User string `json:"user,omitzero"`
	// Source is "built-in", "editor", or the path of the file that defines it.
	Source string `json:"source"`
	// Request has the defaults for requests.
	Request KernelRequest `json:"request"`
}

// ClusterCheckParams names what to check.
type ClusterCheckParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Full starts a small job too, for a few minutes at most: it shows whether
	// Jupyter is found there and whether it can be reached.
	Full bool `json:"full,omitzero"`
	// ProgressToken, if set, has $/progress report each step.
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
	// Report is the result as a text for a support request, without secrets and names
	// of users.
	Report string `json:"report"`
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
	// Name is stable: "computer", "config", "ssh-config", "host-name", "port", "host-key",
	// "login", "shell", "slurm", "account", "partition", "home", "workdir",
	// "kernelspec"; of a full check "job", "jupyter", "route", "cell" and "release" too.
	Name string `json:"name"`
	// Title names what was tested.
	Title string `json:"title"`
	// Outcome is how it ended.
	Outcome CheckOutcome `json:"outcome"`
	// Detail is what was found.
	Detail string `json:"detail,omitzero"`
	// Advice is what to do, where there is something.
	Advice string `json:"advice,omitzero"`
	// Code is the error code of a failed step, and of a warning that has one.
	Code string `json:"code,omitzero"`
	// Milliseconds is how long it took.
	Milliseconds int `json:"milliseconds"`
}

// ClusterResourcesParams names whose resources to look up.
type ClusterResourcesParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// ProgressToken, if set, makes $/progress report each stage.
	ProgressToken string `json:"progressToken,omitzero"`
}

// ClusterResourcesResult is what this user can ask the cluster for.
type ClusterResourcesResult struct {
	// Cluster is the profile's name, or the host.
	Cluster string `json:"cluster"`
	// Title is the cluster's display name.
	Title string `json:"title"`
	// Host is the login node.
	Host string `json:"host"`
	// User is the user's name there.
	User string `json:"user"`
	// Request has the defaults for requests, if the site has some of its own: the profile's over
	// the site's. cluster/list has them from now on, too.
	Request *KernelRequest `json:"request,omitzero"`
	// SlurmVersion is the version of the site's Slurm: "22.05.8".
	SlurmVersion string `json:"slurmVersion,omitzero"`
	// Partitions are those that Slurm lists, without those that are closed to this
	// user.
	Partitions []PartitionInfo `json:"partitions"`
	// Accounts are the user's. Empty where Slurm does not say, as on a site
	// without accounting: then any text may be an account's name.
	Accounts []AccountInfo `json:"accounts"`
	// AskedAt is when Slurm was asked, by this computer's clock: what is free changes soon.
	AskedAt *time.Time `json:"askedAt,omitzero"`
}

// PartitionInfo is what Slurm reports of a partition.
type PartitionInfo struct {
	// Name is the partition's name.
	Name string `json:"name"`
	// Title is the site's name for it, for users.
	Title string `json:"title,omitzero"`
	// Description says in one line what it is for, in the site's words.
	Description string `json:"description,omitzero"`
	// Default is true for the one that a job gets that names none.
	Default bool `json:"default"`
	// Up is true when it takes and starts jobs.
	Up bool `json:"up"`
	// State is Slurm's term: "UP", "DOWN", "DRAIN", "INACTIVE".
	State string `json:"state,omitzero"`
	// MaxTimeSeconds is the longest time limit; 0: none.
	MaxTimeSeconds int `json:"maxTimeSeconds,omitzero"`
	// DefaultTimeSeconds is the time limit of a job that names none; 0: not known.
	DefaultTimeSeconds int `json:"defaultTimeSeconds,omitzero"`
	// MaxCPUs is the most CPUs that a job on one node may have; 0: not known.
	MaxCPUs int `json:"maxCpus,omitzero"`
	// MemoryMiB is the most memory that a job on one node may have, in MiB; 0: not known.
	MemoryMiB int `json:"memoryMiB,omitzero"`
	// DefaultMemoryMiBPerCPU is the memory for each CPU of a job that names none,
	// in MiB; 0: not known.
	DefaultMemoryMiBPerCPU int `json:"defaultMemoryMiBPerCpu,omitzero"`
	// DefaultMemoryMiBPerNode is the memory of a job that names none, where it does not
	// depend on its CPUs, in MiB; 0: not known.
	DefaultMemoryMiBPerNode int `json:"defaultMemoryMiBPerNode,omitzero"`
	// GPUs are the kinds of GPUs, each with the most that one node has: "a100:2",
	// or "2" where the site names no kind.
	GPUs []string `json:"gpus,omitzero"`
	// Free is what no job uses; missing where Slurm does not say.
	Free *PartitionFree `json:"free,omitzero"`
}

// PartitionFree is what no job uses on the nodes of a partition.
type PartitionFree struct {
	// Nodes are those without any job.
	Nodes int `json:"nodes"`
	// CPUs is on all nodes together.
	CPUs int `json:"cpus"`
	// GPUs are on all nodes together: "a100:3", or "3" where the site names no kind.
	GPUs []string `json:"gpus,omitzero"`
}

// AccountInfo is an account that the user's jobs can be charged to.
type AccountInfo struct {
	// Name is the account's name.
	Name string `json:"name"`
	// Default is true for the one that a job gets that names none.
	Default bool `json:"default"`
	// Partitions are the only ones that it may use; empty: all.
	Partitions []string `json:"partitions,omitzero"`
	// QOS are the qualities of service that it may use.
	QOS []string `json:"qos,omitzero"`
}

// ClusterEstimatesParams is a request, and where it would be made.
type ClusterEstimatesParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Request is what would be asked for, as in kernel/start.
	Request KernelRequest `json:"request"`
	// ProgressToken, if set, makes $/progress report each stage.
	ProgressToken string `json:"progressToken,omitzero"`
}

// ClusterEstimatesResult is when a request, and others like it, would start.
type ClusterEstimatesResult struct {
	// Estimates are at most four; the first is for the request itself.
	Estimates []Estimate `json:"estimates"`
}

// EstimateOutcome is when a request would start.
type EstimateOutcome string

// The outcomes.
const (
	// EstimateNow: within a minute.
	EstimateNow EstimateOutcome = "now"
	// EstimateLater: at startsAt.
	EstimateLater EstimateOutcome = "later"
	// EstimateNever: Slurm would refuse it.
	EstimateNever EstimateOutcome = "never"
	// EstimateUnknown: Slurm would accept it and has no estimate.
	EstimateUnknown EstimateOutcome = "unknown"
)

// EstimateChange is what a request to compare has different.
type EstimateChange string

// The changes.
const (
	// ChangeNone: it is the request itself.
	ChangeNone EstimateChange = "none"
	// ChangeFewerCPUs: fewer CPUs.
	ChangeFewerCPUs EstimateChange = "fewer-cpus"
	// ChangeShorterTime: a shorter time limit.
	ChangeShorterTime EstimateChange = "shorter-time"
	// ChangePartition: another partition.
	ChangePartition EstimateChange = "partition"
	// ChangeQOS: another QOS.
	ChangeQOS EstimateChange = "qos"
)

// Estimate is when one request would start.
type Estimate struct {
	// Change is what it has different from the request of the params.
	Change EstimateChange `json:"change"`
	// Request is what to ask kernel/start for, with cpus, timeLimitSeconds and partition
	// filled in where they are known.
	Request KernelRequest `json:"request"`
	// Outcome is when it would start.
	Outcome EstimateOutcome `json:"outcome"`
	// StartsAt is the estimated start, by this computer's clock; for "later" only.
	StartsAt *time.Time `json:"startsAt,omitzero"`
	// Reason is why it never starts, or why that is not known: "more than any node has".
	Reason string `json:"reason,omitzero"`
}
