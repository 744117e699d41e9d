package server

import (
	"context"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
)

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
