package terminal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is a mistake on a command's command line.
type usageError struct {
	command string
	err     error
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// maxArgs refuses more than n arguments.
func maxArgs(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return fmt.Errorf("unexpected argument %q", args[n])
		}
		return nil
	}
}

// flagSynonyms are other programs' names for our flags.
var flagSynonyms = map[string]string{
	"memory": "mem", "ram": "mem", "walltime": "time", "timelimit": "time", "hours": "time", "ncpus": "cpus", "cores": "cpus", "ntasks": "cpus",
	"queue": "partition", "project": "account", "chdir": "workdir", "dir": "workdir", "modules": "module", "keep": "grace", "timeout": "idle",
	"exclude": "sbatch-option", "nodelist": "sbatch-option", "exclusive": "sbatch-option", "nodes": "sbatch-option", "mail-type": "sbatch-option",
}

// suggestFlag adds a suggestion to the error about an unknown flag.
func suggestFlag(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}
	name := strings.ToLower(unknown.GetSpecifiedName())
	meant := flagSynonyms[name]
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if meant == "" && len(name) > 2 && !f.Hidden && (strings.HasPrefix(f.Name, name) || strings.HasPrefix(name, f.Name)) {
			meant = f.Name
		}
	})
	if flag := cmd.Flags().Lookup(meant); flag == nil || flag.Hidden {
		return err
	}
	return fmt.Errorf("%w; did you mean --%s?", err, meant)
}
