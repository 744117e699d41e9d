package connpool

import (
	"context"
	"strings"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// block records that the user has to act before the next login, if err says so: a
// refused login is never retried without the user. A user who was not prompted gets an
// offer to reconnect.
func (pool *Pool) block(p store.Place, e *entry, interactive bool, err error) {
	if !fault.NeedsUserAction(err) {
		return
	}
	pool.mu.Lock()
	e.blockedBy = err
	pool.mu.Unlock()
	if !interactive {
		pool.offerReconnect(p, e, err)
	}
}

// unblock records that the user need not act any more, and withdraws an open offer
// to reconnect. Pool.mu is held.
func (e *entry) unblock() {
	if e.withdraw != nil {
		e.withdraw()
	}
	e.blockedBy, e.withdraw = nil, nil
}

// Blocked reports whether the user has to act before the next login.
func (pool *Pool) Blocked(p store.Place) (blocked bool) {
	pool.with(p, func(e *entry) { blocked = e.blockedBy != nil })
	return blocked
}

// offerReconnect prompts the user, once until the entry is unblocked and in only one
// of the windows that share the login.
func (pool *Pool) offerReconnect(p store.Place, e *entry, why error) {
	pool.mu.Lock()
	defer pool.mu.Unlock()
	if e.withdraw != nil || pool.closed {
		return
	}
	release := func() {}
	if e.target != nil {
		release = share.Claim(*e.target, pool.shareFor(p, tunnel.Options{}))
	}
	if release == nil { // another window prompts
		return
	}
	ctx, cancel := context.WithCancel(pool.ctx)
	e.withdraw = func() {
		cancel()
		release()
	}
	pool.prompts.Go(func() { pool.promptReconnect(ctx, p, why) })
}

// promptReconnect asks whether to connect again, and connects. It returns with the
// answer, or when ctx is done.
func (pool *Pool) promptReconnect(ctx context.Context, p store.Place, why error) {
	accepted, err := pool.passphrases.Confirm(ctx, prompts.ConfirmQuestion{
		Host: p.Host, Purpose: string(protocol.PurposeReconnect), Message: "Reconnect to " + p.Title + "?",
		Detail: "The connection was lost: " + strings.TrimSuffix(fault.AnswerOf(why), ".") + ". Your kernel keeps running for a while.", Accept: "Reconnect",
	})
	if err == nil && accepted {
		defer pool.Acquire(p)()
		_, err = pool.Connect(pool.ctx, p, true)
	}
	if err != nil {
		pool.log.Info("connecting again", zap.String("host", p.Host), zap.Error(err))
	}
}
