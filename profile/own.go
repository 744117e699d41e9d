package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

// Own is a profile that a user keeps in the settings of an editor.
type Own struct {
	// Name is what the user names it by.
	Name string
	// Values are what it says.
	Values []Value
}

// Value is one value of a profile that is not from the configuration file.
type Value struct {
	// Key is the setting's key, as in [Setting].
	Key string
	// Called is what the editor calls the setting, for messages.
	Called string
	// Value is as TOML would give it: string, int64, bool, []any, map[string]any.
	Value any
}

// With returns a set in which these profiles are laid over the file's and the
// built-in ones, in their order; the environment's values go over them too. One
// with the name of a profile that is known changes only what it says. One with a
// mistake cannot be used, and hides the one that it would have changed: a kernel
// must not start with other values than the user meant. See [Set.Problems].
func (s *Set) With(own []Own) *Set {
	with := *s
	with.profiles = maps.Clone(s.profiles)
	with.problems = slices.Clone(s.problems)
	with.broken = map[string]error{}
	for _, o := range own {
		if err := with.add(o); err != nil {
			with.problems = append(with.problems, err)
			with.broken[o.Name] = err
		}
	}
	for name := range with.broken {
		delete(with.profiles, name)
	}
	return &with
}

// add lays one profile over the known ones.
func (s *Set) add(own Own) error {
	p, known := s.profiles[own.Name]
	if !known {
		p = Profile{Name: own.Name, Title: own.Name, Host: own.Name}
	}
	p.Source = Editor
	var mistakes []string
	for _, v := range own.Values {
		setting, ok := settingOf(v.Key)
		if !ok {
			return fmt.Errorf("there is no setting with the key %s", v.Key)
		}
		if err := setting.set(&p, v.Value); err != nil {
			mistakes = append(mistakes, v.Called+": "+err.Error())
		}
	}
	if len(mistakes) == 0 && validHost(p.Host) != nil {
		mistakes = append(mistakes, "it has no host, and its name is not a valid host name")
	}
	if len(mistakes) > 0 {
		return ownMistake(own.Name, mistakes)
	}
	s.profiles[own.Name] = p
	return nil
}

func ownMistake(name string, mistakes []string) error {
	answer := strings.Join(mistakes, "; ")
	return &fault.Error{
		Code:   fault.BadConfig,
		Tried:  fmt.Sprintf("reading the cluster %q in the editor's settings", name),
		Answer: answer,
		Advice: "Correct the cluster in the editor's settings.",
		Err:    errors.New(answer),
	}
}
