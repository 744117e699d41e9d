package terminal

import (
	"context"
	"fmt"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// offer is something that the user can have by pressing Enter, for as long as it stands.
// Programs (--json) get the session instead, and can call the server themselves.
type offer struct{ cancel context.CancelFunc }

// start replaces what was offered before. Ask runs until it has an answer or its context ends.
func (o *offer) start(c *rpcclient.Client, ask func(ctx context.Context)) {
	o.withdraw()
	ctx, cancel := context.WithCancel(context.Background())
	o.cancel = cancel
	c.Go(func() { ask(ctx) })
}

// withdraw ends the wait for Enter, if there is one.
func (o *offer) withdraw() {
	if o.cancel != nil {
		o.cancel()
		o.cancel = nil
	}
}

// updateReconnectOffer lets the user reconnect when only they can: once for each lost connection.
func (r *runner) updateReconnectOffer(s protocol.Session) {
	offered := r.reconnectOffer.cancel != nil
	switch {
	case r.options.JSON || s.NeedsUserAction == offered:
	case s.NeedsUserAction:
		r.reconnectOffer.start(r.client, func(ctx context.Context) { r.offerToReconnect(ctx, s) })
	default:
		r.reconnectOffer.withdraw()
	}
}

// offerToReconnect reconnects when the user presses Enter, until that succeeds or ctx ends.
func (r *runner) offerToReconnect(ctx context.Context, s protocol.Session) {
	ask := func(possible bool) {
		if possible {
			r.screen.Line("%s  Press Enter to reconnect to %s. The kernel keeps running for %s.", r.progress.time(), s.Host, graceText(s))
		}
	}
	for r.client.Prompter().AwaitEnter(ctx, ask) {
		err := r.client.Call(ctx, protocol.MethodKernelReconnect, protocol.KernelReconnectParams{SessionID: s.ID}, nil)
		if err == nil || ctx.Err() != nil {
			return
		}
		r.screen.Line("%v", err)
	}
}

// updateIdleOffer warns once of each time at which an idle kernel will be stopped, and lets the
// user keep it.
func (r *runner) updateIdleOffer(s protocol.Session) {
	var endsAt time.Time
	if s.IdleEndsAt != nil {
		endsAt = *s.IdleEndsAt
	}
	if r.options.JSON || endsAt.Equal(r.idleEndsAt) {
		return
	}
	r.idleEndsAt = endsAt
	if endsAt.IsZero() {
		r.idleOffer.withdraw()
		return
	}
	r.idleOffer.start(r.client, func(ctx context.Context) { r.offerToKeep(ctx, s) })
}

// offerToKeep warns, and keeps the kernel if the user presses Enter before ctx ends.
func (r *runner) offerToKeep(ctx context.Context, s protocol.Session) {
	ask := func(possible bool) {
		what := "Run a cell to keep it."
		if possible {
			what = "Press Enter to keep it for " + extension(s) + "."
		}
		r.screen.Line("%s  %s %s", r.progress.time(), idleWarning(s, r.progress.now()), what)
	}
	if !r.client.Prompter().AwaitEnter(ctx, ask) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), rpcclient.InitializeTimeout)
	defer cancel()
	if err := r.client.Call(ctx, protocol.MethodKernelKeepAlive, protocol.KernelKeepAliveParams{SessionID: s.ID}, nil); err != nil {
		r.screen.Line("Could not keep the kernel: %v", err)
		return
	}
	r.screen.Line("%s  The kernel is kept for %s.", r.progress.time(), extension(s))
}

// idleWarning returns "The kernel has been idle for 50 min and will stop at 14:05."
func idleWarning(s protocol.Session, now time.Time) string {
	idle := time.Duration(s.IdleSeconds)*time.Second - s.IdleEndsAt.Sub(now)
	return fmt.Sprintf("The kernel has been idle for %s and will stop at %s.", units.Duration(idle.Round(time.Minute)), clockText(*s.IdleEndsAt, now))
}

// extension returns for how much longer a kernel is kept: "another hour".
func extension(s protocol.Session) string {
	if s.IdleSeconds == int(time.Hour/time.Second) {
		return "another hour"
	}
	return "another " + units.Duration(time.Duration(s.IdleSeconds)*time.Second)
}
