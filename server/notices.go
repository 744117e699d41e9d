package server

import (
	"context"
	"strings"
	"sync"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/tunnel"
)

// notices tells the client what the person should read while a host is reached,
// and those who listen all that is heard. The tunnel has logged it already.
type notices struct {
	client protocol.ClientNotifications

	mu        sync.Mutex // guards the fields below
	told      map[tunnel.Notice]bool
	listeners map[*listener]bool
}

// listener hears all that a login says and asks, on whatever goroutine it comes.
type listener struct {
	heard func(tunnel.Notice)
	asked func(tunnel.SecretQuestion)
}

func newNotices(client protocol.ClientNotifications) *notices {
	return &notices{client: client, told: map[tunnel.Notice]bool{}, listeners: map[*listener]bool{}}
}

// listen makes l hear until stop is called.
func (n *notices) listen(l *listener) (stop func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners[l] = true
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.listeners, l)
	}
}

// tell takes in what the tunnel tells.
func (n *notices) tell(notice tunnel.Notice) {
	for _, l := range n.current() {
		l.heard(notice)
	}
	if message := messageOf(notice); message != nil && n.isNews(notice) {
		_ = n.client.ShowMessage(context.Background(), message)
	}
}

// ask takes in that the person is asked something.
func (n *notices) ask(q tunnel.SecretQuestion) {
	for _, l := range n.current() {
		l.asked(q)
	}
}

// show tells the person something of our own.
func (n *notices) show(level protocol.LogLevel, message, detail string) {
	_ = n.client.ShowMessage(context.Background(), &protocol.ShowMessageParams{Level: level, Message: message, Detail: detail})
}

func (n *notices) current() []*listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]*listener, 0, len(n.listeners))
	for l := range n.listeners {
		all = append(all, l)
	}
	return all
}

// isNews is false for what a host or the configuration says each time, once it was told.
func (n *notices) isNews(notice tunnel.Notice) bool {
	if notice.Kind != tunnel.NoticeBanner && notice.Kind != tunnel.NoticeConfig {
		return true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	news := !n.told[notice]
	n.told[notice] = true
	return news
}

// messageOf puts a notice into words for the person; nil: it is for the log alone.
func messageOf(notice tunnel.Notice) *protocol.ShowMessageParams {
	level, join := protocol.LogInfo, ": "
	switch notice.Kind {
	case tunnel.NoticeConfig, tunnel.NoticeRetry:
		level = protocol.LogWarning
	case tunnel.NoticeBanner, tunnel.NoticeInstruction:
		join = " says: "
	case tunnel.NoticeHostKey, tunnel.NoticeKey:
	default:
		return nil
	}
	first, rest, _ := strings.Cut(strings.TrimSpace(notice.Text), "\n")
	return &protocol.ShowMessageParams{Level: level, Message: notice.Host + join + strings.TrimSpace(first), Detail: strings.TrimRight(rest, "\n")}
}
