package slurm

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// JobName is the name of all of Sunpyter's jobs: `squeue --name=sunpyter` lists them.
const JobName = "sunpyter"

// Request is what to ask Slurm for. A zero value means the default.
type Request struct {
	// CPUs is the number of CPUs for the kernel. Default 1.
	CPUs int
	// MemoryMiB is the memory in MiB. Default: the partition's own.
	MemoryMiB int
	// MemoryPerCPU asks for the memory by CPU (sbatch's --mem-per-cpu), for sites that
	// refuse --mem. MemoryMiB is that of the whole job nevertheless, rounded up.
	MemoryPerCPU bool
	// TimeLimit is rounded up to whole minutes. Default: see [ResolveDefaults].
	TimeLimit time.Duration
	// GPUs is a number of GPUs, with their type if it matters: "2", "a100:2".
	GPUs string
	// Gres is other generic resources: "shard:1".
	Gres string
	// Partition, Account, QOS and Reservation are names that the site knows.
	Partition, Account, QOS, Reservation string
	// Clusters are the clusters of the site that may run the job, by their names in
	// Slurm's accounting: "a,b", or "all". Default: the login node's own.
	Clusters string
	// Constraint is the node features to ask for: "skylake&ib".
	Constraint string
	// WorkingDirectory is where cells run, see [loginshell.ExpandPath]. It is for the
	// session's script: Slurm itself does not get it.
	WorkingDirectory string
	// KernelTransport is how kernels listen on the node: [KernelsAuto] (default),
	// [KernelsIPC] or [KernelsTCP]. It is for the session's script, too.
	KernelTransport string
	// Environment is what to set up before Jupyter starts.
	Environment Environment
	// SbatchOptions are more long options for sbatch, one word each.
	SbatchOptions []string
	// FromSite are the site's defaults that were used, set by [ResolveDefaults].
	FromSite []Default
}

// The transports of kernels, as jupyter_client names them.
const (
	KernelsAuto = "auto" // sockets in the private directory, and ports for kernels that cannot use them
	KernelsIPC  = "ipc"  // sockets alone
	KernelsTCP  = "tcp"  // ports of the node's 127.0.0.1, which its other users can read
)

// Chosen is the environment that kernels run in, as it was found on the cluster.
type Chosen struct {
	// Path is its folder; "": none was chosen.
	Path string
	// Title is what to call it in a kernel's name: "Python 3.12 (ml, Sunbird)" for "ml".
	Title string
	// Python is the version of its Python: "3.12"; may be empty.
	Python string
	// Jupyter: a Jupyter server is in it, so that it is activated for Jupyter, too.
	Jupyter bool
}

// Environment is what to set up in the job, in this order.
type Environment struct {
	// Modules are loaded with "module load", in their order.
	Modules []string
	// Name is the name or the path of an environment for kernels, and Chosen is what was
	// found under it. Jupyter may run in another one. Conda and Venv of the defaults are not
	// used if there is a Name.
	Name   string
	Chosen Chosen
	// Container is the path of a container image that kernels run in: a file of Apptainer or
	// Singularity, or a folder. Jupyter runs outside. Name of the defaults is not used then.
	Container string
	// ContainerBinds are more folders of the node that the container shows: DIR or DIR:TARGET.
	ContainerBinds []string
	// Conda is the name or the path of a conda environment to activate.
	Conda string
	// Venv is the path of a Python virtual environment to activate.
	Venv string
	// Setup are lines of bash, run unchanged.
	Setup []string
	// Variables are environment variables to set.
	Variables map[string]string
}

// Options returns sbatch's arguments, one word each, for a request that [Request.Validate]
// accepts. comment is the job's, see [Comment].
//
// The user's options are last, so that one that lacks its value cannot take one of
// Sunpyter's; Validate refuses options that Sunpyter sets.
func (r Request) Options(comment string) []string {
	options := []string{
		"--parsable", "--job-name=" + JobName, "--comment=" + comment, "--no-requeue",
		"--propagate=NONE", // the login node's limits are not the job's
		"--output=/dev/null", "--error=/dev/null",
		"--nodes=1", "--ntasks=1", "--cpus-per-task=" + strconv.Itoa(max(r.CPUs, 1)),
	}
	add := func(name, value string) {
		if value != "" {
			options = append(options, "--"+name+"="+value)
		}
	}
	switch {
	case r.MemoryMiB > 0 && r.MemoryPerCPU:
		add("mem-per-cpu", strconv.Itoa(r.perCPU())+"M")
	case r.MemoryMiB > 0:
		add("mem", strconv.Itoa(r.MemoryMiB)+"M")
	}
	if r.TimeLimit > 0 {
		add("time", strconv.Itoa(int((r.TimeLimit+time.Minute-1)/time.Minute)))
	}
	add("gres", r.gres())
	add("partition", r.Partition)
	add("account", r.Account)
	add("qos", r.QOS)
	add("reservation", r.Reservation)
	add("constraint", r.Constraint)
	add("clusters", r.Clusters)
	return append(options, r.SbatchOptions...)
}

