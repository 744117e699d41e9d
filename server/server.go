package server

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/browser"
	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// server is one client's side of Sunpyter. It implements Handler.
type server struct {
	version    string
	client     *rpc.Client
	redactor   *Redactor
	log        *zap.Logger
	env        func(string) string
	configured *profile.Set                // without the editor's profiles
	profiles   atomic.Pointer[profile.Set] // with them
	badConfig  error                       // why the configuration file cannot be used, if so
	store      *store.Store                // nil: the state directory cannot be used
	owner      string                      // this server's id in the store
	pool       *connpool.Pool
	notices    *connpool.Notices
	browser    *browser.Opener
	timing     session.Timing

	shortestGrace time.Duration // the shortest that a client may ask for

	reloadGrace time.Duration // set by initialize, before any other request

	mu       sync.Mutex // guards the fields below
	changed  bool       // the editor has told of other profiles than initialize had
	sessions map[string]*held
	closing  bool // no session is begun any more
}

// held is a session that this client owns.
type held struct {
	*session.Session
	profile profile.Profile
	request profile.Request
	grace   time.Duration
	trial   bool // a check's own, which no client is told of
	leaving sync.Once
}

// options is what a server is made of.
type options struct {
	version  string
	client   *rpc.Client
	redactor *Redactor
	log      *zap.Logger
	env      func(string) string
	store    *store.Store
	owner    string
	timing   session.Timing

	shortestGrace time.Duration // 0: profile.ShortestGrace
	keeper        []string      // the command line of the process that keeps a login; empty: none does
}

func newServer(o options) *server {
	configured, badConfig := profile.Load(o.env)
	s := &server{
		version: o.version, client: o.client, redactor: o.redactor, log: o.log, env: o.env,
		configured: configured, badConfig: badConfig, store: o.store, owner: o.owner, timing: o.timing,
		browser: browser.New(), sessions: map[string]*held{}, shortestGrace: cmp.Or(o.shortestGrace, profile.ShortestGrace()),
	}
	s.profiles.Store(configured)
	s.notices = connpool.NewNotices(o.client)
	s.pool = connpool.New(o.log, o.client, s.notices, shareOptions(o))
	return s
}

// Initialize notes what the client wants of a reload.
func (s *server) Initialize(_ context.Context, params *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	const longest, longestKept = 300, 600
	if params.ReloadGraceSeconds < 0 || params.ReloadGraceSeconds > longest {
		return nil, badRequest("reloadGraceSeconds", "it must be between 0 and 300")
	}
	if params.KeepLoginSeconds < 0 || params.KeepLoginSeconds > longestKept {
		return nil, badRequest("keepLoginSeconds", "it must be between 0 and 600")
	}
	s.reloadGrace = time.Duration(params.ReloadGraceSeconds) * time.Second
	s.pool.SetLinger(time.Duration(cmp.Or(params.KeepLoginSeconds, params.ReloadGraceSeconds)) * time.Second)
	s.beginWith(params.Clusters)
	return &protocol.InitializeResult{
		ProtocolVersion: protocol.Version,
		ServerInfo:      protocol.ProgramInfo{Name: "sunpyter", Version: s.version},
		ConfigFile:      s.configured.File(),
	}, nil
}

// Shutdown lets go of all sessions; see letGo.
func (s *server) Shutdown(context.Context) (*protocol.ShutdownResult, error) {
	return &protocol.ShutdownResult{Released: s.letGo(s.reloadGrace == 0)}, nil
}

// Closed is called once when the conversation is over. When it returns, every
// session has ended or has a successor, and no connection is left.
func (s *server) Closed(context.Context, rpc.End) {
	left := time.Now()
	s.browser.Close()
	s.letGo(true)
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.sessions))
	s.mu.Unlock()
	for _, h := range all {
		<-h.Done()
	}
	s.pool.Close(left)
}

// letGo ends all sessions, side by side. With a reload grace each waits that
// long for a successor; wait says whether to wait for that too. Called again, it
// waits for what the first call began.
func (s *server) letGo(wait bool) []protocol.Release {
	s.mu.Lock()
	s.closing = true
	all := make([]*held, 0, len(s.sessions))
	for _, h := range s.sessions {
		all = append(all, h)
	}
	s.mu.Unlock()

	releases := make([]protocol.Release, len(all))
	var group sync.WaitGroup
	for i, h := range all {
		if s.reloadGrace > 0 && !h.trial {
			h.leaving.Do(func() { go h.Leave(context.Background(), s.reloadGrace) })
			releases[i] = protocol.Release{SessionID: h.Snapshot().ID, JobID: h.Snapshot().JobID, Outcome: protocol.ReleaseKept}
			if !wait {
				continue
			}
		}
		group.Go(func() {
			if s.reloadGrace == 0 || h.trial {
				h.Stop(context.Background()) // has a deadline of its own
			}
			<-h.Over()
			releases[i] = wireRelease(h.Snapshot().ID, h.Snapshot().Release)
		})
	}
	group.Wait()
	return releases
}

// hold begins a session with begin and keeps it until it is over.
func (s *server) hold(p profile.Profile, req profile.Request, grace time.Duration, begin func(session.Config) *session.Session, cfg session.Config) (*held, error) {
	return s.holdAs(&held{profile: p, request: req, grace: grace}, begin, cfg)
}

// holdTrial begins the session of a check in the same way.
func (s *server) holdTrial(p profile.Profile, req profile.Request, cfg session.Config) (*held, error) {
	return s.holdAs(&held{profile: p, request: req, grace: cfg.Grace, trial: true}, session.Start, cfg)
}

func (s *server) holdAs(h *held, begin func(session.Config) *session.Session, cfg session.Config) (*held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, &fault.Error{Code: fault.Cancelled, Tried: "starting a kernel", Answer: "the server is ending"}
	}
	release := s.pool.Acquire(h.profile)
	h.Session = begin(cfg)
	s.sessions[cfg.ID] = h
	go func() { // ends with the session, which always ends
		<-h.Over()
		s.noteEnded(h)
		<-h.Done()
		release()
	}()
	return h, nil
}

// find gives the session of this id, also one that is over.
func (s *server) find(id string) (*held, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.sessions[id]
	return h, ok
}

// own gives the client's sessions that are not over, as the client knows them.
func (s *server) own() []*held {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*held, 0, len(s.sessions))
	for _, h := range s.sessions {
		if h.Snapshot().State != session.Ended && !h.trial {
			all = append(all, h)
		}
	}
	return all
}

// resolve finds the profile that the client named.
func (s *server) resolve(ctx context.Context, cluster, user string) (profile.Profile, error) {
	return s.profiles.Load().Resolve(cluster, user, s.sshHosts())
}

// sshHosts are the hosts that the person's ssh configuration names.
func (s *server) sshHosts() []string {
	hosts, err := tunnel.Hosts(tunnel.ResolveOptions{Log: s.log, File: s.configured.SSHConfig()})
	if err != nil {
		s.log.Info("reading the ssh configuration", zap.Error(err))
	}
	return hosts
}

// badRequest names a member of the request and what is wrong with it.
func badRequest(member, what string) error {
	return &fault.Error{Code: fault.BadRequest, Tried: "reading the request", Answer: member + ": " + what, Advice: "Correct it and try again."}
}
