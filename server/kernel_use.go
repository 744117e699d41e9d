package server

import (
	"context"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
)

// KernelUse looks at what a kernel's job uses: a kernel of this client, or of another window on
// this computer.
func (s *server) KernelUse(ctx context.Context, params *protocol.KernelUseParams) (*protocol.KernelUseResult, error) {
	use, err := s.lookAtUse(ctx, params.SessionID)
	if err != nil {
		return nil, err
	}
	return &protocol.KernelUseResult{Use: *wireUse(&use, remote.Enough{})}, nil
}

func (s *server) lookAtUse(ctx context.Context, id string) (remote.Use, error) {
	if h, ok := s.kernels.findHere(id); ok {
		return h.LookAtUse(ctx)
	}
	rec, ok := s.kernels.remembered(id)
	if !ok {
		return remote.Use{}, unknownSession(id)
	}
	return s.looks.look(ctx, s, rec)
}

// looks are the connections over which other windows' kernels are looked at. One is closed when
// it was not used for lookLinger.
type looks struct {
	mu   sync.Mutex       // guards open
	open map[string]*look // nil once they are closed
}

// look is the connection into one job.
type look struct {
	*session.UseLooker
	release func() // of the login
	users   int
	unused  *time.Timer // closes it
}

// lookLinger is longer than clients wait between two looks.
const lookLinger = 20 * time.Second

func (l *looks) look(ctx context.Context, s *server, rec store.Record) (remote.Use, error) {
	one, err := l.acquire(s, rec)
	if err != nil {
		return remote.Use{}, err
	}
	defer l.done(rec.ID, one)
	return one.Look(ctx)
}

func (l *looks) acquire(s *server, rec store.Record) (*look, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		return nil, unknownSession(rec.ID)
	}
	one := l.open[rec.ID]
	if one == nil {
		one = &look{release: s.pool.Acquire(rec.Place)}
		one.UseLooker = session.NewUseLooker(func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error) {
			return s.pool.Connect(ctx, rec.Place, interactive)
		}, rec)
		l.open[rec.ID] = one
	}
	one.users++
	if one.unused != nil {
		one.unused.Stop()
	}
	return one, nil
}

// done ends one use.
func (l *looks) done(id string, one *look) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.users--; one.users == 0 && l.open[id] == one {
		one.unused = time.AfterFunc(lookLinger, func() { l.end(id, one) })
	}
}

// end closes a connection, unless it is in use again.
func (l *looks) end(id string, one *look) {
	l.mu.Lock()
	unused := one.users == 0 && l.open[id] == one
	if unused {
		delete(l.open, id)
	}
	l.mu.Unlock()
	if unused {
		one.close()
	}
}

// close closes all connections, when no request uses them any more.
func (l *looks) close() {
	l.mu.Lock()
	open := l.open
	l.open = nil
	l.mu.Unlock()
	for _, one := range open {
		if one.unused != nil {
			one.unused.Stop()
		}
		one.close()
	}
}

func (o *look) close() {
	o.Close()
	o.release()
}

// wireUse returns what a job uses as it is sent; nil stays nil.
func wireUse(use *remote.Use, enough remote.Enough) *protocol.Use {
	if use == nil {
		return nil
	}
	w := protocol.Use{
		CPUPercent: use.CPUPercent, MostCPUPercent: use.MostCPUPercent,
		MemoryMiB: use.MemoryMiB, MostMemoryMiB: use.MostMemoryMiB, MemoryLimitMiB: use.LimitMiB,
		EnoughCPUs: enough.CPUs, EnoughMemoryMiB: enough.MemoryMiB,
	}
	for _, g := range use.GPUs {
		w.GPUs = append(w.GPUs, protocol.GPUUse{Percent: g.Percent, MemoryMiB: g.UsedMiB, TotalMiB: g.TotalMiB})
	}
	if !use.Known() {
		w.Unknown = "this cluster does not keep each job in a control group of its own, so what it uses is not known"
	}
	return &w
}
