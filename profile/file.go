package profile

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/sa2c/sunpyter/session/store"
)

// configError is an invalid entry of a configuration file.
type configError struct {
	line    int
	key     string
	message string
}

func (m configError) String() string {
	if m.key == "" {
		return fmt.Sprintf("line %d: %s", m.line, m.message)
	}
	return fmt.Sprintf("line %d, %s: %s", m.line, m.key, m.message)
}

// fileReader reads a configuration file into a set. It continues after an error, so
// that one wrong value does not discard all the others.
type fileReader struct {
	set    *Set
	meta   toml.MetaData
	errors []configError
}

// readFile reads the configuration file at path into set. If it returns an error, the
// set has all that could be read.
func readFile(set *Set, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	r := fileReader{set: set}
	r.document(string(content))
	return r.err()
}

func (r *fileReader) document(content string) {
	var top map[string]toml.Primitive
	meta, err := toml.Decode(content, &top)
	if err != nil {
		r.add(err)
		return
	}
	r.meta = meta
	for _, key := range slices.Sorted(maps.Keys(top)) {
		switch key {
		case "default":
			r.value(top[key], func(value any) error { return r.setDefault(value) })
		case "cluster":
			r.clusters(top[key])
		default:
			r.value(top[key], func(any) error {
				return errors.New(`there is no such key; a file has "default" and [cluster.NAME] tables`)
			})
		}
	}
}

func (r *fileReader) setDefault(value any) error {
	name, ok := value.(string)
	if !ok {
		return wrongType("a cluster's name", value)
	}
	r.set.fileDefault = name
	return nil
}

func (r *fileReader) clusters(table toml.Primitive) {
	var named map[string]toml.Primitive
	if !r.decode(table, &named, "a [cluster.NAME] table") {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		r.cluster(name, named[name])
	}
}

func (r *fileReader) cluster(name string, table toml.Primitive) {
	var values map[string]toml.Primitive
	if !r.decode(table, &values, "a [cluster.NAME] table") {
		return
	}
	p, known := r.set.profiles[name]
	if !known {
		// Without a host, the cluster's name is a host of the ssh configuration.
		p = Profile{Place: store.Place{Cluster: name, Title: name, Host: name}}
	}
	p.Source = r.set.file
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if _, both := values[oldKeys[key]]; both {
			continue
		}
		setting, ok := findSetting(key)
		r.value(values[key], func(value any) error {
			if !ok {
				return errors.New("there is no such key")
			}
			return setting.set(&p, value)
		})
	}
	if validHost(p.Host) != nil {
		r.value(table, func(any) error { return errors.New("it has no host, and its name is not a valid host name") })
		return
	}
	r.set.profiles[name] = p
}

// setter receives a value from toml unchanged; toml adds the position to its error.
type setter func(any) error

// UnmarshalTOML implements toml.Unmarshaler.
func (s setter) UnmarshalTOML(value any) error { return s(value) }

func (r *fileReader) value(primitive toml.Primitive, set func(any) error) {
	if err := r.meta.PrimitiveDecode(primitive, setter(set)); err != nil {
		r.add(err)
	}
}

// decode reads a table and reports whether it is one.
func (r *fileReader) decode(primitive toml.Primitive, into *map[string]toml.Primitive, want string) bool {
	before := len(r.errors)
	r.value(primitive, func(value any) error {
		if _, ok := value.(map[string]any); !ok {
			return wrongType(want, value)
		}
		return nil
	})
	if len(r.errors) > before {
		return false
	}
	if err := r.meta.PrimitiveDecode(primitive, into); err != nil {
		r.add(err)
		return false
	}
	return true
}

func (r *fileReader) add(err error) {
	m := configError{message: err.Error()}
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		m = configError{line: parse.Position.Line, key: parse.LastKey, message: parse.Message}
	}
	r.errors = append(r.errors, m)
}

// err returns all errors in the order of the file.
func (r *fileReader) err() error {
	if len(r.errors) == 0 {
		return nil
	}
	slices.SortStableFunc(r.errors, func(a, b configError) int { return cmp.Compare(a.line, b.line) })
	texts := make([]string, 0, len(r.errors))
	for _, m := range r.errors {
		texts = append(texts, m.String())
	}
	return errors.New(strings.Join(texts, "; "))
}
