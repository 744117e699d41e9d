package server

import (
	"context"

	"github.com/sa2c/sunpyter/protocol"
)

// ClusterDidChange takes in the editor's profiles. Kernels that run stay as they
// were started.
func (s *server) ClusterDidChange(context.Context, *protocol.ClusterDidChangeParams) error {
	return nil
}
