package profile

import (
	"time"

	"github.com/sa2c/sunpyter/slurm"
)

// Profile is a site and what to ask of it by default.
type Profile struct {
	// Name is what a user names it by: "sunbird".
	Name string
	// Title is its name for people: "Sunbird".
	Title string
	// Host is the login node: a name of the ssh configuration or of the DNS.
	Host string
	// User is the user's name there; empty: as ssh finds it.
	User string
	// SSHConfig is an ssh configuration file to use instead of ssh's own (ssh -F);
	// empty: ssh's own.
	SSHConfig string
	// SSH is the ssh program that makes the connection, by name or path; empty:
	// Sunpyter makes it itself.
	SSH string
	// Grace is how long a job goes on without a sign of this computer; 0: the default.
	Grace time.Duration
	// Idle is after how long a kernel is given back that nobody uses; 0: the default,
	// [NeverIdle]: never.
	Idle time.Duration
	// KeysOnly is true where keys are the way in: a password is never asked for.
	KeysOnly bool
	// OwnLogin: each window and command logs in by itself.
	OwnLogin bool
	// WayIn is the only way into a job to try, "ssh" (to its node) or "srun"; empty:
	// whichever works.
	WayIn string
	// NodePort lets the second of them listen on a port of the node, for speed.
	NodePort bool
	// Source is where the profile comes from: [BuiltIn], [Editor], [AsTyped], or the
	// path of the configuration file.
	Source string
	// Request is what is asked for when a request does not say.
	Request slurm.Request
}

// The sources of a profile that is not from a file.
const (
	// BuiltIn is the source of a profile that is part of the program.
	BuiltIn = "built-in"
	// Editor is the source of a profile that stands in an editor's settings.
	Editor = "editor"
	// AsTyped is the source of a profile made from a host that a user named.
	AsTyped = "as typed"
)

// sunbird is the built-in profile: Supercomputing Wales's Sunbird, as the course
// uses it. It is made anew at each call, since a file may change it.
func sunbird() Profile {
	return Profile{
		Name:     "sunbird",
		Title:    "Sunbird",
		Host:     "sunbird.swansea.ac.uk",
		KeysOnly: true,
		Source:   BuiltIn,
		Request: slurm.Request{
			Partition:        "s_highmem_cdt",
			WorkingDirectory: "/cdt_storage/$USER",
			Environment:      slurm.Environment{Modules: []string{"anaconda/2021.05"}},
		},
	}
}
