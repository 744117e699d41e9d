package session

import (
	"context"
	"io"
	"sync"

	"github.com/sa2c/sunpyter/tunnel/proxy"

	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// early is what a session that is taken over begins at once, side by side, since none of it
// needs another and each takes its time: the local port, which the owner before gives
// up only when it has seen its successor, and the connection to the node, seven round
// trips, while the cluster is told who owns the session now.
type early struct {
	port *later[*proxy.Server] // nil: not begun, or handed out
	node *later[*tunnel.Conn]  // as port
}

// beginPort opens the local port of before, if there was one.
func (s *Session) beginPort(ctx context.Context) {
	if port, gap := s.port, s.cfg.Timing.Watch/4; port != 0 {
		s.early.port = begin(&s.tasks, func() (*proxy.Server, error) { return openPort(ctx, port, gap) })
	}
}

// beginNode connects to the job's node by ssh, where that was the way in. A step is not
// begun so: it asks Slurm's controller, and may be begun once only.
func (s *Session) beginNode(ctx context.Context) {
	if !s.snap.Node.Reported() || s.snap.Route != store.Jump || s.cfg.Pinned == store.Step {
		return
	}
	login, job, patience := s.login, inside{node: s.snap.Node}, s.cfg.Timing.Attach
	s.early.node = begin(&s.tasks, func() (*tunnel.Conn, error) {
		limit, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		return open(limit, login, store.Jump, job)
	})
}

// drop ends what was begun and not used, once its context has ended.
func (e *early) drop() {
	e.port.drop()
	e.node.drop()
}

// later is something that is in the making.
type later[T io.Closer] struct {
	done  chan struct{} // closed when the rest is set
	value T
	err   error
}

// begin makes it in a goroutine of tasks.
func begin[T io.Closer](tasks *sync.WaitGroup, work func() (T, error)) *later[T] {
	l := &later[T]{done: make(chan struct{})}
	tasks.Go(func() {
		defer close(l.done)
		l.value, l.err = work()
	})
	return l
}

// get waits for it; from then on it is the caller's.
func (l *later[T]) get() (T, error) {
	<-l.done
	return l.value, l.err
}

// drop closes what nobody got. It may be called on nil.
func (l *later[T]) drop() {
	if l == nil {
		return
	}
	if value, err := l.get(); err == nil {
		_ = value.Close()
	}
}
