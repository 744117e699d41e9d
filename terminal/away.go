package terminal

import (
	"context"

	"github.com/sa2c/sunpyter/protocol"
)

// away is a kernel whose connection only the user can make again.
type away struct {
	known  bool
	forget context.CancelFunc // ends the wait for Enter
}

// changedLink lets the user connect again, once for each time that it is needed. Programs
// (--json) have read of it already, and can ask by themselves.
func (h *holder) changedLink(s protocol.Session) {
	if h.options.json || s.NeedsPerson == h.away.known {
		return
	}
	h.away.drop()
	if s.NeedsPerson {
		ctx, cancel := context.WithCancel(context.Background())
		h.away = away{true, cancel}
		h.client.handler.work.Go(func() { h.offerToConnect(ctx, s) })
	}
}

// drop ends the wait for Enter, if there is one.
func (a *away) drop() {
	if a.forget != nil {
		a.forget()
	}
	*a = away{}
}

// offerToConnect connects again whenever the user presses Enter, until that has worked or
// ctx ends.
func (h *holder) offerToConnect(ctx context.Context, s protocol.Session) {
	ask := func(possible bool) {
		if possible {
			h.screen.line("%s  Press Enter to reconnect to %s. The kernel keeps running for %s.", h.story.time(), s.Host, grace(s))
		}
	}
	for h.client.handler.ask.enter(ctx, ask) {
		err := h.client.call(ctx, protocol.MethodKernelReconnect, protocol.KernelReconnectParams{SessionID: s.ID}, nil)
		if err == nil || ctx.Err() != nil {
			return
		}
		h.screen.line("%v", err)
	}
}
