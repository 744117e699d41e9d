package server

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/tomlfile"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// sites has the clusters' own files, see package site.
type sites struct {
	stored *store.Store
	show   func(level protocol.LogLevel, message, detail string)
	log    *zap.Logger

	mu     sync.Mutex             // guards the fields below
	parsed map[string]site.Result // by hash
	// looks are the login nodes that this process asks, or has asked and need not ask again, by fileKey. Their
	// channels are closed at the end.
	looks map[[2]string]chan struct{}
}

func newSites(stored *store.Store, show func(level protocol.LogLevel, message, detail string), log *zap.Logger) *sites {
	return &sites{stored: stored, show: show, log: log, parsed: map[string]site.Result{}, looks: map[[2]string]chan struct{}{}}
}

// parse reads a file's text, once.
func (s *sites) parse(hash string, text []byte) site.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	result, ok := s.parsed[hash]
	if !ok {
		result = site.Parse(text)
		s.parsed[hash] = result
		for _, w := range result.Warnings {
			s.log.Warn("the site's file has an unknown key", zap.Stringer("key", w))
		}
	}
	return result
}

// file returns the site's file as last reported; the zero value if there is none.
func (s *sites) file(p store.Place) site.File {
	stored := s.stored.Site(p)
	if stored.Hash == "" {
		return site.File{}
	}
	return s.parse(stored.Hash, stored.Text).File
}

// hash returns the hash of the site's file as last reported, "" if there is none.
func (s *sites) hash(p store.Place) string { return s.stored.Site(p).Hash }

// apply returns a profile with what the site's file, as last reported, sets.
func (s *sites) apply(p profile.Profile) profile.Profile {
	file := s.file(p.Place)
	if route, err := file.LimitRoute(string(p.Pinned)); err == nil {
		p.Pinned = store.Route(route)
	}
	return file.Apply(p)
}

// learn stores the file that a login node reported, and shows the user what is new in it. It
// returns the file as it applies now, and why it is not used, if so.
func (s *sites) learn(p store.Place, found slurm.SiteFile) (site.File, string) {
	s.markRead(p)
	var result site.Result
	problem, text := found.Problem, found.Text
	before := s.stored.Site(p)
	if text == nil && found.Hash == before.Hash {
		text = before.Text
	}
	if found.Hash != "" {
		if result = s.parse(found.Hash, text); len(result.Mistakes) > 0 {
			problem = bounded.Text(tomlfile.Join(result.Mistakes), 300)
		}
	}
	file := result.File
	after := store.Site{Hash: found.Hash, Text: text, Message: cmp.Or(file.Message, before.Message), Problem: problem}
	if text == nil {
		// Another process has stored another text meanwhile. A hash without its text would keep
		// the login node from sending it.
		after.Hash = ""
	}
	if after.Hash != before.Hash || after.Message != before.Message || after.Problem != before.Problem {
		if err := s.stored.UpdateSite(p, func(stored *store.Site) {
			after.JupyterInJobs = stored.JupyterInJobs
			before, *stored = *stored, after
		}); err != nil {
			s.log.Warn("what the site says could not be stored on this computer", zap.Error(err))
		}
		s.showNew(p, found.Path, file, before, after)
	}
	return file, problem
}

// fileKey identifies a login node.
func fileKey(p store.Place) [2]string { return [2]string{p.SSHConfig, p.Host} }

// lookLimit bounds how long a request waits for the site's file.
const lookLimit = 10 * time.Second

// markRead remembers that a login node has said what its file is.
func (s *sites) markRead(p store.Place) {
	read := make(chan struct{})
	close(read)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks[fileKey(p)] = read
}

