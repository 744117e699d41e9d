package server

import (
	"cmp"
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/browser"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/server/envapi"
	"github.com/sa2c/sunpyter/server/fileapi"
	"github.com/sa2c/sunpyter/server/logging"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/server/shellapi"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
)

// options are the parts of a server.
type options struct {
	Options
	client   *rpc.Client
	redactor *logging.Redactor
	log      *zap.Logger
	store    *store.Store // nil: the state directory cannot be used
	owner    string       // this server's id in the store
}

// server answers one client. It implements rpc.Handler.
type server struct {
	options
	*envapi.Environments
	*fileapi.Files
	*shellapi.Shells
	clusters  clusters
	sites     *sites
	kernels   kernels
	pool      *connpool.Pool
	notices   *connpool.Notices
	browser   *browser.Opener
	looks     looks
	estimates estimates

	reloadGrace time.Duration // set by initialize, before any other request
}

func newServer(o options) *server {
	o.ShortestGrace, o.Timing = cmp.Or(o.ShortestGrace, profile.ShortestGrace()), cmp.Or(o.Timing, session.DefaultTiming)
	s := &server{
		options: o, browser: browser.New(), notices: connpool.NewNotices(o.client),
		clusters: clusters{log: o.log}, kernels: kernels{store: o.store, log: o.log, sessions: map[string]*ownedSession{}},
		looks: looks{open: map[string]*look{}},
	}
	s.clusters.load(o.Env)
	s.sites = newSites(o.store, s.notices.Show, o.log)
	s.pool = connpool.New(o.log, o.client, s.notices, shareOptions(o))
	s.kernels.pool = s.pool
	s.Environments = envapi.New(envapi.Options{
		Client: o.client, Pool: s.pool, Notices: s.notices, Log: o.log, Resolve: s.resolve, LookAtSite: s.sites.look, SiteFile: s.sites.file,
	})
	s.Shells = shellapi.New(shellapi.Options{Client: o.client, Open: s.openShell})
	s.Files = fileapi.New(fileapi.Options{
		Client: o.client, Pool: s.pool, Log: o.log, Resolve: s.resolve, LookAtSite: s.sites.look, JobConn: s.kernels.connInto,
		StateDir: func() (string, error) { return stateDir(o.Env) },
	})
	return s
}

// resolve returns the profile that the client named, with what the site's file sets.
func (s *server) resolve(cluster, user string) (profile.Profile, error) {
	p, err := s.clusters.resolve(cluster, user)
	return s.sites.apply(p), err
}

// Initialize records the client's profiles, and how long its sessions and logins outlive a reload.
func (s *server) Initialize(_ context.Context, params *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	const longest, longestKept = 300, 600
	if params.ReloadGraceSeconds < 0 || params.ReloadGraceSeconds > longest {
		return nil, rpc.BadRequest("reloadGraceSeconds", "it must be between 0 and 300")
	}
	if params.KeepLoginSeconds < 0 || params.KeepLoginSeconds > longestKept {
		return nil, rpc.BadRequest("keepLoginSeconds", "it must be between 0 and 600")
	}
	s.reloadGrace = time.Duration(params.ReloadGraceSeconds) * time.Second
	s.pool.SetLinger(time.Duration(cmp.Or(params.KeepLoginSeconds, params.ReloadGraceSeconds)) * time.Second)
	s.clusters.set(params.Clusters, true)
	return &protocol.InitializeResult{
		ProtocolVersion: protocol.Version,
		ServerInfo:      protocol.ProgramInfo{Name: "sunpyter", Version: s.Version},
		ConfigFile:      s.clusters.configured.File(),
	}, nil
}

// Shutdown releases all sessions; see kernels.release.
func (s *server) Shutdown(context.Context) (*protocol.ShutdownResult, error) {
	if s.reloadGrace > 0 {
		s.Shells.Leave()
	}
	return &protocol.ShutdownResult{Released: s.kernels.release(s.reloadGrace, s.reloadGrace == 0)}, nil
}

// Closed is called once, when the client's connection is closed. When it returns, every
// session has ended or was taken over, and no connection is left.
func (s *server) Closed(context.Context) {
	left := time.Now()
	s.browser.Close()
	s.Files.Close()
	if s.reloadGrace > 0 {
		s.Shells.Leave() // they end with their kernels if no client returns
	} else {
		s.Shells.Close()
	}
	s.looks.close()
	s.Environments.Close()
	s.kernels.release(s.reloadGrace, true)
	for _, h := range s.kernels.all() {
		<-h.Done()
	}
	s.pool.Close(left)
}
