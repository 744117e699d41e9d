package profile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The shortest and the longest grace that a job can have.
const (
	minGrace = 10 * time.Second
	maxGrace = 4 * time.Hour
)

// A setter's value is what TOML gives (string, int64, bool, []any,
// map[string]any, ...), or a string of the environment.

func text(field func(*Profile) *string) func(*Profile, any) error {
	return func(p *Profile, value any) error {
		word, err := asText(value)
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

// path is a text in which a leading ~ is this computer's home directory.
func path(field func(*Profile) *string) func(*Profile, any) error {
	return func(p *Profile, value any) error {
		word, err := asText(value)
		if err != nil {
			return err
		}
		if rest, ok := strings.CutPrefix(word, "~/"); ok {
			home, err := os.UserHomeDir()
			if err != nil {
				return fmt.Errorf("finding the home directory that ~ stands for: %w", err)
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
		if block, ok := value.(string); ok {
			*field(p) = split(block)
			return nil
		}
		items, ok := value.([]any)
		if !ok {
			return wrongType("a list of texts", value)
		}
		texts := make([]string, 0, len(items))
		for _, item := range items {
			word, ok := item.(string)
			if !ok {
				return wrongType("a list of texts", item)
			}
			texts = append(texts, word)
		}
		*field(p) = texts
		return nil
	}
}

func setCPUs(p *Profile, value any) error {
	word, err := asText(value)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is not a whole number from 1 on", word)
	}
	p.Request.CPUs = n
	return nil
}

func setMemory(p *Profile, value any) error {
	word, err := asText(value)
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
	word, err := asText(value)
	if err != nil {
		return err
	}
	d, err := ParseDuration(word)
	if err == nil {
		p.Request.TimeLimit = d
	}
	return err
}

func setGrace(p *Profile, value any) error {
	word, err := asText(value)
	if err != nil {
		return err
	}
	d, err := ParseGrace(word)
	if err == nil {
		p.Grace = d
	}
	return err
}

// ParseGrace reads a length of time as [ParseDuration] does and refuses what no
// job can have as its grace: less than 10 s or more than 4 h.
func ParseGrace(text string) (time.Duration, error) {
	d, err := ParseDuration(text)
	if err != nil {
		return 0, err
	}
	if d < minGrace || d > maxGrace {
		return 0, fmt.Errorf("%q is not between 10s and 4h", text)
	}
	return d, nil
}

func setKeysOnly(p *Profile, value any) error {
	switch v := value.(type) {
	case bool:
		p.KeysOnly = v
		return nil
	case string:
		on, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", v)
		}
		p.KeysOnly = on
		return nil
	}
	return wrongType("true or false", value)
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
				return fmt.Errorf("%q is not a name for an environment variable", name)
			}
			word, err := asText(item)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			variables[name] = word
		}
	default:
		return wrongType("a table of names and texts", value)
	}
	p.Request.Environment.Variables = variables
	return nil
}

// asText takes a text, or a whole number as its digits: gpus = 1.
func asText(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", wrongType("a text", value)
}

func wrongType(want string, value any) error {
	return fmt.Errorf("it must be %s, not %s", want, typeName(value))
}

func typeName(value any) string {
	switch value.(type) {
	case string:
		return "a text"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a point"
	case bool:
		return "true or false"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or a time"
}

// hostileHost and hostileUser are what OpenSSH refuses in names too, since they
// could reach a shell by way of a ProxyCommand.
const (
	hostileHost = "'`\"$\\;&<>|(){},@"
	hostileUser = "'`\";&<>|(){}$@"
)

func validHost(host string) error { return validName(host, hostileHost, "a host") }

func validUser(user string) error { return validName(user, hostileUser, "a user") }

func validName(name, hostile, what string) error {
	switch {
	case name == "":
		return errors.New("the name of " + what + " is missing")
	case strings.HasPrefix(name, "-"), strings.ContainsAny(name, hostile),
		strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return fmt.Errorf("%q cannot be the name of %s", name, what)
	}
	return nil
}
