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
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// options are the parts of a server.
type options struct {
	version  string
	client   *rpc.Client
	redactor *Redactor
	log      *zap.Logger
	env      func(string) string
	store    *store.Store // nil: the state directory cannot be used
	owner    string       // this server's id in the store
	timing   session.Timing

	shortestGrace time.Duration // that a client may ask for; 0: profile.ShortestGrace
	keeper        []string      // the command line of the process that shares a login; empty: none does
}

// server answers one client. It implements rpc.Handler.
type server struct {
	options
	configured *profile.Set                // without the editor's profiles
	profiles   atomic.Pointer[profile.Set] // with them
	badConfig  error                       // why the configuration file cannot be used, if so
	pool       *connpool.Pool
	notices    *connpool.Notices
	browser    *browser.Opener

	reloadGrace time.Duration // set by initialize, before any other request

	mu       sync.Mutex // guards the fields below
	changed  bool       // the editor has sent other profiles than initialize had
	sessions map[string]*ownedSession
	closing  bool // no session is started any more
}

func newServer(o options) *server {
	o.shortestGrace = cmp.Or(o.shortestGrace, profile.ShortestGrace())
	s := &server{options: o, browser: browser.New(), notices: connpool.NewNotices(o.client), sessions: map[string]*ownedSession{}}
	s.configured, s.badConfig = profile.Load(o.env)
	s.profiles.Store(s.configured)
	s.pool = connpool.New(o.log, o.client, s.notices, shareOptions(o))
	return s
}

// Initialize records the client's profiles, and how long its sessions and logins outlive a reload.
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
	s.setInitialClusters(params.Clusters)
	return &protocol.InitializeResult{
		ProtocolVersion: protocol.Version,
		ServerInfo:      protocol.ProgramInfo{Name: "sunpyter", Version: s.version},
		ConfigFile:      s.configured.File(),
	}, nil
}

// Shutdown releases all sessions; see releaseAll.
func (s *server) Shutdown(context.Context) (*protocol.ShutdownResult, error) {
	return &protocol.ShutdownResult{Released: s.releaseAll(s.reloadGrace == 0)}, nil
}

// Closed is called once, when the client's connection is closed. When it returns, every
// session has ended or was taken over, and no connection is left.
func (s *server) Closed(context.Context, rpc.End) {
	left := time.Now()
	s.browser.Close()
	s.releaseAll(true)
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.sessions))
	s.mu.Unlock()
	for _, h := range all {
		<-h.Done()
	}
	s.pool.Close(left)
}

// resolve returns the profile that the client named. Every method that logs in somewhere
// because of what the client typed asks here, so none uses a configuration that has a
// mistake: without the user that it names, the login would be another user's. Sessions that
// this computer knows are reached by their records.
func (s *server) resolve(cluster, user string) (profile.Profile, error) {
	if s.badConfig != nil {
		return profile.Profile{}, s.badConfig
	}
	return s.profiles.Load().Resolve(cluster, user, s.sshHosts())
}

// sshHosts returns the hosts that the user's ssh configuration names.
func (s *server) sshHosts() []string {
	hosts, err := sshconfig.Hosts(sshconfig.Options{Log: s.log, File: s.configured.SSHConfig()})
	if err != nil {
		s.log.Info("reading the ssh configuration", zap.Error(err))
	}
	return hosts
}

// badRequest returns the error for a member of the request.
func badRequest(member, what string) error {
	return &fault.Error{Code: fault.BadRequest, Tried: "reading the request", Answer: fault.Field(member) + ": " + what, Advice: "Change it and try again."}
}
