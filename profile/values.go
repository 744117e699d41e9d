package profile

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/internal/tomlfile"
)

// A setter's value is what TOML returns (string, int64, bool, []any,
// map[string]any, ...), or a string from the environment.

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
		if block, ok := value.(string); ok {
			*field(p) = split(block)
			return nil
		}
		items, ok := value.([]any)
		if !ok {
			return tomlfile.WrongType("a list of strings", value)
		}
		texts := make([]string, 0, len(items))
		for _, item := range items {
			word, ok := item.(string)
			if !ok {
				return tomlfile.WrongType("a list of strings", item)
			}
			texts = append(texts, word)
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
