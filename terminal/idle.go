package terminal

import (
	"context"
	"fmt"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
)

// unused is a kernel that is about to be given back because nobody uses it.
type unused struct {
	endsAt time.Time          // zero: it is not
	forget context.CancelFunc // ends the wait for Enter
}

// changedUse warns of a kernel that is given back soon, once for each moment, and lets the
// person keep it. Programs (--json) have read of it already, and can ask by themselves.
func (h *holder) changedUse(s protocol.Session) {
	var endsAt time.Time
	if s.IdleEndsAt != nil {
		endsAt = *s.IdleEndsAt
	}
	if h.options.json || endsAt.Equal(h.unused.endsAt) {
		return
	}
	h.unused.drop()
	if endsAt.IsZero() {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.unused = unused{endsAt, cancel}
	h.client.handler.work.Go(func() { h.offerToKeep(ctx, s) })
}

// drop ends the wait for Enter, if there is one.
func (u *unused) drop() {
	if u.forget != nil {
		u.forget()
	}
	*u = unused{}
}

// offerToKeep warns, and keeps the kernel when the user presses Enter before ctx ends.
func (h *holder) offerToKeep(ctx context.Context, s protocol.Session) {
	ask := func(possible bool) {
		what := "Run a cell to keep it."
		if possible {
			what = "Press Enter to keep it for " + another(s) + "."
		}
		h.screen.line("%s  %s %s", h.story.time(), unusedWarning(s, h.story.now()), what)
	}
	if !h.client.handler.ask.enter(ctx, ask) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), helloTime)
	defer cancel()
	if err := h.client.call(ctx, protocol.MethodKernelKeep, protocol.KernelKeepParams{SessionID: s.ID}, nil); err != nil {
		h.screen.line("Could not keep the kernel: %v", err)
		return
	}
	h.screen.line("%s  The kernel is kept for %s.", h.story.time(), another(s))
}

// unusedWarning is "No cell has run for 50 min: the kernel ends at 14:05."
func unusedWarning(s protocol.Session, now time.Time) string {
	quiet := time.Duration(s.IdleSeconds)*time.Second - s.IdleEndsAt.Sub(now)
	return fmt.Sprintf("The kernel has been idle for %s and will stop at %s.", units.Duration(quiet.Round(time.Minute)), clock(*s.IdleEndsAt, now))
}

// another is for how long a kernel is kept once more: "another hour".
func another(s protocol.Session) string {
	if s.IdleSeconds == int(time.Hour/time.Second) {
		return "another hour"
	}
	return "another " + units.Duration(time.Duration(s.IdleSeconds)*time.Second)
}
