package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/session/store"
)

// EditorProfile is a profile in the settings of an editor.
type EditorProfile struct {
	// Name is the name of the profile.
	Name string
	// Values are the settings that it has.
	Values []Value
}

// Value is one setting of an EditorProfile.
type Value struct {
	// Key is the setting's key, as in [Setting].
	Key string
	// Label is the setting's name in the editor, for messages.
	Label string
	// Value has a type that TOML would return (string, int64, bool, []any, map[string]any), or is
	// a []string or a *bool.
	Value any
}

// With returns a set in which these profiles override the file's and the built-in
// ones, in their order; the environment still overrides them. A profile with a known
// name changes only the values that it has. An invalid one hides the profile that it
// would have changed: a kernel must not start with other values than the user meant.
// See [Set.Problems].
func (s *Set) With(editor []EditorProfile) *Set {
	with := *s
	with.profiles = maps.Clone(s.profiles)
	with.problems = slices.Clone(s.problems)
	with.invalid = map[string]error{}
	for _, o := range editor {
		if err := with.add(o); err != nil {
			with.problems = append(with.problems, err)
			with.invalid[o.Name] = err
		}
	}
	for name := range with.invalid {
		delete(with.profiles, name)
	}
	return &with
}

// add applies a profile to the known ones.
func (s *Set) add(e EditorProfile) error {
	p, known := s.profiles[e.Name]
	if !known {
		p = Profile{Place: store.Place{Cluster: e.Name, Title: e.Name, Host: e.Name}}
	}
	p.Source = Editor
	var mistakes []string
	for _, v := range e.Values {
		setting, ok := findSetting(v.Key)
		if !ok {
			return fmt.Errorf("there is no setting with the key %s", v.Key)
		}
		if err := setting.apply(&p, v.Value); err != nil {
			mistakes = append(mistakes, v.Label+": "+err.Error())
		}
	}
	if len(mistakes) == 0 && validHost(p.Host) != nil {
		mistakes = append(mistakes, "it has no host, and its name is not a valid host name")
	}
	if len(mistakes) > 0 {
		return configError(fmt.Sprintf("reading the cluster %q in the editor's settings", e.Name),
			errors.New(strings.Join(mistakes, "; ")), "Correct the cluster in the editor's settings.")
	}
	s.profiles[e.Name] = p
	return nil
}
