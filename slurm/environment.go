package slurm

import (
	_ "embed"
	"maps"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/plain"
)

// The parts of the script; each is also readable, and checked, as a file.
var (
	//go:embed scripts/environment.sh
	environmentBegin string
	//go:embed scripts/environment-end.sh
	environmentEnd string
	//go:embed scripts/module.sh
	findModule string
	//go:embed scripts/conda.sh
	findConda string
	//go:embed scripts/activate.sh
	activateScript string
)

// ActivateScript returns lines of bash that activate the environment in the folder
// $sunpyter_env. If there is no Python in it, they call the function sunpyter_because.
func ActivateScript() string { return activateScript }

// Script returns the lines of bash that set up the environment of a request that
// [Request.Validate] accepts, or "" if there is nothing to do.
//
// A step that fails calls the function sunpyter_fail with the code environment-failed and a
// message of one line: the step, and the end of its standard error. The caller's script
// must define the function, which must not return. If a set-up line ends the shell (exit),
// its text is in $sunpyter_step, for a trap on EXIT. The title of the running step is in the
// file step of the caller's directory $sunpyter_dir.
//
// The shell may have any functions, aliases and options that the user's login files define. The
// caller's script turns aliases off before it, so that ours, even of keywords, are read as
// written, and sets sunpyter_aliases to -s if set-up lines are to have them.
//
// The standard error of each step is printed when it is done. The flags -e and -u are off
// during the steps, since the start files of module and conda do not work with them, and
// restored afterwards.
func (e Environment) Script() string {
	var steps strings.Builder
	// step adds code, which runs in the script's own shell: what it sets, stays.
	step := func(title, code string) {
		steps.WriteString("sunpyter_begin " + loginshell.Quote(title) + "\n{\n" + strings.TrimRight(code, "\n") +
			"\n} 2>&\"$sunpyter_fd\"\nsunpyter_ended \"$?\"\n")
	}
	if len(e.Modules) > 0 {
		step("looking for the module command", findModule)
	}
	for _, module := range e.Modules {
		// Before version 4, module fails with a message and status 0.
		step("module load "+module, "module load "+loginshell.Quote(module)+` && ! \command grep -q 'ERROR:[0-9]*:' "$sunpyter_dir/errors"`)
	}
	if e.Chosen.Path != "" && e.Chosen.Jupyter {
		step("environment "+e.Name, "sunpyter_env="+loginshell.Quote(e.Chosen.Path)+"\n"+activateScript)
	}
	if e.Conda != "" {
		step("looking for conda", "sunpyter_env="+wordFor(e.Conda)+"\n"+findConda)
		step("conda activate "+e.Conda, `conda activate "$sunpyter_env"`)
	}
	if e.Venv != "" {
		word := wordFor(e.Venv)
		step("virtual environment "+e.Venv, "if [ -r "+word+"/bin/activate ]; then . "+word+"/bin/activate; else sunpyter_because 'there is no bin/activate in it'; fi")
	}
	for _, line := range e.Setup {
		line = strings.ReplaceAll(line, "\r\n", "\n")
		step("set-up line "+shorten(line), "\\builtin shopt \"${sunpyter_aliases:--u}\" expand_aliases\neval "+loginshell.Quote(line))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Variables)) {
		step("setting the variable "+name, "export "+name+"="+quoteForScript(e.Variables[name]))
	}
	if steps.Len() == 0 {
		return ""
	}
	return environmentBegin + steps.String() + environmentEnd
}

// quoteForScript is Quote for a batch script, which must not have a carriage return before a
// line break: sbatch would take it for a DOS file.
func quoteForScript(s string) string {
	return strings.ReplaceAll(loginshell.Quote(s), "\r", `'$'\r''`)
}

// wordFor returns a path or a name as a word for bash.
func wordFor(s string) string {
	if word, err := loginshell.ExpandPath(s); err == nil {
		return word
	}
	return loginshell.Quote(s)
}

// shorten makes a set-up line fit into a message.
func shorten(s string) string {
	s = plain.Line(s)
	if runes := []rune(s); len(runes) > 120 {
		s = string(runes[:120]) + "..."
	}
	return s
}

// FindModule returns lines of bash that make the command module available, as the set-up of a
// job does. Where there is none, they call the function sunpyter_because with the reason and end
// with its status.
func FindModule() string { return findModule }
