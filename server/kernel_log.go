package server

import (
	"context"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/nodeconn"
)

// Lines of a log that are returned by default, and at most.
const (
	defaultLogLines = 100
	maxLogLines     = 5000
)

// KernelLog returns the end of Jupyter's log, read through the connection to the node.
func (s *server) KernelLog(ctx context.Context, params *protocol.KernelLogParams) (*protocol.KernelLogResult, error) {
	lines := params.Lines
	switch {
	case lines == 0:
		lines = defaultLogLines
	case lines < 0 || lines > maxLogLines:
		return nil, rpc.BadRequest("lines", "it must be between 1 and 5000")
	}
	text, err := s.jupyterLog(ctx, params.SessionID, lines)
	if err != nil {
		return nil, err
	}
	return &protocol.KernelLogResult{Text: s.redactor.String(text)}, nil
}

// jupyterLog returns the log of a session of this client, or of another window on this
// computer, which is read over a new node connection.
func (s *server) jupyterLog(ctx context.Context, id string, lines int) (string, error) {
	if h, ok := s.kernels.find(id); ok {
		return h.Log(ctx, lines)
	}
	rec, ok := s.kernels.remembered(id)
	if !ok {
		return "", unknownSession(id)
	}
	defer s.pool.Acquire(rec.Place)()
	login, err := s.pool.Connect(ctx, rec.Place, true)
	if err != nil {
		return "", err
	}
	return nodeconn.JupyterLog(ctx, login, rec, lines)
}
