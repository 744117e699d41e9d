package profile

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Setting is one value of a profile: its key in the configuration file, the
// variable that overrides it, and what it means.
type Setting struct {
	// Key is its name in a [cluster.NAME] table.
	Key string
	// Variable is the environment variable that overrides it.
	Variable string
	// Help is what it means, in one line.
	Help string
	// Example is a value as the configuration file may contain it.
	Example string

	set func(*Profile, any) error
}

// Settings returns every setting in the order of the documentation.
func Settings() []Setting { return slices.Clone(settings) }

// settings is the one list from which the file and the environment are read and
// the help is written.
var settings = []Setting{
	{"title", "SUNPYTER_TITLE", "the name to show for the cluster", `"Sunbird"`,
		text(func(p *Profile) *string { return &p.Title })},
	{"host", "SUNPYTER_HOST", "the login node: a host from the ssh configuration or on the network", `"sunbird.swansea.ac.uk"`,
		checked(validHost, text(func(p *Profile) *string { return &p.Host }))},
	{"user", "SUNPYTER_USER", "your user name there", `"s.a.person"`,
		checked(validUser, text(func(p *Profile) *string { return &p.User }))},
	{"ssh_config", "SUNPYTER_SSH_CONFIG", "an ssh configuration file to use instead of ssh's own", `"~/.ssh/hpc"`,
		path(func(p *Profile) *string { return &p.SSHConfig })},
	{"ssh", "SUNPYTER_SSH", "how to connect: own, system for the installed ssh program (Kerberos, smart cards), or the path of a program with the same options", `"system"`,
		setSSH},
	{"keys_only", "SUNPYTER_KEYS_ONLY", "true if the cluster accepts SSH keys only, never passwords", `true`,
		flag(func(p *Profile, on bool) { p.KeysOnly = on })},
	{"share_login", "SUNPYTER_SHARE_LOGIN", "share one login between all windows and commands", `false`,
		flag(func(p *Profile, on bool) { p.OwnLogin = !on })},
	{"route", "SUNPYTER_ROUTE", "how to connect to a job: ssh (to its node) or srun; without it, whichever works", `"srun"`,
		checked(oneOf("ssh or srun", "ssh", "srun"), text(func(p *Profile) *string { return (*string)(&p.Pinned) }))},
	{"node_port", "SUNPYTER_NODE_PORT", "true: with srun, also listen on a port of the node, for speed", `true`,
		flag(func(p *Profile, on bool) { p.NodePort = on })},
	{"grace", "SUNPYTER_GRACE", "how long a job runs while this computer is offline, 1m to 4h", `"15m"`,
		parsed(ParseGrace, func(p *Profile) *time.Duration { return &p.Grace })},
	{"idle", "SUNPYTER_IDLE", "stop a kernel after this long without use, at least 1m; off: never", `"60m"`,
		parsed(ParseIdle, func(p *Profile) *time.Duration { return &p.Idle })},
	{"start_timeout", "SUNPYTER_START_TIMEOUT", "how long a running job may take until Jupyter answers, 10s to 2h", `"5m"`,
		parsed(parseStartTimeout, func(p *Profile) *time.Duration { return &p.StartTimeout })},
	{"session_dir", "SUNPYTER_SESSION_DIR", "where Sunpyter keeps a kernel's small folder on the cluster, if the compute nodes do not have your home directory; must be on a disk that they share with the login node", `"/scratch/$USER"`,
		checked(validSessionDir, text(func(p *Profile) *string { return &p.SessionDir }))},
	{"places", "SUNPYTER_PLACES", "more folders on the cluster to offer where files are chosen; ~, $HOME and $USER are the cluster's", `["/scratch/$USER"]`,
		folders},
	{"cpus", "SUNPYTER_CPUS", "CPUs for the kernel", `2`,
		parsed(ParseCPUs, func(p *Profile) *int { return &p.Request.CPUs })},
	{"memory", "SUNPYTER_MEM", "memory: 8G, 512M, or a number of MB", `"8G"`,
		parsed(ParseMemory, func(p *Profile) *int { return &p.Request.MemoryMiB })},
	{"memory_per_cpu", "SUNPYTER_MEMORY_PER_CPU", "true: request memory per CPU, as some clusters require", `true`,
		flag(func(p *Profile, on bool) { p.Request.MemoryPerCPU = on })},
	{"time", "SUNPYTER_TIME", "time limit: 2h, 02:00:00 or 1-00:00:00", `"2h"`,
		parsed(ParseTimeLimit, func(p *Profile) *time.Duration { return &p.Request.TimeLimit })},
	{"gpus", "SUNPYTER_GPUS", "GPUs: a number, or a type and a number", `"a100:1"`,
		text(func(p *Profile) *string { return &p.Request.GPUs })},
	{"gres", "SUNPYTER_GRES", "any other generic resource", `"shard:1"`,
		text(func(p *Profile) *string { return &p.Request.Gres })},
	{"partition", "SUNPYTER_PARTITION", "the partition (queue)", `"s_highmem_cdt"`,
		text(func(p *Profile) *string { return &p.Request.Partition })},
	{"account", "SUNPYTER_ACCOUNT", "the account (project) to charge", `"scw1000"`,
		text(func(p *Profile) *string { return &p.Request.Account })},
	{"qos", "SUNPYTER_QOS", "the quality of service", `"short"`,
		text(func(p *Profile) *string { return &p.Request.QOS })},
	{"reservation", "SUNPYTER_RESERVATION", "the reservation to run in", `"course"`,
		text(func(p *Profile) *string { return &p.Request.Reservation })},
	{"clusters", "SUNPYTER_CLUSTERS", "where one login node serves several Slurm clusters: the names of those that may run the kernel", `"gpu"`,
		text(func(p *Profile) *string { return &p.Request.Clusters })},
	{"constraint", "SUNPYTER_CONSTRAINT", "node features to ask for", `"skylake"`,
		text(func(p *Profile) *string { return &p.Request.Constraint })},
	{"workdir", "SUNPYTER_WORKDIR", "where cells run; ~, $HOME and $USER are the cluster's", `"/cdt_storage/$USER"`,
		text(func(p *Profile) *string { return &p.Request.WorkingDirectory })},
	{"kernel_transport", "SUNPYTER_KERNEL_TRANSPORT", "how kernels listen on the node: ipc (private sockets), tcp (ports that other users of the node can read), or auto: tcp only for kernels that cannot use sockets", `"auto"`,
		checked(oneOf("auto, ipc or tcp", "auto", "ipc", "tcp"), text(func(p *Profile) *string { return &p.Request.KernelTransport }))},
	{"modules", "SUNPYTER_MODULES", "modules to load, in this order", `["anaconda/2021.05"]`,
		words(func(p *Profile) *[]string { return &p.Request.Environment.Modules })},
	{"environment", "SUNPYTER_ENVIRONMENT", "the environment that kernels run in: a name or a path, as sunpyter environments lists them", `"course"`,
		text(func(p *Profile) *string { return &p.Request.Environment.Name })},
	{"container", "SUNPYTER_CONTAINER", "the container image that kernels run in: the path of a file of Apptainer or Singularity, or of an image's folder", `"/apps/images/course.sif"`,
		text(func(p *Profile) *string { return &p.Request.Environment.Container })},
	{"container_binds", "SUNPYTER_CONTAINER_BINDS", "more folders that the container can see, in addition to the working directory and your home: DIR or DIR:TARGET", `["/apps", "/scratch/$USER:/data"]`,
		lines(func(p *Profile) *[]string { return &p.Request.Environment.ContainerBinds })},
	{"conda", "SUNPYTER_CONDA", "a conda environment to activate: a name or a path", `"course"`,
		text(func(p *Profile) *string { return &p.Request.Environment.Conda })},
	{"venv", "SUNPYTER_VENV", "a Python virtual environment to activate: a path", `"~/venvs/course"`,
		text(func(p *Profile) *string { return &p.Request.Environment.Venv })},
	{"setup", "SUNPYTER_SETUP", "lines of bash to run before Jupyter starts; no secrets", `["ulimit -c 0"]`,
		lines(func(p *Profile) *[]string { return &p.Request.Environment.Setup })},
	{"variables", "SUNPYTER_VARIABLES", "environment variables for the kernel; no secrets, because Slurm keeps them in the job's script; in the environment, one NAME=VALUE per line", `{ OMP_NUM_THREADS = "2" }`,
		setVariables},
	{"sbatch_options", "SUNPYTER_SBATCH_OPTIONS", "more options for sbatch, one word each", `["--exclude=scs0150"]`,
		words(func(p *Profile) *[]string { return &p.Request.SbatchOptions })},
}

// oldKeys and oldVariables are earlier names of settings, which are still read. A new
// name wins over an old one.
var (
	oldKeys      = map[string]string{"way_in": "route"}                   // new name by old
	oldVariables = map[string]string{"SUNPYTER_ROUTE": "SUNPYTER_WAY_IN"} // old name by new
)

// findSetting returns the setting with this key.
func findSetting(key string) (Setting, bool) {
	key = cmp.Or(oldKeys[key], key)
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Key == key })
	if i < 0 {
		return Setting{}, false
	}
	return settings[i], true
}

// apply sets a value that the user has chosen.
func (s Setting) apply(p *Profile, value any) error {
	err := s.set(p, value)
	if err == nil && !p.Sets(s.Key) {
		p.Own = append(slices.Clip(p.Own), s.Key)
	}
	return err
}

// CheckValue returns an error if the setting with this key cannot have the value.
func CheckValue(key string, value any) error {
	setting, ok := findSetting(key)
	if !ok {
		return fmt.Errorf("there is no setting with the key %s", key)
	}
	var p Profile
	if err := setting.set(&p, value); err != nil {
		return err
	}
	return p.Request.Validate()
}
