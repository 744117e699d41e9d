package server

import (
	"cmp"
	"context"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
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

// resolveIdle returns the idle time after which a kernel is released; 0 is never.
func (s *server) resolveIdle(asked int, fromProfile time.Duration) (time.Duration, error) {
	idle := cmp.Or(time.Duration(asked)*time.Second, fromProfile, profile.DefaultIdle)
	switch {
	case asked == -1 || idle == profile.NeverIdle:
		return 0, nil
	case idle < s.timing.ActivityPoll || idle > profile.LongestIdle:
		return 0, rpc.BadRequest("idleSeconds", units.Duration(idle)+" is not between "+units.Duration(s.timing.ActivityPoll)+" and "+units.Duration(profile.LongestIdle)+", nor -1 for never")
	}
	return idle, nil
}
