package server

import (
	"context"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/protocol"
)

// ClusterList gives the profiles and the hosts of the ssh configuration.
func (s *server) ClusterList(ctx context.Context, _ *protocol.ClusterListParams) (*protocol.ClusterListResult, error) {
	if s.badConfig != nil {
		s.log.Warn("configuration", zap.Error(s.badConfig))
	}
	result := &protocol.ClusterListResult{Clusters: []protocol.Cluster{}, Default: s.profiles.Default(), SSHHosts: []string{}, Problems: []protocol.Problem{}}
	for _, p := range s.profiles.Profiles() {
		result.Clusters = append(result.Clusters, protocol.Cluster{
			Name: p.Name, Title: p.Title, Host: p.Host, User: p.User, Source: p.Source, Request: wireRequest(p),
		})
	}
	result.SSHHosts = append(result.SSHHosts, s.sshHosts()...)
	return result, nil
}
