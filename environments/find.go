package environments

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed find.sh
var findScript string

// Kind is what kind of environment it is.
type Kind string

// The kinds.
const (
	Conda      Kind = "conda"      // an environment of conda, mamba, micromamba or pixi
	Venv       Kind = "venv"       // a virtual environment, of whatever program
	Python     Kind = "python"     // a Python that pyenv or uv installed
	Module     Kind = "module"     // of Lmod or Environment Modules
	Container  Kind = "container"  // an image of Apptainer, Singularity or Charliecloud
	Kernelspec Kind = "kernelspec" // a kernel of any language that the user installed
)

// Presence is whether something is in an environment.
type Presence string

// What can be known.
const (
	Yes     Presence = "yes"
	No      Presence = "no"
	Unknown Presence = "unknown" // it cannot be seen from files
)

// Environment is one that was found.
type Environment struct {
	Kind    Kind
	Manager string // pixi, poetry, uv or pyenv, if it is known
	// Name is a short name, which others may have, too; that of a module is whole.
	Name string
	// Path is its folder; of a module the folder that its file names, or "".
	Path string
	// PythonVersion is the version of its Python: "3.12.1", "3.12", or "" if it is not known.
	PythonVersion string
	// Language is the language of a kernelspec.
	Language string
	// Kernel says whether ipykernel is in it, and Jupyter whether a Jupyter server is.
	Kernel, Jupyter Presence
	// OtherPython is the version of Python that its ipykernel is for, if that is another one.
	OtherPython string
	// Unusable is why an image cannot be used: it cannot be read, or it is a file of another kind.
	Unusable string
	// Denied: an image is unusable because the user has no permission to read it.
	Denied bool
	// Elsewhere: the login node has no such image, nor its folder, but the compute nodes may have it.
	Elsewhere bool
	// MissingProgram is the interpreter that is gone, if so.
	MissingProgram string
}

// Options say where to look.
type Options struct {
	// Workdir and Project are folders to look in beside the home directory, as
	// [loginshell.ExpandPath] reads them; may be empty.
	Workdir, Project string
	// Modules has the module command asked.
	Modules bool
	// OnlyModules has nothing else looked for, with a low priority and more time.
	OnlyModules bool
	// Paths are the only folders to look at, if there are any.
	Paths []string
	// Images: the paths are those of container images.
	Images bool
	// Limit is how long the search may take.
	Limit time.Duration
}

// defaultLimit is how long a search takes at most.
const defaultLimit = 1800 * time.Millisecond

// modulesLimit is defaultLimit for modules alone.
const modulesLimit = 20 * time.Second

// commandDeadline bounds the whole command, of which the login shell may take long.
const commandDeadline = time.Minute

// Result is what was found.
type Result struct {
	Environments []Environment
	Complete     bool // everything was looked at within the limit
	AllModules   bool // the module command was asked, and has listed all modules
	AllPlaces    bool // everything else was looked at
}

const searching = "looking for environments on the login node"

// Find looks for environments: one command on the login node.
func Find(ctx context.Context, host slurm.Host, o Options) (Result, error) {
	script, err := Script(o)
	if err != nil {
		return Result{}, err
	}
	bounded, cancel := context.WithTimeout(ctx, commandDeadline)
	defer cancel()
	stdout, _, _, err := host.Run(bounded, loginshell.Command(script), nil)
	if err == nil {
		stdout, err = loginshell.StripNoise(stdout)
	}
	switch {
	case ctx.Err() != nil:
		return Result{}, &fault.Error{Code: fault.Cancelled, Tried: searching, Answer: "cancelled", Err: ctx.Err()}
	case bounded.Err() != nil:
		return Result{}, &fault.Error{Code: fault.CommandFailed, Tried: searching, Answer: "no answer in time", Err: bounded.Err(),
			Advice: "The login node is slow or does not answer: try again in a few minutes."}
	case fault.As(err) != nil:
		return Result{}, err
	case err != nil:
		return Result{}, &fault.Error{Code: fault.LinkLost, Tried: searching, Err: err, Advice: "Check the connection to the login node and try again."}
	}
	return parse(stdout)
}

