package server

import (
	"context"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
)

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
