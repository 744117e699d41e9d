package connpool

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// Notices shows the user the important notices of logins, and passes all of them to
// listeners. The tunnel has logged them already.
type Notices struct {
	client protocol.ClientNotifications

	mu        sync.Mutex // guards the fields below
	shown     map[prompts.Notice]bool
	listeners map[*Listener]bool
}

// Listener receives all that logins report and prompt for, on any goroutine.
type Listener struct {
	Notice func(prompts.Notice)
	Prompt func(prompts.SecretQuestion)
}

// NewNotices returns Notices that are shown by client.
func NewNotices(client protocol.ClientNotifications) *Notices {
	return &Notices{client: client, shown: map[prompts.Notice]bool{}, listeners: map[*Listener]bool{}}
}

// Listen adds l until stop is called.
func (n *Notices) Listen(l *Listener) (stop func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners[l] = true
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.listeners, l)
	}
}

// handle passes on a notice of the tunnel's.
func (n *Notices) handle(notice prompts.Notice) {
	for _, l := range n.current() {
		l.Notice(notice)
	}
	if message := messageOf(notice); message != nil && n.isNew(notice) {
		_ = n.client.ShowMessage(context.Background(), message)
	}
}

// prompted passes on that the user is prompted.
func (n *Notices) prompted(q prompts.SecretQuestion) {
	for _, l := range n.current() {
		l.Prompt(q)
	}
}

// Show shows the user a message.
func (n *Notices) Show(level protocol.LogLevel, message, detail string) {
	_ = n.client.ShowMessage(context.Background(), &protocol.ShowMessageParams{Level: level, Message: message, Detail: detail})
}

func (n *Notices) current() []*Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Collect(maps.Keys(n.listeners))
}

// isNew reports false for a notice that was shown before and is the same at each login.
func (n *Notices) isNew(notice prompts.Notice) bool {
	if notice.Kind != prompts.NoticeBanner && notice.Kind != prompts.NoticeConfig {
		return true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	isNew := !n.shown[notice]
	n.shown[notice] = true
	return isNew
}

// messageOf returns the message that shows a notice, or nil for one that is only logged.
func messageOf(notice prompts.Notice) *protocol.ShowMessageParams {
	level, join := protocol.LogInfo, ": "
	switch notice.Kind {
	case prompts.NoticeConfig, prompts.NoticeRetry:
		level = protocol.LogWarning
	case prompts.NoticeBanner, prompts.NoticeInstruction:
		join = " says: "
	case prompts.NoticeHostKey, prompts.NoticeKey:
	default:
		return nil
	}
	first, rest, _ := strings.Cut(strings.TrimSpace(notice.Text), "\n")
	return &protocol.ShowMessageParams{Level: level, Message: notice.Host + join + strings.TrimSpace(first), Detail: strings.TrimRight(rest, "\n")}
}
