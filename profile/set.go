package profile

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/sa2c/sunpyter/fault"
)

// The environment variables that are not the values of a profile.
const (
	// ConfigVariable names the configuration file in place of the usual one.
	ConfigVariable = "SUNPYTER_CONFIG"
	// ClusterVariable is what is meant when no cluster is named.
	ClusterVariable = "SUNPYTER_CLUSTER"
)

// Set is all profiles that can be named. It does not change once it is made, so
// it may be used by several goroutines.
type Set struct {
	file      string
	preferred string
	env       func(string) string
	profiles  map[string]Profile
	problems  []error          // mistakes that were found, each told once
	broken    map[string]error // the profiles of an editor that cannot be used
}

// Load reads the user's configuration file over the built-in profiles, and the
// environment, by env, over both. The error is a [fault.Error] with code
// [fault.BadConfig] that names the place of each mistake. The set can be used
// all the same, with whatever was right: a kernel should not be started from it,
// but one that runs can be found and stopped.
func Load(env func(string) string) (*Set, error) {
	builtIn := sunbird()
	s := &Set{
		file:      configFile(env),
		preferred: builtIn.Name,
		env:       env,
		profiles:  map[string]Profile{builtIn.Name: builtIn},
	}
	for _, err := range []error{s.loadFile(), s.checkEnvironment()} {
		if err != nil {
			s.problems = append(s.problems, err)
		}
	}
	return s, errors.Join(s.problems...)
}

// Problems are the mistakes in the file, in the environment and in the editor's
// settings: a [fault.Error] with code [fault.BadConfig] each.
func (s *Set) Problems() []error { return slices.Clone(s.problems) }

// configFile returns the path of the configuration file, or "" where there is no
// place for one.
func configFile(env func(string) string) string {
	if named := env(ConfigVariable); named != "" {
		return named
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "sunpyter", "config.toml")
}

func (s *Set) loadFile() error {
	if s.file == "" {
		return nil
	}
	err := readFile(s, s.file)
	if errors.Is(err, fs.ErrNotExist) && s.env(ConfigVariable) == "" {
		return nil
	}
	if err != nil {
		return &fault.Error{
			Code:   fault.BadConfig,
			Tried:  "reading the configuration file " + s.file,
			Answer: err.Error(),
			Advice: "Correct the file. " + fault.Command("help configuration") + " shows what it can contain.",
			Err:    err,
		}
	}
	return nil
}

// checkEnvironment tries each variable once, on a profile that is thrown away.
func (s *Set) checkEnvironment() error {
	for _, setting := range settings {
		if err := s.override(&Profile{}, setting); err != nil {
			return &fault.Error{
				Code:   fault.BadConfig,
				Tried:  "reading the environment variable " + setting.Variable,
				Answer: err.Error(),
				Advice: "Correct or unset the variable. " + fault.Command("help environment") + " shows what it can be.",
				Err:    err,
			}
		}
	}
	return nil
}

// override puts a variable's value into p, if the variable has one.
func (s *Set) override(p *Profile, setting Setting) error {
	value := s.env(setting.Variable)
	if value == "" {
		return nil
	}
	return setting.set(p, value)
}

// overridden returns p with the environment's values. A variable with a mistake,
// which [Load] has told of, changes nothing.
func (s *Set) overridden(p Profile) Profile {
	for _, setting := range settings {
		changed := p
		if s.override(&changed, setting) == nil {
			p = changed
		}
	}
	return p
}

// File is the path of the configuration file, whether it is there or not; "" where
// there is no place for one.
func (s *Set) File() string { return s.file }

// Default is what is meant when no cluster is named.
func (s *Set) Default() string { return cmp.Or(s.env(ClusterVariable), s.preferred) }

// Profiles returns all profiles, the environment's values in them, by name.
func (s *Set) Profiles() []Profile {
	all := make([]Profile, 0, len(s.profiles))
	for _, name := range slices.Sorted(maps.Keys(s.profiles)) {
		all = append(all, s.overridden(s.profiles[name]))
	}
	return all
}
