package server

import (
	"context"

	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/shell"
)

// openShell opens a shell in a session of this client, or in one of another window on this
// computer, over a connection of its own.
func (s *server) openShell(ctx context.Context, id string, req shell.Request) (shell *shell.Shell, node string, err error) {
	if h, ok := s.kernels.find(id); ok {
		shell, err = h.OpenShell(ctx, req)
		return shell, h.Snapshot().Node.Name, err
	}
	rec, ok := s.kernels.remembered(id)
	if !ok {
		return nil, "", unknownSession(id)
	}
	release := s.pool.Acquire(rec.Place)
	shell, err = session.OpenShell(ctx, func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error) {
		return s.pool.Connect(ctx, rec.Place, interactive)
	}, rec, req, release)
	return shell, rec.Node.Name, err
}
