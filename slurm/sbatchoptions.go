package slurm

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/plain"
)

// ownOptions are the options of sbatch that SbatchOptions may not have, and why: those that
// have their own field, those that Sunpyter sets, and those with which the job would not be
// a single batch job. Everything else is passed on, such as dependency, begin, exclude,
// licenses, exclusive, nice, mail-type and the options of a site's plugins.
var ownOptions = map[string]string{
	"account":       "use account",
	"chdir":         "use workingDirectory",
	"workdir":       "use workingDirectory",
	"constraint":    "use constraint",
	"cpus-per-task": "use cpus",
	"gpus":          "use gpus",
	"gres":          "use the setting gpus, or the request's other resources",
	"mem":           "use memory",
	"partition":     "use partition",
	"qos":           "use qos",
	"reservation":   "use reservation",
	"time":          "use the time limit",

	"comment":    "Sunpyter finds its jobs by it",
	"error":      "Sunpyter writes the log itself",
	"input":      "the job reads no input",
	"job-name":   "Sunpyter finds its jobs by it",
	"no-requeue": "Sunpyter sets it",
	"nodes":      "a kernel runs on one node",
	"ntasks":     "a kernel is one task",
	"open-mode":  "Sunpyter writes the log itself",
	"output":     "Sunpyter writes the log itself",
	"parsable":   "Sunpyter sets it",
	"requeue":    "a requeued kernel has lost its variables",
	"signal":     "the signal would end the job's script",

	"array":       "a kernel is one job",
	"clusters":    "use clusters",
	"cluster":     "use clusters",
	"export-file": "it would read Sunpyter's own input",
	"help":        "it submits nothing",
	"test-only":   "it submits nothing",
	"usage":       "it submits nothing",
	"version":     "it submits nothing",
	"wait":        "sbatch would not return",
	"wrap":        "Sunpyter has a script of its own",
}

var optionForm = regexp.MustCompile(`^--([A-Za-z0-9][A-Za-z0-9_-]*)(=.*)?$`)

// validateOptions refuses every word that is not a long option, and each of ownOptions.
// sbatch accepts abbreviations (--arr), so prefixes of ownOptions are refused as well.
func (r Request) validateOptions() error {
	const field = "sbatchOptions"
	if len(r.SbatchOptions) > maxList {
		return fault.BadField(field, strconv.Itoa(len(r.SbatchOptions)), fmt.Sprintf("it has more than %d entries", maxList))
	}
	for _, option := range r.SbatchOptions {
		if problem := plain.LineProblem(option); problem != "" {
			return fault.BadField(field, option, problem)
		}
		m := optionForm.FindStringSubmatch(option)
		if m == nil {
			return fault.BadField(field, option, "write each option in its long form, as one word, as in "+fault.Option("exclude=scs0150"))
		}
		if why, refused := ownOption(m[1]); refused {
			return fault.BadField(field, option, why)
		}
	}
	return nil
}

// ownOption reports whether sbatch may read name as one of ownOptions, and why
// that is refused.
func ownOption(name string) (why string, refused bool) {
	if why, exact := ownOptions[name]; exact {
		return "the option " + name + " cannot be set here: " + why, true
	}
	if name == "export" {
		return "", false // an option, although export-file begins with it
	}
	for _, own := range slices.Sorted(maps.Keys(ownOptions)) {
		if strings.HasPrefix(own, name) {
			return "sbatch could read it as " + own + "; write the full name of the option", true
		}
	}
	return "", false
}
