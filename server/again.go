package server

import (
	"errors"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/tunnel"
)

// refused notes that a person has to act before there is a login again: what was
// refused is never tried again by itself. Where the link was lost and nobody was
// there, the person is asked, once until somebody has connected it again.
func (l *logins) refused(p profile.Profile, entry *place, person bool, why error) {
	if !session.NeedsPerson(why) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.waits = why
	if person || entry.asked || l.closed {
		return
	}
	entry.asked = true
	l.questions.Go(func() { l.askAgain(p, why) })
}

// askAgain asks the person whether to connect again, and does. It ends with the
// answer, or with the conversation.
func (l *logins) askAgain(p profile.Profile, why error) {
	accepted, err := l.memory.Confirm(l.life, tunnel.ConfirmQuestion{
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
