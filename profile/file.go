package profile

import (
	"errors"
	"maps"
	"os"
	"slices"

	"github.com/BurntSushi/toml"
	"github.com/sa2c/sunpyter/internal/tomlfile"
	"github.com/sa2c/sunpyter/session/store"
)

// fileReader reads a configuration file into a set.
type fileReader struct {
	tomlfile.Reader
	set *Set
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
	if mistakes := r.Mistakes(); len(mistakes) > 0 {
		return errors.New(tomlfile.Join(mistakes))
	}
	return nil
}

func (r *fileReader) document(content string) {
	top := r.Document(content)
	for _, key := range slices.Sorted(maps.Keys(top)) {
		switch key {
		case "default":
			r.Value(top[key], r.setDefault)
		case "cluster":
			r.clusters(top[key])
		default:
			r.Value(top[key], func(any) error {
				return errors.New(`there is no such key; a file has "default" and [cluster.NAME] tables`)
			})
		}
	}
}

func (r *fileReader) setDefault(value any) error {
	name, ok := value.(string)
	if !ok {
		return tomlfile.WrongType("a cluster's name", value)
	}
	r.set.fileDefault = name
	return nil
}

func (r *fileReader) clusters(table toml.Primitive) {
	named := r.Table(table, "a [cluster.NAME] table")
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if values := r.Table(named[name], "a [cluster.NAME] table"); values != nil {
			r.cluster(name, named[name], values)
		}
	}
}

func (r *fileReader) cluster(name string, table toml.Primitive, values map[string]toml.Primitive) {
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
		r.Value(values[key], func(value any) error {
			if !ok {
				return errors.New("there is no such key")
			}
			return setting.apply(&p, value)
		})
	}
	if validHost(p.Host) != nil {
		r.Value(table, func(any) error { return errors.New("it has no host, and its name is not a valid host name") })
		return
	}
	r.set.profiles[name] = p
}
