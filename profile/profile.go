package profile

import "time"

// Profile is a site and what to ask of it by default.
type Profile struct {
	// Name is what a person names it by: "sunbird".
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
	Request Request
}

// The sources of a profile that is not from a file.
const (
	// BuiltIn is the source of a profile that is part of the program.
	BuiltIn = "built-in"
	// Editor is the source of a profile that stands in an editor's settings.
	Editor = "editor"
	// AsTyped is the source of a profile made from a host that a person named.
	AsTyped = "as typed"
)

// Request is what to ask Slurm for, and how to start Jupyter there. A zero value
// means that nothing is said. The fields are those of the wire's kernel request.
type Request struct {
	// CPUs is the number of CPUs.
	CPUs int
	// MemoryMiB is the memory, in MiB.
	MemoryMiB int
	// TimeLimit is the time limit of the job.
	TimeLimit time.Duration
	// GPUs is the number of GPUs, as "2" or "a100:2".
	GPUs string
	// Gres is any other generic resource.
	Gres string
	// Partition is the partition.
	Partition string
	// Account is the account to charge.
	Account string
	// QOS is the quality of service.
	QOS string
	// Reservation is the reservation to run in.
	Reservation string
	// Constraint is the node features to ask for.
	Constraint string
	// WorkingDirectory is where cells run, as the cluster names it.
	WorkingDirectory string
	// KernelTransport is how kernels listen on the node: "auto", "ipc" or "tcp".
	KernelTransport string
	// Environment is what to set up before Jupyter starts.
	Environment Environment
	// SbatchOptions are more options for sbatch, one word each.
	SbatchOptions []string
}

// Environment is what to set up in the job before Jupyter starts.
type Environment struct {
	// Modules are loaded with "module load", in this order.
	Modules []string
	// Conda is the name or the path of a conda environment.
	Conda string
	// Venv is the path of a Python virtual environment.
	Venv string
	// Setup are lines of bash.
	Setup []string
	// Variables are environment variables to set.
	Variables map[string]string
}

// sunbird is the built-in profile: Supercomputing Wales's Sunbird, as the course
// uses it. It is made anew at each call, since a file may change it.
func sunbird() Profile {
	return Profile{
		Name:     "sunbird",
		Title:    "Sunbird",
		Host:     "sunbird.swansea.ac.uk",
		KeysOnly: true,
		Source:   BuiltIn,
		Request: Request{
			Partition:        "s_highmem_cdt",
			WorkingDirectory: "/cdt_storage/$USER",
			Environment:      Environment{Modules: []string{"anaconda/2021.05"}},
		},
	}
}
