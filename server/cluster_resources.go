package server

import (
	"context"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// ClusterResources asks Slurm what this user can ask it for.
func (s *server) ClusterResources(context.Context, *protocol.ClusterResourcesParams) (*protocol.ClusterResourcesResult, error) {
	return nil, &fault.Error{Code: fault.Internal, Tried: "asking for the cluster's resources"}
}
