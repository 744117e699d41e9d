package server

import (
	"context"
	"sync"

	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/slurm"
)

// waiting returns the session of this client that a new kernel is to replace; nil for "".
func (k *kernels) waiting(id string) (*ownedSession, error) {
	if id == "" {
		return nil, nil
	}
	h, ok := k.find(id)
	if !ok {
		return nil, unknownSession(id)
	}
	if snap := h.Snapshot(); runs(snap) || snap.State == session.Ending || snap.State == session.Ended {
		return nil, rpc.BadRequest("replaces", "the kernel does not wait for its node any more")
	}
	return h, nil
}

// inPlaceOfAnother returns the terms of a kernel that is to replace a waiting one. Only one of them
// is kept as soon as the job of one runs, so both count as one kernel.
func inPlaceOfAnother(terms func(slurm.Site) (session.Terms, error)) func(slurm.Site) (session.Terms, error) {
	return func(site slurm.Site) (session.Terms, error) {
		t, err := terms(site)
		limit := t.LimitKernels
		t.LimitKernels = func(have int) error { return limit(have - 1) }
		return t, err
	}
}

// runs reports whether a session's job runs, or has run.
func runs(snap session.Snapshot) bool {
	return snap.State == session.Starting || snap.State == session.Ready || snap.State == session.Disconnected
}

// survives reports whether the session is kept for a successor of this client: not one that has ended, or was to
// replace another, which still waits.
func (h *ownedSession) survives() bool {
	return !h.check && !channels.IsClosed(h.Ended()) && (h.replaces == nil || h.replaces.Snapshot().State == session.Ended)
}

// keepFirst stops one of two waiting sessions as soon as the job of the other runs. If one ends
// before, the other stays. The function that it returns waits for this, or for ctx.
func keepFirst(ctx context.Context, one, other *ownedSession) (wait func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	var first sync.Once
	follow := func(h, rival *ownedSession) {
		defer cancel()
		snap, err := h.Await(ctx, runs)
		if err == nil && runs(snap) {
			first.Do(func() { rival.Stop(context.Background()) }) // has a deadline of its own
		}
	}
	group.Go(func() { follow(one, other) })
	group.Go(func() { follow(other, one) })
	return group.Wait
}
