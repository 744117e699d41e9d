package server

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// clusters are the profiles of the configuration file and of the editor.
type clusters struct {
	configured *profile.Set                // without the editor's profiles
	profiles   atomic.Pointer[profile.Set] // with them
	badConfig  error                       // why the configuration file cannot be used, if so
	log        *zap.Logger

	mu      sync.Mutex // guards changed, and the order of changes of profiles
	changed bool       // the editor has sent other profiles than initialize had
}

// load reads the configuration file.
func (c *clusters) load(env func(string) string) {
	c.configured, c.badConfig = profile.Load(env)
	c.profiles.Store(c.configured)
}

// set lays the editor's profiles over the file's. Those that came with initialize are
// ignored if a later list was handled before.
func (c *clusters) set(list []protocol.ClusterProfile, initial bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if initial && c.changed {
		return
	}
	c.changed = !initial
	own := make([]profile.EditorProfile, 0, len(list))
	for _, p := range list {
		own = append(own, profileOf(p))
	}
	set := c.configured.With(own)
	for _, problem := range set.Problems() {
		c.log.Warn("configuration", zap.Error(problem))
	}
	c.profiles.Store(set)
}

// resolve returns the profile that the client named. Every method that logs in somewhere
// because of what the client typed asks here, so none uses a configuration that has a
// mistake: without the user that it names, the login would be another user's. Sessions that
// this computer knows are reached by their records.
func (c *clusters) resolve(cluster, user string) (profile.Profile, error) {
	if c.badConfig != nil {
		return profile.Profile{}, c.badConfig
	}
	return c.profiles.Load().Resolve(cluster, user, c.sshHosts())
}

// sshHosts returns the hosts that the user's ssh configuration names.
func (c *clusters) sshHosts() []string {
	hosts, err := sshconfig.Hosts(sshconfig.Options{Log: c.log, File: c.configured.SSHConfig()})
	if err != nil {
		c.log.Info("reading the ssh configuration", zap.Error(err))
	}
	return hosts
}

// toCheck returns the profile that the client named, and why it cannot be used
// if so: a mistake in a profile is a finding, an unknown name is an error.
func (c *clusters) toCheck(cluster, user string) (p profile.Profile, unusable, err error) {
	p, err = c.profiles.Load().Resolve(cluster, user, c.sshHosts())
	if err == nil {
		return p, c.badConfig, nil
	}
	if c.badConfig == nil && !fault.Is(err, fault.BadConfig) {
		return p, nil, err
	}
	name := cmp.Or(cluster, c.configured.Default())
	return profile.Profile{Place: store.Place{Cluster: name, Title: name, User: user}}, cmp.Or(c.badConfig, err), nil
}

// ClusterList returns the profiles, the hosts of the ssh configuration, and the problems
// of the configuration file and the editor's profiles.
func (s *server) ClusterList(context.Context, *protocol.ClusterListParams) (*protocol.ClusterListResult, error) {
	set := s.clusters.profiles.Load()
	result := &protocol.ClusterListResult{
		Clusters: []protocol.Cluster{}, Default: set.Default(), SSHHosts: []string{}, Problems: []protocol.Problem{},
	}
	for _, p := range set.Profiles() {
		p = s.sites.apply(p)
		result.Clusters = append(result.Clusters, protocol.Cluster{
			Name: p.Cluster, Title: p.Title, Host: p.Host, User: p.User, Source: p.Source, Request: wireRequest(p),
		})
	}
	for _, problem := range set.Problems() {
		result.Problems = append(result.Problems, rpc.ProblemOf(problem))
	}
	result.SSHHosts = append(result.SSHHosts, s.clusters.sshHosts()...)
	return result, nil
}
