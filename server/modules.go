package server

import (
	"context"
	"slices"
	"sync"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/session/store"
)

// moduleList is what a login node's module command has listed.
type moduleList struct {
	modules []environments.Environment
	all     bool // it finished in time
}

// modulesOf returns the modules in a result.
func modulesOf(found environments.Result) moduleList {
	isOther := func(e environments.Environment) bool { return e.Kind != environments.Module }
	return moduleList{slices.DeleteFunc(slices.Clone(found.Environments), isOther), found.AllModules}
}

// modules remembers the modules of login nodes. On some the module command takes longer than a request waits for it:
// there it is run once more, in the background, one at a time for each.
type modules struct {
	memory[store.Place, moduleList]
	log *zap.Logger

	mu      sync.Mutex // guards the fields below
	running map[store.Place]chan struct{}
	stop    context.CancelFunc // of all that run
	context context.Context
	closed  bool
	work    sync.WaitGroup
}

// list has a place's modules listed in the background, and remembers what was listed; even if that is not all, since
// another try would take as long. done is closed at the end.
func (m *modules) list(p store.Place, find func(context.Context) (environments.Result, error)) (done <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if running := m.running[p]; running != nil {
		return running
	}
	ended := make(chan struct{})
	if m.closed {
		close(ended)
		return ended
	}
	if m.running == nil {
		m.running = map[store.Place]chan struct{}{}
		m.context, m.stop = context.WithCancel(context.Background())
	}
	m.running[p] = ended
	m.work.Go(func() {
		found, err := find(m.context)
		if err == nil {
			m.put(p, modulesOf(found))
		} else {
			m.log.Info("listing modules", zap.Error(err))
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.running, p)
		close(ended)
	})
	return ended
}

// close ends what runs, and waits for it.
func (m *modules) close() {
	m.mu.Lock()
	m.closed = true
	if m.stop != nil {
		m.stop()
	}
	m.mu.Unlock()
	m.work.Wait()
}
