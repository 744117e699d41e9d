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
	// ClusterVariable names the default cluster.
	ClusterVariable = "SUNPYTER_CLUSTER"
)

// Set has all profiles that a user can name. It is immutable, so several goroutines
// may use it.
type Set struct {
	file        string
	fileDefault string
	env         func(string) string
	profiles    map[string]Profile
	problems    []error          // each is reported once
	invalid     map[string]error // editor profiles that cannot be used
}

// Load returns the built-in profiles, overridden by the user's configuration file and
// then by the environment (env). Errors are [fault.Error] with code [fault.BadConfig]
// and name the position of each mistake. The set is usable nevertheless, with all valid
// values: no kernel should be started from it, but running ones can be found and stopped.
func Load(env func(string) string) (*Set, error) {
	builtIn := sunbird()
	s := &Set{
		file:        configFile(env),
		fileDefault: builtIn.Cluster,
		env:         env,
		profiles:    map[string]Profile{builtIn.Cluster: builtIn},
	}
	for _, err := range []error{s.loadFile(), s.checkEnvironment()} {
		if err != nil {
			s.problems = append(s.problems, err)
		}
	}
	return s, errors.Join(s.problems...)
}

// configError returns the error for a mistake in a configuration, which err describes.
func configError(tried string, err error, advice string) error {
	return &fault.Error{Code: fault.BadConfig, Tried: tried, Answer: err.Error(), Advice: advice, Err: err}
}

// Problems returns the mistakes in the file, in the environment and in the editor's
// settings: a [fault.Error] with code [fault.BadConfig] each.
func (s *Set) Problems() []error { return slices.Clone(s.problems) }

// configFile returns the path of the configuration file, or "" if the system has no
// directory for it.
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
		return configError("reading the configuration file "+s.file, err, "Correct the file. "+fault.Command("help configuration")+" shows what it can contain.")
	}
	return nil
}

// checkEnvironment validates each variable on a temporary profile.
func (s *Set) checkEnvironment() error {
	for _, setting := range settings {
		if err := s.override(&Profile{}, setting); err != nil {
			return configError("reading the environment variable "+setting.Variable, err,
				"Correct or unset the variable. "+fault.Command("help environment")+" shows what it can be.")
		}
	}
	return nil
}

// override sets p's value to the variable's, if it has one.
func (s *Set) override(p *Profile, setting Setting) error {
	value := cmp.Or(s.env(setting.Variable), s.env(oldVariables[setting.Variable]))
	if value == "" {
		return nil
	}
	return setting.apply(p, value)
}

// withEnvironment returns p with the environment's values. An invalid variable, which
// [Load] has reported, changes nothing.
func (s *Set) withEnvironment(p Profile) Profile {
	for _, setting := range settings {
		changed := p
		if s.override(&changed, setting) == nil {
			p = changed
		}
	}
	return p
}

// File returns the path of the configuration file, whether it exists or not; "" if the
// system has no directory for it.
func (s *Set) File() string { return s.file }

// Default returns the cluster that is used when none is named.
func (s *Set) Default() string { return cmp.Or(s.env(ClusterVariable), s.fileDefault) }

// Profiles returns all profiles with the environment's values, sorted by name.
func (s *Set) Profiles() []Profile {
	all := make([]Profile, 0, len(s.profiles))
	for _, name := range slices.Sorted(maps.Keys(s.profiles)) {
		all = append(all, s.withEnvironment(s.profiles[name]))
	}
	return all
}
