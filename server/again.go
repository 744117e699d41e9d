package server

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/login"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/tunnel"
)

// refused notes that a person has to act before there is a login again: what was
// refused is never tried again by itself. Where the link was lost and nobody was
// there, the person is asked.
func (l *logins) refused(p profile.Profile, entry *place, person bool, why error) {
	if !session.NeedsPerson(why) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.waits = why
	if !person {
		l.askOnce(p, entry, why)
	}
}

// askOnce asks the person, once until somebody has connected it again, and in one of
// the windows that share the login; l.mu is held.
func (l *logins) askOnce(p profile.Profile, entry *place, why error) {
	if entry.asked || l.closed {
		return
	}
	release := func() {}
	if entry.target != nil {
		release = login.Claim(*entry.target, l.sharing(p, tunnel.Options{}))
	}
	if release == nil {
		return
	}
	ctx, withdraw := context.WithCancel(l.life)
	entry.asked = true
	entry.settled = func() {
		withdraw()
		release()
	}
	l.questions.Go(func() { l.askAgain(ctx, p, why) })
}

// stillWaits asks if the window that did before is gone.
func (l *logins) stillWaits(p profile.Profile, entry *place, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.askOnce(p, entry, why)
}

// settle notes that nobody has to act any more: a question that is open is withdrawn.
// l.mu is held.
func (e *place) settle() {
	if e.settled != nil {
		e.settled()
	}
	e.waits, e.asked, e.settled = nil, false, nil
}

// askAgain asks the person whether to connect again, and does. It ends with the
// answer, with a connection that was made otherwise, or with the conversation.
func (l *logins) askAgain(ctx context.Context, p profile.Profile, why error) {
	accepted, err := l.memory.Confirm(ctx, tunnel.ConfirmQuestion{
		Host: p.Host, Purpose: string(protocol.PurposeReconnect), Message: "Connect again to " + p.Title + "?",
		Detail: "The connection was lost. Your kernel goes on for a while. " + detailOf(why), Accept: "Connect",
	})
	if err == nil && accepted {
		defer l.use(p)()
		_, err = l.connect(l.life, p, true)
	}
	if err != nil {
		l.log.Info("connecting again", zap.String("host", p.Host), zap.Error(err))
	}
}

func detailOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Answer
	}
	return ""
}

// waiting reports whether a person has to act before there is a login again.
func (l *logins) waiting(p profile.Profile) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := l.all[keyOf(p)]
	return entry != nil && entry.waits != nil
}
