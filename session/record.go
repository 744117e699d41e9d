package session

import "time"

// recordVersion is raised when an older program could misread a record.
const recordVersion = 2

// Record is what is needed to take a session over after its server is gone.
// No secret is in it.
type Record struct {
	Version    int    `json:"version"`
	ID         string `json:"id"`
	Owner      string `json:"owner"`              // the id of the owning server; see Owner
	Generation int    `json:"generation"`         // how often it was taken over
	Stopping   bool   `json:"stopping,omitempty"` // the owner took it over only to stop it
	Leaving    bool   `json:"leaving,omitempty"`  // the owner goes, and waits for a successor
	Over       bool   `json:"over,omitempty"`     // it was stopped; kept a while for an owner who has not seen it

	Place
	JobID     string        `json:"jobId,omitempty"`
	Partition string        `json:"partition,omitempty"`
	Account   string        `json:"account,omitempty"`
	CPUs      int           `json:"cpus"`
	MemoryMiB int           `json:"memoryMiB,omitempty"`
	GPUs      string        `json:"gpus,omitempty"`
	TimeLimit time.Duration `json:"timeLimit,omitempty"`
	Grace     time.Duration `json:"grace"`
	Idle      time.Duration `json:"idle,omitempty"` // as Config.Idle
	Workdir   string        `json:"workdir,omitempty"`
	Submitted time.Time     `json:"submitted,omitzero"`
	Started   time.Time     `json:"started,omitzero"`
	Node      nodeFacts     `json:"node,omitzero"`
	Route     Route         `json:"route,omitempty"` // by which the job was entered last

	MemoryKills int `json:"memoryKills,omitempty"` // those that the person was told of

	Port int `json:"port,omitempty"` // the local port, to stay the same
}

// heldBy reports whether owner, at generation, is the session's. One that has
// raised its generation and could not note it here still is.
func (rec Record) heldBy(owner string, generation int) bool {
	return rec.Owner == owner && rec.Generation <= generation
}

// Place is where a session's job is: all that is needed to reach it again, also
// when the profile that it was started with is there no more.
type Place struct {
	// Cluster and Title name the site in records and for people.
	Cluster string `json:"cluster"`
	Title   string `json:"title"`
	// Host is the login node, and User the name that the person gave for it; may
	// be empty.
	Host string `json:"host"`
	User string `json:"user,omitempty"`
	// SSHConfig is the ssh configuration file to use; empty: ssh's own.
	SSHConfig string `json:"sshConfig,omitempty"`
	// SSH is the ssh program that makes the connection; empty: this one.
	SSH string `json:"ssh,omitempty"`
	// KeysOnly is true where a password is never asked for.
	KeysOnly bool `json:"keysOnly,omitempty"`
	// OwnLogin: each window and command logs in by itself.
	OwnLogin bool `json:"ownLogin,omitempty"`
	// Pinned is the only route to try; empty: whichever works.
	Pinned Route `json:"pinned,omitempty"`
	// NodePort lets a step that is the way in listen on a port of its node, too.
	NodePort bool `json:"nodePort,omitempty"`
}
