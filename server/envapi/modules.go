package envapi

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/session/store"
)

// modulesLast is for how long a list of modules is remembered.
const modulesLast = 10 * time.Minute

// moduleList is what a login node's module command has listed.
type moduleList struct {
	modules []environments.Environment
	all     bool // it finished in time
	at      time.Time
}

// modules remembers the modules of login nodes. On some the module command takes longer than a request waits for it:
// there it is run once more, in the background, one at a time for each.
type modules struct {
	log     *zap.Logger
	context context.Context // of what runs in the background
	stop    context.CancelFunc
	work    sync.WaitGroup

	mu      sync.Mutex // guards the fields below
	known   map[store.Place]moduleList
	running map[store.Place]chan struct{}
}

func newModules(log *zap.Logger) *modules {
	m := &modules{log: log, known: map[store.Place]moduleList{}, running: map[store.Place]chan struct{}{}}
	m.context, m.stop = context.WithCancel(context.Background())
	return m
}

// find returns a place's modules, if they are known and not too old.
func (m *modules) find(p store.Place) (moduleList, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.known[p]
	return known, ok && time.Since(known.at) < modulesLast
}

// put remembers the modules in a result.
func (m *modules) put(p store.Place, found environments.Result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[p] = moduleList{slices.DeleteFunc(slices.Clone(found.Environments), isNoModule), found.AllModules, time.Now()}
}

func isModule(e environments.Environment) bool   { return e.Kind == environments.Module }
func isNoModule(e environments.Environment) bool { return !isModule(e) }

// list has a place's modules listed in the background, and remembers what was listed; even if that is not all, since
// another try would take as long. done is closed at the end.
func (m *modules) list(p store.Place, find func(context.Context) (environments.Result, error)) (done <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if running := m.running[p]; running != nil {
		return running
	}
	ended := make(chan struct{})
	if m.context.Err() != nil {
		close(ended)
		return ended
	}
	m.running[p] = ended
	m.work.Go(func() {
		defer close(ended)
		found, err := find(m.context)
		if err == nil {
			m.put(p, found)
		} else {
			m.log.Info("listing modules", zap.Error(err))
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.running, p)
	})
	return ended
}

// close ends what runs, and waits for it.
func (m *modules) close() {
	m.mu.Lock() // list begins nothing after this
	m.stop()
	m.mu.Unlock()
	m.work.Wait()
}

// listModules lists a login node's modules in the background.
func (s *Environments) listModules(p profile.Profile) (done <-chan struct{}) {
	return s.modules.list(p.Place, func(ctx context.Context) (environments.Result, error) {
		defer s.Pool.Acquire(p.Place)()
		login, err := s.Pool.Connect(ctx, p.Place, false)
		if err != nil {
			return environments.Result{}, err
		}
		return environments.Find(ctx, login, environments.Options{OnlyModules: true})
	})
}

// withModules waits until modules are listed in the background, and returns the result with them.
func (s *Environments) withModules(ctx context.Context, p profile.Profile, found environments.Result, listed <-chan struct{}) (environments.Result, error) {
	select {
	case <-listed:
	case <-ctx.Done():
		return found, fault.ContextError(ctx, "listing the modules of "+p.Title)
	}
	if known, ok := s.modules.find(p.Place); ok {
		found.Environments = slices.DeleteFunc(found.Environments, isModule)
		addModules(&found, known)
	}
	sortEnvironments(found.Environments)
	return found, nil
}

func addModules(found *environments.Result, list moduleList) {
	found.Environments = append(found.Environments, list.modules...)
	found.AllModules = list.all
	found.Complete = found.AllPlaces && list.all
}
