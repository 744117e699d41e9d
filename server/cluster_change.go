package server

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
)

// ClusterDidChange takes in the editor's profiles. Kernels that run stay as they
// were started.
func (s *server) ClusterDidChange(_ context.Context, params *protocol.ClusterDidChangeParams) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = true
	s.setOwn(params.Clusters)
	return nil
}

// beginWith takes in the profiles that came with initialize, unless a list that
// came after it was quicker.
func (s *server) beginWith(clusters []protocol.ClusterProfile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.changed {
		s.setOwn(clusters)
	}
}

// setOwn lays the editor's profiles over the file's; s.mu is held.
func (s *server) setOwn(clusters []protocol.ClusterProfile) {
	own := make([]profile.Own, 0, len(clusters))
	for _, c := range clusters {
		own = append(own, ownProfile(c))
	}
	set := s.configured.With(own)
	for _, problem := range set.Problems() {
		s.log.Warn("configuration", zap.Error(problem))
	}
	s.profiles.Store(set)
}

// ownProfile reads a profile of the editor's: what it does not say is left out.
func ownProfile(c protocol.ClusterProfile) profile.Own {
	r, env := c.Request, protocol.Environment{}
	if r.Environment != nil {
		env = *r.Environment
	}
	values := []profile.Value{
		{Key: "title", Called: "title", Value: c.Title},
		{Key: "host", Called: "host", Value: c.Host},
		{Key: "user", Called: "user", Value: c.User},
		{Key: "ssh_config", Called: "sshConfig", Value: c.SSHConfig},
		{Key: "ssh", Called: "ssh", Value: c.SSH},
		{Key: "keys_only", Called: "keysOnly", Value: said(c.KeysOnly)},
		{Key: "share_login", Called: "shareLogin", Value: said(c.ShareLogin)},
		{Key: "way_in", Called: "wayIn", Value: c.WayIn},
		{Key: "node_port", Called: "nodePort", Value: said(c.NodePort)},
		{Key: "grace", Called: "how long a kernel is kept", Value: seconds(r.GraceSeconds)},
		{Key: "idle", Called: "after how long an unused kernel ends", Value: idleWord(r.IdleSeconds)},
		{Key: "cpus", Called: "cpus", Value: int64(r.CPUs)},
		{Key: "memory", Called: "memory", Value: int64(r.MemoryMiB)},
		{Key: "time", Called: "timeLimit", Value: seconds(r.TimeLimitSeconds)},
		{Key: "gpus", Called: "gpus", Value: r.GPUs},
		{Key: "gres", Called: "gres", Value: r.Gres},
		{Key: "partition", Called: "partition", Value: r.Partition},
		{Key: "account", Called: "account", Value: r.Account},
		{Key: "qos", Called: "qos", Value: r.QOS},
		{Key: "reservation", Called: "reservation", Value: r.Reservation},
		{Key: "constraint", Called: "constraint", Value: r.Constraint},
		{Key: "workdir", Called: "workingDirectory", Value: r.WorkingDirectory},
		{Key: "modules", Called: "modules", Value: anyList(env.Modules)},
		{Key: "conda", Called: "conda", Value: env.Conda},
		{Key: "venv", Called: "venv", Value: env.Venv},
		{Key: "setup", Called: "setup", Value: anyList(env.Setup)},
		{Key: "variables", Called: "variables", Value: anyMap(env.Variables)},
		{Key: "sbatch_options", Called: "sbatchOptions", Value: anyList(r.SbatchOptions)},
	}
	return profile.Own{Name: c.Name, Values: slices.DeleteFunc(values, unsaid)}
}

// unsaid tells whether a value is that of an absent member.
func unsaid(v profile.Value) bool {
	switch value := v.Value.(type) {
	case string:
		return value == ""
	case int64:
		return value == 0
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return false
}

func seconds(n int) string {
	if n == 0 {
		return ""
	}
	return (time.Duration(n) * time.Second).String()
}

// idleWord is the wire's idleSeconds as the configuration file writes it.
func idleWord(n int) string {
	if n == -1 {
		return "off"
	}
	return seconds(n)
}

func anyList(words []string) []any {
	list := make([]any, 0, len(words))
	for _, word := range words {
		list = append(list, word)
	}
	return list
}

func anyMap(words map[string]string) map[string]any {
	all := make(map[string]any, len(words))
	for name, word := range words {
		all[name] = word
	}
	return all
}

// said is what the editor says of a choice; nothing: the profile decides.
func said(choice *bool) any {
	if choice == nil {
		return ""
	}
	return *choice
}
