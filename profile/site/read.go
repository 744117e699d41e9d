package site

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/tomlfile"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/profile"
)

// The longest texts, in characters, and lists.
const (
	longestTitle   = 60
	longestLine    = 200
	longestMessage = 2000
	longestList    = 100
)

// reader reads a file.
type reader struct {
	tomlfile.Reader
	unknown tomlfile.Reader
	file    File
}

// set stores a value, or returns what is wrong with it.
type set func(value any) error

func (r *reader) document(text string) {
	top := r.Document(text)
	r.unknown = r.Fresh()
	r.table(top, r.file.keys(), tables...)
	r.defaults(top)
	r.caps(top)
	r.partitions(top)
	r.environments(top)
}

// value reads a value. An error of a request's value is reduced to what is wrong.
func (r *reader) value(p toml.Primitive, store set) {
	r.Value(p, func(value any) error {
		err := store(value)
		if err != nil {
			err = errors.New(fault.Terminal.Render(fault.AnswerOf(err)))
		}
		return err
	})
}

// tables are the keys of tables.
var tables = []string{"defaults", "caps", "partition", "environment"}

// keys are the keys outside of tables.
func (f *File) keys() map[string]set {
	return map[string]set{
		"title":      line(&f.Title, longestTitle),
		"support":    line(&f.Support, longestLine),
		"message":    message(&f.Message),
		"places":     list(&f.Places, checkPath),
		"routes":     list(&f.Routes, checkRoute),
		"partitions": list(&f.Shown, checkName),
		"modules":    list(&f.Modules, checkModule),
	}
}

func (p *Partition) keys() map[string]set {
	return map[string]set{
		"title":       line(&p.Title, longestTitle),
		"description": line(&p.Description, longestLine),
		"hidden":      truth(&p.Hidden),
	}
}

func (e *Environment) keys() map[string]set {
	return map[string]set{
		"title":     line(&e.Title, longestTitle),
		"modules":   list(&e.Modules, checkModule),
		"container": checked(&e.Container, func(text string) error { return profile.CheckValue("container", text) }),
		"conda":     checked(&e.Conda, func(text string) error { return profile.CheckValue("conda", text) }),
		"venv":      checked(&e.Venv, func(text string) error { return profile.CheckValue("venv", text) }),
	}
}

// table reads the keys of a table by their setters. A key that is neither there nor one of
// others is not known.
func (r *reader) table(table map[string]toml.Primitive, keys map[string]set, others ...string) {
	for _, key := range slices.Sorted(maps.Keys(table)) {
		switch store, ok := keys[key]; {
		case ok:
			r.value(table[key], store)
		case !slices.Contains(others, key):
			r.unknown.Value(table[key], func(any) error { return errors.New("there is no such key; it has no effect") })
		}
	}
}

// defaultKeys are the settings of a profile that a site may set for its users: none that runs
// a command, names a user, or is about the user's computer.
var defaultKeys = []string{
	"account", "clusters", "conda", "constraint", "container", "container_binds", "cpus", "gpus", "grace", "gres", "idle", "kernel_transport", "memory",
	"memory_per_cpu", "modules", "partition", "qos", "reservation", "start_timeout", "time", "venv", "workdir",
}

func (r *reader) defaults(top map[string]toml.Primitive) {
	keys := map[string]set{}
	for _, key := range defaultKeys {
		keys[key] = func(value any) error {
			if err := profile.CheckValue(key, value); err != nil {
				return err
			}
			r.file.Defaults = append(r.file.Defaults, profile.Value{Key: key, Label: key, Value: value})
			return nil
		}
	}
	if table, ok := top["defaults"]; ok {
		r.table(r.Table(table, "a table [defaults]"), keys)
	}
}

func (r *reader) partitions(top map[string]toml.Primitive) {
	table, ok := top["partition"]
	if !ok {
		return
	}
	r.file.Partitions = map[string]Partition{}
	named := r.Table(table, "a table [partition.NAME]")
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if err := checkName(name); err != nil {
			r.value(named[name], func(any) error { return err })
			continue
		}
		var p Partition
		r.table(r.Table(named[name], "a table [partition.NAME]"), p.keys())
		r.file.Partitions[name] = p
	}
}

func (r *reader) environments(top map[string]toml.Primitive) {
	tables, ok := top["environment"]
	if !ok {
		return
	}
	for _, table := range r.Tables(tables, "a list of tables [[environment]]") {
		var e Environment
		r.table(r.Table(table, "a table [[environment]]"), e.keys())
		if e.Title == "" {
			r.Value(table, func(any) error { return errors.New("it has no title") })
		}
		r.file.Environments = append(r.file.Environments, e)
	}
}

// line returns the setter of a text of one line.
func line(into *string, longest int) set {
	return checked(into, func(text string) error {
		if problem := plain.LineProblem(text); problem != "" {
			return errors.New(problem)
		}
		return checkText(text, longest)
	})
}

// message returns the setter of a text that may have several lines.
func message(into *string) set {
	store := checked(into, func(text string) error { return checkText(text, longestMessage) })
	return func(value any) error {
		if text, ok := value.(string); ok {
			value = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) // of a file from Windows
		}
		return store(value)
	}
}

func checkText(text string, longest int) error {
	switch {
	case plain.Text(text) != text:
		return errors.New("it has control characters or invisible ones")
	case len([]rune(text)) > longest:
		return fmt.Errorf("it is longer than %d characters", longest)
	}
	return nil
}

// checked returns the setter of a text for which check returns no error.
func checked(into *string, check func(string) error) set {
	return func(value any) error {
		text, ok := value.(string)
		if !ok {
			return tomlfile.WrongType("a string", value)
		}
		if err := check(text); err != nil {
			return err
		}
		*into = text
		return nil
	}
}

func truth(into *bool) set {
	return func(value any) error {
		on, ok := value.(bool)
		if !ok {
			return tomlfile.WrongType("true or false", value)
		}
		*into = on
		return nil
	}
}

// list returns the setter of a list of texts, for each of which check returns no error.
func list(into *[]string, check func(string) error) set {
	return func(value any) error {
		items, ok := value.([]any)
		if !ok {
			return tomlfile.WrongType("a list of strings", value)
		}
		if len(items) == 0 || len(items) > longestList {
			return fmt.Errorf("it must have 1 to %d entries", longestList)
		}
		for _, item := range items {
			var text string
			if err := checked(&text, check)(item); err != nil {
				return err
			}
			*into = append(*into, text)
		}
		return nil
	}
}

func checkPath(path string) error {
	if problem := plain.LineProblem(path); problem != "" {
		return errors.New(problem)
	}
	_, err := loginshell.ExpandPath(path)
	return err
}

func checkRoute(route string) error {
	if route == "" {
		return errors.New(`it is empty; write "ssh" or "srun"`)
	}
	return profile.CheckValue("route", route)
}

func checkName(name string) error {
	if name == "" {
		return errors.New("it is empty")
	}
	return profile.CheckValue("partition", name)
}

func checkModule(name string) error { return profile.CheckValue("modules", []any{name}) }
