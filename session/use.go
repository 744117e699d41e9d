package session

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
)

// askUse asks the job what it uses, if it is time. It is called with renewals of the lease, so
// that it costs no packet of its own.
func (s *Session) askUse() {
	w := s.node.conn()
	if w == nil || s.status.snap.State != Ready || time.Since(s.useAsked) < s.cfg.Timing.Use-s.cfg.Timing.Renew/2 {
		return
	}
	s.useAsked = time.Now()
	_ = w.AskUse() // a broken link shows elsewhere
}

// useReported takes what the job uses.
func (s *Session) useReported(w *nodeconn.Conn, rest string) {
	use, ok := w.UseReported(rest)
	if !ok {
		return
	}
	snap, enough := s.status.snap, remote.Enough{}
	if !snap.Started.IsZero() && time.Since(snap.Started) >= s.cfg.Timing.Teach {
		enough = use.Enough(snap.CPUs, cmp.Or(use.LimitMiB, snap.MemoryMiB))
	}
	s.status.setUse(use, enough, s.moreMemory(use))
}

// moreMemory returns how much memory to ask for instead, in MiB, if the job is about to run out
// of it; else 0.
func (s *Session) moreMemory(use remote.Use) int {
	if !isMemoryShort(&use) {
		return 0
	}
	return remote.Memory{HadMiB: use.LimitMiB, MostMiB: mostMemory(s.job.partition)}.More()
}

// isMemoryShort reports whether a job uses nine tenths of its memory. Clients warn then.
func isMemoryShort(use *remote.Use) bool {
	return use.LimitMiB > 0 && 10*use.MemoryMiB >= 9*use.LimitMiB
}

// isUseNews reports whether clients are to learn of what a job uses at once: its memory has
// changed by a hundredth of the limit, or becomes short.
func isUseNews(before *remote.Use, now remote.Use) bool {
	if before == nil {
		return true
	}
	step := max(1, max(before.LimitMiB, before.MemoryMiB)/100)
	change := max(now.MemoryMiB-before.MemoryMiB, before.MemoryMiB-now.MemoryMiB)
	return change >= step || now.LimitMiB != before.LimitMiB || isMemoryShort(&now) != isMemoryShort(before)
}

// LookAtUse looks at what the job uses now.
func (s *Session) LookAtUse(ctx context.Context) (remote.Use, error) {
	w := s.node.current.Load()
	if state := s.Snapshot().State; state != Ready || w == nil {
		return remote.Use{}, notReady("looking at what the kernel uses", state)
	}
	return w.Use(ctx)
}

// UseLooker looks at what the job of a record uses, over a connection of its own that it keeps.
type UseLooker struct {
	mu     sync.Mutex // one look at a time
	dialer recordDialer
}

// NewUseLooker returns a looker for the job of rec; connect makes the connection to the login
// node, and may ask the user the first time. The caller closes it.
func NewUseLooker(connect func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error), rec store.Record) *UseLooker {
	return &UseLooker{dialer: recordDialer{connect: connect, rec: rec, interactive: true}}
}

// Look looks at what the job uses now.
func (l *UseLooker) Look(ctx context.Context) (remote.Use, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dialer.rec.Node.Reported() {
		return remote.Use{}, notReady("looking at what the kernel uses", Pending)
	}
	w, err := l.dialer.connected(ctx)
	if err != nil {
		return remote.Use{}, nodeconn.UnwrapNoRoute(err)
	}
	return w.Use(ctx)
}

// Close closes the connection, after the current look.
func (l *UseLooker) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dialer.close()
}