// look reads the site's file unless this process has done so, for a request that does not get it
// with its own answer. It returns at once; wait waits for the file, which takes no longer than
// what the request itself asks login meanwhile. After a failure the next request tries it again.
func (s *sites) look(ctx context.Context, login nodeconn.LoginConn, p store.Place) (wait func()) {
	key := fileKey(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if looking := s.looks[key]; looking != nil {
		return func() {
			select {
			case <-looking:
			case <-ctx.Done():
			}
		}
	}
	done := make(chan struct{})
	s.looks[key] = done
	go func() {
		defer close(done)
		s.readFile(ctx, login, p)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.looks[key] == done { // it failed
			delete(s.looks, key)
		}
	}()
	return func() { <-done }
}

// readFile asks a login node for its file.
func (s *sites) readFile(ctx context.Context, login nodeconn.LoginConn, p store.Place) {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	found, err := slurm.New(login).KnowsFile(s.hash(p)).SiteFile(ctx)
	if err == nil {
		s.learn(p, found)
		return
	}
	s.log.Info("reading the site's own file", zap.Error(err))
	if fault.CodeOf(err) == fault.SlurmMissing { // it would be again
		s.markRead(p)
	}
}

// showNew shows the user the site's message and what is wrong with its file, each once.
func (s *sites) showNew(p store.Place, path string, file site.File, before, after store.Site) {
	if after.Problem != "" && after.Problem != before.Problem {
		s.show(protocol.LogWarning, p.Title+"'s own file for Sunpyter is not used: "+path+": "+after.Problem,
			"Please tell "+cmp.Or(file.Support, "the site's support")+".")
	}
	if file.Message != "" && file.Message != before.Message {
		first, rest, _ := strings.Cut(file.Message, "\n")
		s.show(protocol.LogInfo, cmp.Or(file.Title, p.Title)+" says: "+first, rest)
	}
}

// helpful are the errors that a site's support can help with.
var helpful = map[fault.Code]bool{
	fault.HostKeyChanged: true, fault.AuthRefused: true, fault.ConnectRefused: true, fault.ConnectTimeout: true, fault.HandshakeFailed: true,
	fault.ForwardRefused: true, fault.CommandFailed: true, fault.NoSFTP: true, fault.FileNoSpace: true,
	fault.SlurmMissing: true, fault.SlurmRejected: true, fault.SlurmUnreachable: true, fault.SlurmOutput: true,
	fault.HomeNotWritable: true, fault.WorkdirNotWritable: true, fault.NodeDiskFull: true, fault.EnvironmentFailed: true, fault.EnvironmentChange: true, fault.EnvironmentNoIndex: true,
	fault.JupyterMissing: true, fault.JupyterDied: true, fault.JupyterSilent: true, fault.KernelFailed: true,
	fault.NoRoute: true, fault.NodeKeyMismatch: true, fault.WrongJob: true,
	fault.JobNodeFailed: true, fault.JobLaunchFailed: true, fault.JobFailed: true, fault.JobEnded: true,
}

// Explain adds the address of the site's support to the error of a request.
func (s *server) Explain(about rpc.Subject, err error) error {
	if !helpful[fault.CodeOf(err)] {
		return err
	}
	h, owned := s.kernels.find(about.SessionID)
	rec, remembered := s.kernels.remembered(about.SessionID)
	switch {
	case owned:
		return s.sites.explain(h.place, err)
	case remembered:
		return s.sites.explain(rec.Place, err)
	}
	if p, unknown := s.clusters.resolve(about.Cluster, about.User); unknown == nil {
		return s.sites.explain(p.Place, err)
	}
	return err
}

// explain adds the address of the site's support to an error that it can help with.
func (s *sites) explain(p store.Place, err error) error {
	f := fault.As(err)
	if f == nil || errors.Is(err, slurm.ErrNotOffered) {
		return err
	}
	advice := s.advise(p, f.Code, f.Advice)
	if advice == f.Advice {
		return err
	}
	explained := *f
	explained.Advice = advice
	return &explained
}

// advise adds the address of the site's support to the advice of an error that it can help with.
func (s *sites) advise(p store.Place, code fault.Code, advice string) string {
	file := s.file(p)
	switch {
	case file.Support == "" || !helpful[code] || strings.Contains(advice, file.Support):
		return advice
	case advice == "":
		return "Ask " + file.Support + "."
	}
	return strings.TrimSuffix(advice, ".") + ". If that does not help, ask " + file.Support + "."
}
