package slurm

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
)

// Bounds that only a mistake exceeds. They keep Slurm's numbers from overflowing; Slurm and
// the site have the real limits.
const (
	maxCPUs      = 100_000
	maxMemoryMiB = 1 << 30
	maxTimeLimit = 366 * 24 * time.Hour
	maxList      = 100
	maxSetup     = 64 << 10
)

var (
	gpusForm    = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_.-]*:)?[1-9][0-9]{0,3}$`)
	gresForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*(:[A-Za-z0-9_.-]+){0,2}(,[A-Za-z0-9][A-Za-z0-9_.-]*(:[A-Za-z0-9_.-]+){0,2})*$`)
	namesForm   = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_.+@:/%=-]*(,[A-Za-z0-9_.][A-Za-z0-9_.+@:/%=-]*)*$`)
	featureForm = regexp.MustCompile(`^[A-Za-z0-9_.(\[!][A-Za-z0-9_.+@:/%=|&*,()\[\]!-]*$`)
	moduleForm  = regexp.MustCompile(`^[A-Za-z0-9_./~][A-Za-z0-9_.+@:/%=~,-]*$`)
	condaForm   = regexp.MustCompile(`^[\pL0-9_.][\pL0-9_.+-]*$`)
	bindTarget  = regexp.MustCompile(`^(/[^/:,[:cntrl:]]+)+$`)
	variable    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// Validate checks every value, before anything is sent. The error is a
// [fault.BadRequest] that names the field, as the wire calls it, and the value.
// Names that only the site knows (partition, account, ...) are checked for
// characters alone.
func (r Request) Validate() error {
	return cmp.Or(r.validateFigures(), r.validateNames(), r.Environment.validate(), r.validateOptions())
}

func (r Request) validateFigures() error {
	switch {
	case r.CPUs < 0 || r.CPUs > maxCPUs:
		return fault.BadField("cpus", strconv.Itoa(r.CPUs), fmt.Sprintf("it must be a number from 1 to %d", maxCPUs))
	case r.MemoryMiB < 0 || r.MemoryMiB > maxMemoryMiB:
		return fault.BadField("memoryMiB", strconv.Itoa(r.MemoryMiB), fmt.Sprintf("it must be a number from 1 to %d", maxMemoryMiB))
	case r.TimeLimit < 0 || r.TimeLimit > maxTimeLimit:
		return fault.BadField("timeLimit", units.Duration(r.TimeLimit), "it must be from 1 minute to 366 days")
	}
	return nil
}

func (r Request) validateNames() error {
	const names = "it must be a Slurm name: letters, digits and _ . + @ : / % = -, not starting with a dash"
	for _, f := range []struct {
		field, value string
		form         *regexp.Regexp
		want         string
	}{
		{"gpus", r.GPUs, gpusForm, `it must be a number, or a type and a number such as "a100:2"`},
		{"gres", r.Gres, gresForm, `it must be a list such as "name:2" or "name:type:2"`},
		{"partition", r.Partition, namesForm, names},
		{"account", r.Account, namesForm, names},
		{"qos", r.QOS, namesForm, names},
		{"reservation", r.Reservation, namesForm, names},
		{"clusters", r.Clusters, namesForm, names},
		{"constraint", r.Constraint, featureForm, "it must be node features, joined by & | , and brackets"},
	} {
		if err := matches(f.field, f.value, f.form, f.want); err != nil {
			return err
		}
	}
	if gres := "," + r.Gres + ","; r.GPUs != "" && (strings.Contains(gres, ",gpu:") || strings.Contains(gres, ",gpu,")) {
		return fault.BadField("gres", r.Gres, "it requests GPUs, and so does "+fault.Field("gpus"))
	}
	switch r.KernelTransport {
	case "", KernelsAuto, KernelsIPC, KernelsTCP:
	default:
		return fault.BadField("kernelTransport", r.KernelTransport, "it must be auto, ipc or tcp")
	}
	return pathField("workingDirectory", r.WorkingDirectory)
}

func (e Environment) validate() error {
	if n := len(e.Modules) + len(e.Setup) + len(e.Variables); n > maxList {
		return fault.BadField("environment", strconv.Itoa(n), fmt.Sprintf("it has more than %d entries", maxList))
	}
	for _, module := range e.Modules {
		if module == "" {
			return fault.BadField("environment.modules", module, "it is empty")
		}
		if err := matches("environment.modules", module, moduleForm, `it must be the name of a module, such as "anaconda/2021.05"`); err != nil {
			return err
		}
	}
	for _, line := range e.Setup {
		if problem := codeProblem(line); problem != "" {
			return fault.BadField("environment.setup", line, problem)
		}
	}
	return cmp.Or(e.validateName(), e.validateContainer(), e.validateConda(), pathField("environment.venv", e.Venv), e.validateVariables())
}

func (e Environment) validateConda() error {
	const field = "environment.conda"
	if strings.ContainsAny(e.Conda, "/~$") {
		return pathField(field, e.Conda)
	}
	return matches(field, e.Conda, condaForm, "it must be the name of a conda environment, or its path")
}

// validateName accepts a path, or any name that fits into a line.
func (e Environment) validateName() error {
	switch problem := plain.LineProblem(e.Name); {
	case e.Name == "":
		return nil
	case problem != "":
		return fault.BadField("environment.name", e.Name, problem)
	case e.Conda != "" || e.Venv != "":
		return fault.BadField("environment.name", e.Name, "it cannot be used together with "+fault.Field("environment.conda")+" or "+fault.Field("environment.venv"))
	}
	if IsPath(e.Name) {
		return pathField("environment.name", e.Name)
	}
	return nil
}

// validateContainer accepts the path of an image, and folders that the runtimes can bind.
func (e Environment) validateContainer() error {
	switch {
	case strings.Contains(e.Container, "://"):
		return fault.BadField("environment.container", e.Container, "it must be the path of an image on the cluster: make one of it first, as with "+fault.Shell("apptainer pull"))
	case strings.ContainsAny(e.Container, ":,"):
		return fault.BadField("environment.container", e.Container, "the path of an image must have no colon and no comma")
	case e.Container != "" && e.Name != "":
		return fault.BadField("environment.container", e.Container, "it cannot be used together with "+fault.Field("environment.name"))
	}
	if err := pathField("environment.container", e.Container); err != nil {
		return err
	}
	if len(e.ContainerBinds) > maxList {
		return fault.BadField("environment.containerBinds", strconv.Itoa(len(e.ContainerBinds)), fmt.Sprintf("it has more than %d entries", maxList))
	}
	for _, bind := range e.ContainerBinds {
		source, target, both := strings.Cut(bind, ":")
		_, err := loginshell.ExpandPath(source)
		switch {
		case err != nil, both && !bindTarget.MatchString(target), strings.Contains(bind, ","):
			return fault.BadField("environment.containerBinds", bind, `it must be a folder of the cluster, such as "/apps", or a folder and its place in the container, such as "/scratch/course:/data"`)
		}
	}
	return nil
}

// IsPath reports whether the name of an environment is a path.
func IsPath(name string) bool { return name != "" && strings.ContainsRune("/~$", rune(name[0])) }

func (e Environment) validateVariables() error {
	for name, value := range e.Variables {
		field := "environment.variables." + name
		if !variable.MatchString(name) {
			return fault.BadField("environment.variables", name, "a variable's name may have letters, digits and _ only")
		}
		if strings.HasPrefix(name, "SLURM_") || strings.HasPrefix(name, "SUNPYTER_") || strings.HasPrefix(name, "sunpyter_") {
			return fault.BadField("environment.variables", name, "variables of Slurm and of Sunpyter cannot be set")
		}
		if problem := codeProblem(value); problem != "" {
			return fault.BadField(field, value, problem)
		}
	}
	return nil
}

// codeProblem returns why a text of several lines cannot go into a script.
func codeProblem(s string) string {
	switch {
	case strings.ContainsRune(s, 0):
		return "it contains a NUL"
	case !utf8.ValidString(s):
		return "it is not valid UTF-8"
	case len(s) > maxSetup:
		return fmt.Sprintf("it is longer than %d bytes", maxSetup)
	}
	return ""
}

// matches checks a value that may be left out.
func matches(field, value string, form *regexp.Regexp, want string) error {
	if value == "" {
		return nil
	}
	if len(value) > plain.MaxLine || !form.MatchString(value) {
		return fault.BadField(field, value, want)
	}
	return nil
}

// pathField checks a path that may be left out.
func pathField(field, path string) error {
	if path == "" {
		return nil
	}
	word, err := loginshell.ExpandPath(path)
	if word == "" && err != nil {
		return fault.BadField(field, path, "a path on the cluster starts with /, ~/ or $HOME/ and has no control characters")
	}
	return nil
}
