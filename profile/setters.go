package profile

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/tomlfile"
)

// A setter's value is what TOML returns (string, int64, bool, []any,
// map[string]any, ...), a string from the environment, or a Value of the editor's.

// systemSSH is the program for the value "system".
const systemSSH = "ssh"

// setSSH accepts own, system, or the path of a program.
func setSSH(p *Profile, value any) error {
	word, err := toString(value)
	if err != nil {
		return err
	}
	switch {
	case word == "own" || word == "":
		p.SSH = ""
	case word == "system":
		p.SSH = systemSSH
	case strings.HasPrefix(word, "~/") || filepath.IsAbs(word):
		return path(func(p *Profile) *string { return &p.SSH })(p, value)
	default:
		return fmt.Errorf("%q is not own, system or the path of a program", word)
	}
	return nil
}

// parsed returns a setter that stores what parse reads from a text.
func parsed[T any](parse func(string) (T, error), field func(*Profile) *T) func(*Profile, any) error {
	return func(p *Profile, value any) error {
		word, err := toString(value)
		if err != nil {
			return err
		}
		read, err := parse(word)
		if err == nil {
			*field(p) = read
		}
		return err
	}
}

// ParseCPUs reads a number of CPUs.
func ParseCPUs(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a whole number, at least 1", text)
	}
	return n, nil
}

// validSessionDir accepts a path on the cluster.
func validSessionDir(path string) error {
	_, err := loginshell.ExpandPath(path)
	return err
}

// folders accepts a list of paths on the cluster.
func folders(p *Profile, value any) error {
	var read Profile
	if err := lines(func(p *Profile) *[]string { return &p.Folders })(&read, value); err != nil {
		return err
	}
	for _, folder := range read.Folders {
		if _, err := loginshell.ExpandPath(folder); err != nil {
			return err
		}
	}
	p.Folders = read.Folders
	return nil
}

// flag returns a setter for true or false, also as texts from the environment.
func flag(set func(*Profile, bool)) func(*Profile, any) error {
	return func(p *Profile, value any) error {
		switch v := value.(type) {
		case bool:
			set(p, v)
			return nil
		case *bool:
			set(p, *v)
			return nil
		case string:
			on, err := strconv.ParseBool(v)
			if err != nil {
				return fmt.Errorf("%q is not true or false", v)
			}
			set(p, on)
			return nil
		}
		return tomlfile.WrongType("true or false", value)
	}
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// ParseVariable reads NAME=VALUE.
func ParseVariable(text string) (name, value string, err error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok || !variableName.MatchString(name) {
		return "", "", fmt.Errorf("%q is not NAME=VALUE", text)
	}
	return name, value, nil
}

func setVariables(p *Profile, value any) error {
	variables := map[string]string{}
	switch v := value.(type) {
	case string:
		for line := range strings.SplitSeq(strings.TrimRight(v, "\n"), "\n") {
			name, value, err := ParseVariable(line)
			if err != nil {
				return err
			}
			variables[name] = value
		}
	case map[string]any:
		for name, item := range v {
			if !variableName.MatchString(name) {
				return fmt.Errorf("%q is not a valid name for an environment variable", name)
			}
			word, err := toString(item)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			variables[name] = word
		}
	default:
		return tomlfile.WrongType("a table of names and strings", value)
	}
	p.Request.Environment.Variables = variables
	return nil
}

func text(field func(*Profile) *string) func(*Profile, any) error {
	return func(p *Profile, value any) error {
		word, err := toString(value)
		if err == nil {
			*field(p) = word
		}
		return err
	}
}

func checked(check func(string) error, set func(*Profile, any) error) func(*Profile, any) error {
	return func(p *Profile, value any) error {
		if word, ok := value.(string); ok && word != "" {
			if err := check(word); err != nil {
				return err
			}
		}
		return set(p, value)
	}
}

// path returns a setter for a text in which a leading ~ is this computer's home directory.
func path(field func(*Profile) *string) func(*Profile, any) error {
	return func(p *Profile, value any) error {
		word, err := toString(value)
		if err != nil {
			return err
		}
		if rest, ok := strings.CutPrefix(word, "~/"); ok {
			home, err := os.UserHomeDir()
			if err != nil {
				return fmt.Errorf("resolving ~: %w", err)
			}
			word = filepath.Join(home, rest)
		}
		*field(p) = word
		return nil
	}
}

func words(field func(*Profile) *[]string) func(*Profile, any) error {
	return list(field, func(line string) []string {
		return strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' })
	})
}

func lines(field func(*Profile) *[]string) func(*Profile, any) error {
	return list(field, func(block string) []string {
		return strings.Split(strings.TrimRight(block, "\n"), "\n")
	})
}

func list(field func(*Profile) *[]string, split func(string) []string) func(*Profile, any) error {
	return func(p *Profile, value any) error {
		texts := []string{}
		switch v := value.(type) {
		case string:
			texts = split(v)
		case []string:
			texts = v
		case []any:
			for _, item := range v {
				word, ok := item.(string)
				if !ok {
					return tomlfile.WrongType("a list of strings", item)
				}
				texts = append(texts, word)
			}
		default:
			return tomlfile.WrongType("a list of strings", value)
		}
		*field(p) = texts
		return nil
	}
}

// toString accepts a text, or a whole number (gpus = 1).
func toString(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", tomlfile.WrongType("a string", value)
}
