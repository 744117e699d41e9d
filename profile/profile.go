package profile

import (
	"slices"
	"time"

	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// Profile is a cluster and the defaults for its kernels.
type Profile struct {
	// Place is how to reach it. A session keeps it: its job stays where it is if the
	// profile changes.
	store.Place
	// Grace is how long a job runs after its last lease renewal; 0: the default.
	Grace time.Duration
	// Idle is after how long an unused kernel is stopped; 0: the default,
	// [NeverIdle]: never.
	Idle time.Duration
	// SessionDir is where the folder of a session lies on the cluster, for sites whose
	// compute nodes lack the home directory; "": found out.
	SessionDir string
	// Folders are more folders on the cluster that users need often; ~, $HOME and $USER are
	// the cluster's.
	Folders []string
	// StartTimeout is how long Jupyter may take to start in a job; 0: the default.
	StartTimeout time.Duration
	// Source is where the profile comes from: [BuiltIn], [Editor], asTyped, or the
	// path of the configuration file.
	Source string
	// Request has the defaults for a kernel request.
	Request slurm.Request
	// Own are the keys of the values that the user has set: those of the other values are
	// the site's to set, see [Profile.WithSite].
	Own []string
}

// WithSite returns p with a site's values, as package site reads them, for the keys that the
// user has not set. An environment that the user has named takes the place of the site's.
func (p Profile) WithSite(values []Value) Profile {
	for _, v := range values {
		setting, ok := findSetting(v.Key)
		set := p.Sets(v.Key) || slices.ContainsFunc(replacedBy[v.Key], p.Sets)
		changed := p
		if ok && !set && setting.set(&changed, v.Value) == nil {
			p = changed
		}
	}
	return p
}

// replacedBy has the keys that take the place of a site's value. With a container, conda and venv
// are for Jupyter.
var replacedBy = map[string][]string{
	"container": {"environment", "conda", "venv"},
	"conda":     {"environment"},
	"venv":      {"environment"},
}

// Sets reports whether the user has set the value with this key.
func (p Profile) Sets(key string) bool { return slices.Contains(p.Own, key) }

// The sources of a profile that is not from a file.
const (
	// BuiltIn is the source of a profile that is part of the program.
	BuiltIn = "built-in"
	// Editor is the source of a profile from an editor's settings.
	Editor = "editor"
	// asTyped is the source of a profile made from a host that a user named.
	asTyped = "as typed"
)

// sunbird returns the built-in profile: Supercomputing Wales's Sunbird, as the course
// uses it.
func sunbird() Profile {
	return Profile{
		Place:  store.Place{Cluster: "sunbird", Title: "Sunbird", Host: "sunbird.swansea.ac.uk", KeysOnly: true},
		Source: BuiltIn,
		Request: slurm.Request{
			Partition:        "s_highmem_cdt",
			WorkingDirectory: "/cdt_storage/$USER",
			Environment:      slurm.Environment{Modules: []string{"anaconda/2021.05"}},
		},
	}
}
