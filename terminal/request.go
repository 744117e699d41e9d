package terminal

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// addResourceFlags adds the flags for what Slurm decides about.
func addResourceFlags(flags *pflag.FlagSet, r *protocol.KernelRequest) {
	flags.Func("cpus", "`NUMBER` of CPUs", parsed(&r.CPUs, profile.ParseCPUs))
	flags.Func("mem", "`SIZE` of the memory: 8G, 512M or a number of MB", parsed(&r.MemoryMiB, profile.ParseMemory))
	flags.BoolVar(&r.MemoryPerCPU, "memory-per-cpu", false, "request memory per CPU, as some clusters require")
	flags.Func("time", "`TIME` limit: 2h, 90m, 02:00:00 or 1-00:00:00", parsed(&r.TimeLimitSeconds, seconds(profile.ParseTimeLimit)))
	flags.StringVar(&r.GPUs, "gpus", "", "GPUs: `N` or TYPE:N")
	flags.StringVar(&r.Gres, "gres", "", "other generic resource, as `NAME`:N")
	flags.StringVar(&r.Partition, "partition", "", "partition (queue) `NAME`")
	flags.StringVar(&r.Account, "account", "", "account (project) `NAME` to charge")
	flags.StringVar(&r.QOS, "qos", "", "quality of service `NAME`")
	flags.StringVar(&r.Reservation, "reservation", "", "reservation `NAME`")
	flags.StringVar(&r.Clusters, "clusters", "", "where one login node serves several Slurm clusters: the `NAMES` of those to use")
	flags.StringVar(&r.Constraint, "constraint", "", "node `FEATURES` to ask for")
	flags.StringArrayVar(&r.SbatchOptions, "sbatch-option", nil, "pass an `OPTION` to sbatch, such as --exclude=n1 (may be repeated)")
}

// addRequestFlags adds the flags that fill a kernel request. Values without a flag come from the
// profile.
func addRequestFlags(flags *pflag.FlagSet, r *protocol.KernelRequest) {
	addResourceFlags(flags, r)
	r.Environment = &protocol.Environment{}
	env := r.Environment
	flags.StringVar(&r.WorkingDirectory, "workdir", "", "run cells in this `DIR` on the cluster; quote '$USER'")
	flags.StringVar(&r.KernelTransport, "kernel-transport", "", "`HOW` kernels listen on the node: auto, ipc or tcp")
	flags.StringArrayVar(&env.Modules, "module", nil, "load module `NAME` (may be repeated)")
	flags.StringVar(&env.Container, "container", "", "run kernels in the container image at `PATH` on the cluster, a file or a folder")
	flags.StringArrayVar(&env.ContainerBinds, "container-bind", nil, "let the container see this `DIR`, or DIR:TARGET (may be repeated)")
	flags.StringVar(&env.Conda, "conda", "", "activate conda environment `NAME` (or path)")
	flags.StringVar(&env.Venv, "venv", "", "activate the Python virtual environment at `PATH` on the cluster")
	flags.StringArrayVar(&env.Setup, "setup", nil, "run this `LINE` of bash before Jupyter starts (may be repeated)")
	flags.Func("env", "run kernels in environment `NAME` (or path), see sunpyter environments; NAME=VALUE: set a variable, no secrets (may be repeated)", func(text string) error {
		if isPath := strings.IndexAny(text, "/~$") == 0; isPath || !strings.Contains(text, "=") {
			env.Name = text
			return nil
		}
		return setVariable(env, text)
	})
	flags.Func("idle", "stop the kernel after this `TIME` without use, at least 1m; off: never", parsed(&r.IdleSeconds, idleSeconds))
	flags.Func("grace", "keep the job this `TIME` while this computer is offline, 1m to 4h", parsed(&r.GraceSeconds, seconds(profile.ParseGrace)))
}

// parsed returns a flag function that stores what parse returns.
func parsed[T any](value *T, parse func(string) (T, error)) func(string) error {
	return func(text string) error {
		read, err := parse(text)
		if err == nil {
			*value = read
		}
		return err
	}
}

// seconds converts a parser of durations to one of whole seconds, rounded up.
func seconds(parse func(string) (time.Duration, error)) func(string) (int, error) {
	return func(text string) (int, error) {
		d, err := parse(text)
		return int(math.Ceil(d.Seconds())), err
	}
}

// idleSeconds reads the idle limit in the protocol's form: -1 means never.
func idleSeconds(text string) (int, error) {
	d, err := profile.ParseIdle(text)
	if err == nil && d == profile.NeverIdle {
		return -1, nil
	}
	return int(math.Ceil(d.Seconds())), err
}

func setVariable(env *protocol.Environment, text string) error {
	name, value, err := profile.ParseVariable(text)
	if err != nil {
		return err
	}
	if env.Variables == nil {
		env.Variables = map[string]string{}
	}
	env.Variables[name] = value
	return nil
}

// addClientFlags adds the flags of every command that uses a server.
func addClientFlags(flags *pflag.FlagSet, c *rpcclient.Options) {
	flags.BoolVar(&c.JSON, "json", false, "write JSON, one object per line")
	flags.Func("ssh-config", "use this ssh configuration `FILE` instead of ssh's own", parsed(&c.SSHConfig, filepath.Abs))
	addServerFlags(flags, c)
}

func addServerFlags(flags *pflag.FlagSet, c *rpcclient.Options) {
	flags.Func("log-file", "write the log to `FILE`", parsed(&c.LogFile, writableFile))
	flags.BoolVarP(&c.Verbose, "verbose", "v", false, "show the log")
}

// writableFile returns path. It makes the file, so that a wrong path is a mistake of the command line rather than a
// server that does not start.
func writableFile(path string) (string, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	return path, file.Close()
}
