package server

import (
	"context"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/nodeconn"
)

// KernelKeepAlive restarts a kernel's idle time.
func (s *server) KernelKeepAlive(_ context.Context, params *protocol.KernelKeepAliveParams) (*protocol.KernelKeepAliveResult, error) {
	h, ok := s.kernels.find(params.SessionID)
	if !ok {
		return nil, unknownSession(params.SessionID)
	}
	snap := h.Snapshot()
	if snap.State == session.Ending || snap.State == session.Ended {
		return nil, &fault.Error{
			Code: fault.UnknownSession, Tried: "keeping the kernel " + params.SessionID + " longer", Answer: "it has ended",
			Advice: "Start a new kernel.",
		}
	}
	h.Keep()
	return &protocol.KernelKeepAliveResult{IdleSeconds: int(snap.Idle.Seconds())}, nil
}

// KernelLink returns a link that works once in a browser, and opens it if the client asks for that.
func (s *server) KernelLink(_ context.Context, params *protocol.KernelLinkParams) (*protocol.KernelLinkResult, error) {
	h, ok := s.kernels.find(params.SessionID)
	if !ok {
		return nil, unknownSession(params.SessionID)
	}
	link, err := h.Link()
	if err != nil {
		return nil, err
	}
	result := &protocol.KernelLinkResult{Link: link}
	if params.Open {
		if err := s.browser.Open(link); err != nil {
			result.Reason = err.Error()
		}
		result.Opened = result.Reason == ""
	}
	return result, nil
}

// KernelReconnect reconnects a kernel of this client's, prompting the user, and returns
// when cells can run in it.
func (s *server) KernelReconnect(ctx context.Context, params *protocol.KernelReconnectParams) (*protocol.KernelReconnectResult, error) {
	h, ok := s.kernels.find(params.SessionID)
	if !ok {
		return nil, unknownSession(params.SessionID)
	}
	if h.Snapshot().State != session.Ready {
		defer s.pool.Acquire(h.place)()
		if _, err := s.pool.Connect(ctx, h.place, true); err != nil {
			return nil, err
		}
		h.Reconnect()
	}
	snap, err := h.Await(ctx, func(snap session.Snapshot) bool { return snap.State == session.Ready })
	if err != nil {
		return nil, &fault.Error{Code: fault.Cancelled, Tried: "reconnecting", Answer: "it was cancelled; the kernel is unchanged", Err: err}
	}
	if snap.State == session.Ended {
		return nil, snap.Cause
	}
	return &protocol.KernelReconnectResult{Session: h.wire(h.Snapshot())}, nil
}

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
	if h, ok := s.kernels.findHere(id); ok {
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
