package fault

import (
	"fmt"
	"strconv"
	"strings"
)

// fields are the members of a request that users can set, by their names on the wire: the
// option in a terminal, and the name that an editor shows. A member without its own setting in
// the editor has the name of its entry in the setting Clusters. Others, which only clients
// set, have their names on the wire.
var fields = map[string]struct{ option, title string }{
	"account":                    {"account", "Account"},
	"adopt":                      {"adopt", "Use That Folder"},
	"clusters":                   {"clusters", "slurmClusters"},
	"constraint":                 {"constraint", "constraint"},
	"cpus":                       {"cpus", "CPUs"},
	"environment.conda":          {"conda", "Conda"},
	"environment.container":      {"container", "container"},
	"environment.containerBinds": {"container-bind", "containerBinds"},
	"environment.modules":        {"module", "Modules"},
	"environment.name":           {"env", "Environment"},
	"environment.setup":          {"setup", "Setup"},
	"environment.variables":      {"env", "Variables"},
	"environment.venv":           {"venv", "Venv"},
	"gpus":                       {"gpus", "GPUs"},
	"graceSeconds":               {"grace", "Keep Minutes"},
	"gres":                       {"gres", "gres"},
	"idleSeconds":                {"idle", "Idle Minutes"},
	"kernelTransport":            {"kernel-transport", "Kernel Transport"},
	"lines":                      {"lines", "lines"},
	"memoryMiB":                  {"mem", "Memory"},
	"memoryPerCpu":               {"memory-per-cpu", "memoryPerCpu in the setting Clusters"},
	"overwrite":                  {"overwrite", "Replace"},
	"partition":                  {"partition", "Partition"},
	"qos":                        {"qos", "qos"},
	"reservation":                {"reservation", "reservation"},
	"sbatchOptions":              {"sbatch-option", "sbatchOptions"},
	"timeLimit":                  {"time", "Time Limit"},
	"workingDirectory":           {"workdir", "Working Directory"},
}

// Field returns a reference to a member of a request, by its name on the wire, such as
// "environment.modules".
func Field(member string) string { return reference(kindField, member) }

func fieldIn(style Style, member string) string {
	name, isVariable := strings.CutPrefix(member, "environment.variables.")
	f, known := fields[member]
	switch {
	case isVariable && style == Editor:
		return "the variable " + name
	case isVariable:
		return "--env " + name
	case known && style == Editor:
		return f.title
	case known:
		return "--" + f.option
	}
	return member
}

// BadField returns the fault for a value that is not allowed, naming field and value.
func BadField(field, value, problem string) *Error {
	shown := strconv.Quote(value)
	if len(value) > 80 {
		shown = strconv.Quote(value[:80]) + "..."
	}
	return &Error{
		Code:   BadRequest,
		Tried:  "checking the request for a kernel",
		Answer: fmt.Sprintf("%s is %s: %s", Field(field), shown, problem),
		Advice: "Change it and try again.",
	}
}
