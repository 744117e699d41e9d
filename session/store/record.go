package store

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"time"
)

// recordVersion is raised when an older program could misread a record.
const recordVersion = 2

// Record is what is needed to take a session over after its server has ended. It has no
// secrets.
type Record struct {
	Version    int    `json:"version"`
	ID         string `json:"id"`
	Owner      string `json:"owner"`              // the id of the owning server; see Owner
	Generation int    `json:"generation"`         // how often it was taken over
	Stopping   bool   `json:"stopping,omitempty"` // taken over only to be stopped
	Leaving    bool   `json:"leaving,omitempty"`  // the owner is leaving and waits for a successor
	Stopped    bool   `json:"over,omitempty"`     // kept for a while, until its owner has noticed

	Place
	Job
	Grace time.Duration `json:"grace"`
	Idle  time.Duration `json:"idle,omitempty"` // as session.Config.Idle
	Port  int           `json:"port,omitempty"` // the local port, to be used again
}

// ownedBy reports whether owner, at generation, owns the session. An owner with a
// newer generation than the record's counts too: it may have failed to write it.
func (rec Record) ownedBy(owner string, generation int) bool {
	return rec.Owner == owner && rec.Generation <= generation
}

// Job describes a session's job: what was asked for, and where it runs.
type Job struct {
	JobID       string        `json:"jobId,omitempty"`
	Partition   string        `json:"partition,omitempty"`
	Account     string        `json:"account,omitempty"`
	CPUs        int           `json:"cpus"`
	MemoryMiB   int           `json:"memoryMiB,omitempty"` // 0: not known yet
	GPUs        string        `json:"gpus,omitempty"`
	TimeLimit   time.Duration `json:"timeLimit,omitempty"`   // 0: not known yet
	Workdir     string        `json:"workdir,omitempty"`     // where cells run, as the cluster names it
	Environment string        `json:"environment,omitempty"` // what to call that of its kernels; "": none was chosen
	Submitted   time.Time     `json:"submitted,omitzero"`    // by this computer's clock
	Started     time.Time     `json:"started,omitzero"`      // when this computer learned of it
	Node        Node          `json:"node,omitzero"`         // from the job's start on
	Route       Route         `json:"route,omitempty"`       // how the job was entered last

	MemoryKills int `json:"memoryKills,omitempty"` // processes killed for the job's memory, as far as reported
}

// EndsAt is when the time limit ends the job; zero if that is not known.
func (j Job) EndsAt() time.Time {
	if j.Started.IsZero() || j.TimeLimit <= 0 {
		return time.Time{}
	}
	return j.Started.Add(j.TimeLimit)
}

// Node is what a job reports of its node when it starts.
type Node struct {
	Name     string   `json:"name"`
	Private  string   `json:"private"` // the private directory on the node
	HostKeys []string `json:"hostKeys"`
	StepKey  string   `json:"stepKey,omitempty"` // of the sshd in a job step; empty: the node cannot run one
}

// Reported reports whether the job itself has reported its node. Before, there may be a
// name from Slurm.
func (n Node) Reported() bool { return n.Private != "" }

// Route is how a job is entered. Each route leads to the same thing: an SSH
// connection that ends in the job, or at least on its node.
type Route string

const (
	// Jump is ssh to the node, through the login node: the quickest.
	Jump Route = "ssh"
	// Step is ssh to an sshd of our own in a step of the job, carried by srun's input
	// and output: for sites that do not let users log in to nodes.
	Step Route = "srun"
)

// Describe returns the route as text for the user.
func (r Route) Describe() string {
	if r == Step {
		return "by srun, to an SSH server of our own in the job"
	}
	return "by ssh to the node"
}

// Place is where a session's job runs: all that is needed to reach it again, also
// when the profile that it was started with no longer exists.
type Place struct {
	// Cluster is what the user types: "sunbird". Title is the name to show: "Sunbird".
	Cluster string `json:"cluster"`
	Title   string `json:"title"`
	// Host is the login node: a name of the ssh configuration or of the DNS. User is the
	// user's name there; empty: as in ssh's configuration.
	Host string `json:"host"`
	User string `json:"user,omitempty"`
	// SSHConfig is an ssh configuration file to use instead of ssh's own (ssh -F);
	// empty: ssh's own.
	SSHConfig string `json:"sshConfig,omitempty"`
	// SSH is the ssh program to connect with, by name or path; empty: Sunpyter connects
	// itself.
	SSH string `json:"ssh,omitempty"`
	// KeysOnly: the cluster accepts keys only, so no password is asked for.
	KeysOnly bool `json:"keysOnly,omitempty"`
	// OwnLogin: each window and command logs in by itself.
	OwnLogin bool `json:"ownLogin,omitempty"`
	// Pinned is the only route into a job to try; empty: whichever works.
	Pinned Route `json:"pinned,omitempty"`
	// NodePort lets srun's route listen on a port of the node, for speed.
	NodePort bool `json:"nodePort,omitempty"`
}

// NewID returns a random session id: a "k" and eleven hexadecimal digits, so that
// it cannot be mistaken for a job number.
func NewID() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails; see crypto/rand.Read
	return "k" + hex.EncodeToString(b[:])[:11]
}

// ValidID reports whether id has the form of NewID, and so may name a file.
func ValidID(id string) bool { return idForm.MatchString(id) }

var idForm = regexp.MustCompile(`^k[0-9a-f]{11}$`)
