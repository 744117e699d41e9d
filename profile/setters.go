package profile

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// systemSSH is the program of the word system.
const systemSSH = "ssh"

// setSSH takes own, system, or the path of a program.
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

func setCPUs(p *Profile, value any) error {
	word, err := toString(value)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is not a whole number, at least 1", word)
	}
	p.Request.CPUs = n
	return nil
}

func setMemory(p *Profile, value any) error {
	word, err := toString(value)
	if err != nil {
		return err
	}
	n, err := ParseMemory(word)
	if err == nil {
		p.Request.MemoryMiB = n
	}
	return err
}

func setTime(p *Profile, value any) error {
	word, err := toString(value)
	if err != nil {
		return err
	}
	d, err := ParseTimeLimit(word)
	if err == nil {
		p.Request.TimeLimit = d
	}
	return err
}

func setGrace(p *Profile, value any) error {
	word, err := toString(value)
	if err != nil {
		return err
	}
	d, err := ParseGrace(word)
	if err == nil {
		p.Grace = d
	}
	return err
}

// flag takes true or false, also as words of the environment.
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
		return wrongType("true or false", value)
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
		return wrongType("a table of names and strings", value)
	}
	p.Request.Environment.Variables = variables
	return nil
}
