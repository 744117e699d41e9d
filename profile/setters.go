package profile

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/tomlfile"
)

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
