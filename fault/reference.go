package fault

import "strings"

// Style is how texts name settings and commands. A fault's texts contain references, made by
// [Setting], [Field], [Option], [Command] and [Shell], until they reach a client, a terminal or a log,
// where they are rendered in that reader's style.
type Style int

const (
	// Editor names settings and commands as an editor's user sees them, without options of
	// the command line and without back-ticks.
	Editor Style = iota
	// Terminal names options, subcommands and keys of the configuration file.
	Terminal
)

// A reference is written as ⟦kind name⟧. Text from elsewhere that happens to look like one is
// harmless: rendering only removes the brackets or names a setting.
const (
	opening = "⟦"
	closing = "⟧"
)

// The kinds of references.
const (
	kindSetting = "setting"
	kindOption  = "sbatch"
	kindField   = "field"
	kindCommand = "command"
	kindShell   = "shell"
)

func reference(kind, name string) string { return opening + kind + " " + name + closing }

// Setting returns a reference to a setting, by its key in the configuration file.
func Setting(key string) string { return reference(kindSetting, key) }

// Option returns a reference to an option for sbatch that the user can add, such as
// "exclude=scs0150".
func Option(option string) string { return reference(kindOption, option) }

// Command returns a reference to a command of Sunpyter, with its arguments in a terminal.
func Command(line string) string { return reference(kindCommand, line) }

// Shell returns a reference to a command line for a shell, here or on the cluster.
func Shell(line string) string { return reference(kindShell, line) }

// What settings and commands are called in an editor. A test compares these names with the
// titles in the extension's manifest.
var (
	editorSettings = map[string]string{
		"account":   "Account",
		"grace":     "Keep Minutes",
		"idle":      "Idle Minutes",
		"partition": "Partition",
		"workdir":   "Working Directory",
	}
	// clusterSettings are those of a cluster alone, without an option of the command line.
	clusterSettings = map[string]string{
		"route":         "route",
		"session_dir":   "sessionDirectory",
		"start_timeout": "startMinutes",
	}
	editorCommands = map[string]string{
		"check":    "Check Connection",
		"clusters": "the setting Clusters",
		"help":     "Sunpyter's documentation",
		"list":     "Show Kernels",
		"log":      "Show Log",
		"stop":     "Stop Kernel",
	}
)

// Render returns text with its references written in this style.
func (s Style) Render(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, opening)
		inside, after, closed := strings.Cut(rest, closing)
		if !found || !closed {
			b.WriteString(text)
			return b.String()
		}
		kind, name, _ := strings.Cut(inside, " ")
		b.WriteString(before)
		if s == Editor {
			b.WriteString(inEditor(kind, name))
		} else {
			b.WriteString(inTerminal(kind, name))
		}
		text = after
	}
}

func inEditor(kind, name string) string {
	switch kind {
	case kindSetting:
		if title, ok := editorSettings[name]; ok {
			return "the setting " + title
		}
		if title, ok := clusterSettings[name]; ok {
			return title + " in the setting Clusters"
		}
		return "the setting " + name
	case kindField:
		return fieldIn(Editor, name)
	case kindOption:
		return name + " in the sbatch options of the setting Clusters"
	case kindCommand:
		verb, _, _ := strings.Cut(name, " ")
		if title, ok := editorCommands[verb]; ok {
			return title
		}
		return verb
	case kindShell:
		return `"` + name + `"`
	}
	return name
}

func inTerminal(kind, name string) string {
	switch kind {
	case kindSetting:
		if _, ok := clusterSettings[name]; ok {
			return name + " in the configuration"
		}
		return "--" + name + " or the setting " + name
	case kindField:
		return fieldIn(Terminal, name)
	case kindOption:
		return "--sbatch-option=--" + name
	case kindCommand:
		return "`sunpyter " + name + "`"
	case kindShell:
		return "`" + name + "`"
	}
	return name
}