// gres is GPUs and Gres as one list.
func (r Request) gres() string {
	if r.GPUs == "" {
		return r.Gres
	}
	return strings.TrimSuffix("gpu:"+r.GPUs+","+r.Gres, ",")
}

// GPUCount returns how many GPUs the request asks for.
func (r Request) GPUCount() int { return countGPUs(parseGPUs(r.gres()), "") }

// perCPU returns the memory in MiB for each CPU, rounded up.
func (r Request) perCPU() int {
	cpus := max(r.CPUs, 1)
	return (r.MemoryMiB + cpus - 1) / cpus
}

// withMemoryOption returns r with the memory of a --mem-per-cpu among the user's options, so
// that the shown memory is the job's.
func (r Request) withMemoryOption() Request {
	for i, option := range r.SbatchOptions {
		value, ok := strings.CutPrefix(option, "--mem-per-cpu=")
		if perCPU := mebibytes(value); ok && perCPU > 0 {
			r.MemoryMiB, r.MemoryPerCPU = perCPU*max(r.CPUs, 1), true
			r.SbatchOptions = slices.Delete(slices.Clone(r.SbatchOptions), i, i+1)
			return r.withMemoryOption()
		}
	}
	return r
}

// WithDefaults returns r with the defaults for values that are not set. A list is replaced
// as a whole; variables are merged by name.
func (r Request) WithDefaults(defaults Request) Request {
	return Request{
		CPUs:             cmp.Or(r.CPUs, defaults.CPUs),
		MemoryMiB:        cmp.Or(r.MemoryMiB, defaults.MemoryMiB),
		MemoryPerCPU:     r.MemoryPerCPU || defaults.MemoryPerCPU,
		TimeLimit:        cmp.Or(r.TimeLimit, defaults.TimeLimit),
		GPUs:             cmp.Or(r.GPUs, defaults.GPUs),
		Gres:             cmp.Or(r.Gres, defaults.Gres),
		Partition:        cmp.Or(r.Partition, defaults.Partition),
		Account:          cmp.Or(r.Account, defaults.Account),
		QOS:              cmp.Or(r.QOS, defaults.QOS),
		Reservation:      cmp.Or(r.Reservation, defaults.Reservation),
		Clusters:         cmp.Or(r.Clusters, defaults.Clusters),
		Constraint:       cmp.Or(r.Constraint, defaults.Constraint),
		WorkingDirectory: cmp.Or(r.WorkingDirectory, defaults.WorkingDirectory),
		KernelTransport:  cmp.Or(r.KernelTransport, defaults.KernelTransport),
		Environment:      r.Environment.withDefaults(defaults.Environment),
		SbatchOptions:    listOr(r.SbatchOptions, defaults.SbatchOptions),
	}
}

// IsPlain reports whether Jupyter comes from the login shell's PATH: nothing else is set up in the job.
func (e Environment) IsPlain() bool {
	return e.Name == "" && e.Chosen.Path == "" && e.Conda == "" && e.Venv == "" && len(e.Modules) == 0 && len(e.Setup) == 0 && e.Variables["PATH"] == ""
}

func (e Environment) withDefaults(defaults Environment) Environment {
	variables := maps.Clone(defaults.Variables)
	if variables == nil && len(e.Variables) > 0 {
		variables = map[string]string{}
	}
	maps.Copy(variables, e.Variables)
	if e.Name != "" {
		defaults.Conda, defaults.Venv = "", ""
	}
	if e.Conda != "" || e.Venv != "" || e.Container != "" {
		defaults.Name = ""
	}
	if e.Name != "" || e.Conda != "" || e.Venv != "" {
		defaults.Container = ""
	}
	return Environment{
		Modules:        listOr(e.Modules, defaults.Modules),
		Name:           cmp.Or(e.Name, defaults.Name),
		Container:      cmp.Or(e.Container, defaults.Container),
		ContainerBinds: listOr(e.ContainerBinds, defaults.ContainerBinds),
		Conda:          cmp.Or(e.Conda, defaults.Conda),
		Venv:           cmp.Or(e.Venv, defaults.Venv),
		Setup:          listOr(e.Setup, defaults.Setup),
		Variables:      variables,
	}
}

func listOr(own, defaults []string) []string {
	if len(own) > 0 {
		return own
	}
	return defaults
}