// Script returns the script that looks for environments.
func Script(o Options) (string, error) {
	if o.Limit == 0 {
		o.Limit = defaultLimit
		if o.OnlyModules {
			o.Limit = modulesLimit
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "limit=%.2f\n", o.Limit.Seconds())
	for _, folder := range []struct{ name, path string }{{"workdir", o.Workdir}, {"project", o.Project}} {
		word := "''"
		if folder.path != "" {
			var err error
			if word, err = loginshell.ExpandPath(folder.path); err != nil {
				return "", err
			}
		}
		fmt.Fprintf(&b, "%s=%s\n", folder.name, word)
	}
	modules := "no"
	switch {
	case o.OnlyModules:
		modules = "only"
	case o.Modules:
		modules = "yes"
	}
	fmt.Fprintf(&b, "modules=%s\nimages=%t\nnamed=(", modules, o.Images)
	for _, path := range o.Paths {
		word, err := loginshell.ExpandPath(path)
		if err != nil {
			return "", err
		}
		b.WriteString(" " + word)
	}
	b.WriteString(")\nfind_module() {\nsunpyter_because() { return 1; }\n" + loginshell.StripComments(slurm.FindModule()) + "}\n" + loginshell.StripComments(findScript))
	return b.String(), nil
}

// fieldsOfRecord is the number of fields that find.sh prints for each environment.
const fieldsOfRecord = 8

// parse reads what find.sh has printed. Environments whose path cannot be sent, since it is
// not text of one line, are left out: they could not be named in a request.
func parse(output []byte) (Result, error) {
	var result Result
	var fields []string
	for field := range bytes.SplitSeq(output, []byte{0}) {
		if fields = append(fields, string(field)); len(fields) < fieldsOfRecord {
			continue
		}
		if fields[0] == "end" {
			result.Complete = fields[1] == "complete"
			return result, nil
		}
		switch fields[0] {
		case "modules":
			result.AllModules = true
		case "searched":
			result.AllPlaces = true
		default:
			if e, ok := environmentOf(fields); ok {
				result.Environments = append(result.Environments, e)
			}
		}
		fields = nil
	}
	return Result{}, &fault.Error{Code: fault.CommandFailed, Tried: searching, Answer: "the search ended early",
		Advice: "Check that " + fault.Shell("ssh HOST") + " opens a working shell, and that it is bash 4.1 or later there."}
}

// environmentOf returns the environment in a record.
func environmentOf(f []string) (Environment, bool) {
	e := Environment{Kind: Kind(f[0]), Manager: f[1], Path: f[2], PythonVersion: f[3], Kernel: Presence(f[4]), Jupyter: Presence(f[5])}
	problem, detail := f[6], f[7]
	if plain.LineProblem(e.Path) != "" {
		return e, false
	}
	switch e.Kernel {
	case Yes, No, Unknown:
	default:
		e.OtherPython, e.Kernel = string(e.Kernel), No
	}
	if e.Kind == Container {
		return imageOf(e, problem, detail), true
	}
	if problem != "" {
		e.MissingProgram = plain.Line(detail)
		e.Kernel, e.Jupyter = No, No
	}
	switch e.Kind {
	case Kernelspec:
		return kernelspecOf(e, problem != "", detail)
	case Module:
		e.Name, e.Path = e.Path, plain.Line(detail)
		if problem != "" {
			e.Path = ""
		}
	case Conda, Venv, Python:
		if e.Manager == "" && strings.Contains(e.Path, "/.pixi/envs/") {
			e.Manager = "pixi"
		}
		e.Name = nameOf(e.Path)
	default:
		return e, false
	}
	return e, true
}

// imageOf returns the container image with a problem of find.sh, if it has one.
func imageOf(e Environment, problem, detail string) Environment {
	e.Name = ContainerName(e.Path)
	switch problem {
	case "unreadable":
		e.Unusable, e.Denied = "you have no permission to read it", true
	case "closed":
		e.Unusable, e.Denied = "you have no permission to open the folder "+plain.Line(detail), true
	case "no-image":
		e.Unusable = "it is not an image of Apptainer or Singularity"
	case "elsewhere":
		e.Elsewhere = true
	}
	if e.Unusable != "" {
		e.Kernel = No
	}
	return e
}

// kernelspecOf returns the kernelspec whose kernel.json begins with text.
func kernelspecOf(e Environment, missing bool, text string) (Environment, bool) {
	var spec struct {
		Argv        []string `json:"argv"`
		DisplayName string   `json:"display_name"`
		Language    string   `json:"language"`
	}
	if json.Unmarshal([]byte(text), &spec) != nil || len(spec.Argv) == 0 {
		return e, false
	}
	e.Name, e.Language, e.Jupyter, e.MissingProgram = plain.Line(spec.DisplayName), plain.Line(spec.Language), No, ""
	if e.Name == "" {
		e.Name = nameOf(e.Path)
	}
	if missing {
		e.MissingProgram, e.Kernel = plain.Line(spec.Argv[0]), No
	}
	return e, true
}
