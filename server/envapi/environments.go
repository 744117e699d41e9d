// Package envapi answers cluster/environments and environment/change for one client, and finds the
// environment that a kernel is to start in. It translates between the wire and package environments,
// and remembers modules, which take long to list. Only package server imports it; the connections
// are those of server/connpool.
package envapi

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
)

// Options are what the environments need of a server.
type Options struct {
	Client  *rpc.Client // for the progress of requests
	Pool    *connpool.Pool
	Notices *connpool.Notices
	Log     *zap.Logger
	// Resolve returns the profile that a client named.
	Resolve func(cluster, user string) (profile.Profile, error)
	// LookAtSite begins to read the site's own file, and wait waits for it; then SiteFile returns it.
	LookAtSite func(ctx context.Context, login nodeconn.LoginConn, p store.Place) (wait func())
	SiteFile   func(store.Place) site.File
}

// Environments answers cluster/environments and environment/change of one client.
type Environments struct {
	Options
	modules *modules
}

// New returns Environments that know no modules yet. The caller closes them.
func New(o Options) *Environments { return &Environments{o, newModules(o.Log)} }

// Close ends what runs in the background.
func (s *Environments) Close() { s.modules.close() }

// ClusterEnvironments returns the environments on a cluster in which kernels can run.
func (s *Environments) ClusterEnvironments(ctx context.Context, params *protocol.ClusterEnvironmentsParams) (*protocol.ClusterEnvironmentsResult, error) {
	p, err := s.Resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	defer s.Pool.Acquire(p.Place)()
	report := progress.Begin(s.Client, params.ProgressToken, "Looking for environments on "+p.Title)
	defer report.End()
	report.Step("Connecting to " + p.Host)
	login, err := s.Pool.Connect(ctx, p.Place, true)
	if err != nil {
		return nil, err
	}
	waitForFile := s.LookAtSite(ctx, login, p.Place)
	defer waitForFile()
	found, err := s.find(ctx, p, environments.Options{Workdir: params.WorkingDirectory, Project: params.Project}, params.Refresh)
	if err != nil {
		return nil, err
	}
	waitForFile()
	file := s.SiteFile(p.Place)
	result := &protocol.ClusterEnvironmentsResult{Cluster: p.Cluster, Title: file.Apply(p).Title, Environments: []protocol.EnvironmentInfo{}, Incomplete: !found.Complete}
	for _, e := range found.Environments {
		result.Environments = append(result.Environments, wireEnvironment(e))
	}
	result.Environments = withOffers(file, result.Environments)
	return result, nil
}

// find looks for environments, and sorts them. Modules that are remembered are not asked for again, unless
// refresh is true; then it waits for them, also where the module command takes long.
func (s *Environments) find(ctx context.Context, p profile.Profile, o environments.Options, refresh bool) (environments.Result, error) {
	login, err := s.Pool.Connect(ctx, p.Place, true)
	if err != nil {
		return environments.Result{}, err
	}
	o.Workdir = cmp.Or(o.Workdir, p.Request.WorkingDirectory)
	known, isKnown := s.modules.find(p.Place)
	o.Modules = (refresh || !isKnown) && len(o.Paths) == 0
	found, err := environments.Find(ctx, login, o)
	if err != nil {
		return found, err
	}
	switch {
	case len(o.Paths) > 0:
	case !o.Modules:
		addModules(&found, known)
	case found.AllModules:
		s.modules.put(p.Place, found)
	default:
		listed := s.listModules(p)
		if refresh {
			return s.withModules(ctx, p, found, listed)
		}
	}
	sortEnvironments(found.Environments)
	return found, nil
}

func sortEnvironments(all []environments.Environment) {
	slices.SortStableFunc(all, func(a, b environments.Environment) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Path, b.Path))
	})
}

// rank sorts environments: those in which kernels can run come first, and those that lack only
// ipykernel before those without an interpreter.
func rank(e environments.Environment) int {
	switch {
	case e.Kernel == environments.Yes:
		return 0
	case e.Kernel == environments.Unknown:
		return 1
	case e.MissingProgram == "":
		return 2
	}
	return 3
}

// wireEnvironment returns an environment as it is sent.
func wireEnvironment(e environments.Environment) protocol.EnvironmentInfo {
	w := protocol.EnvironmentInfo{
		Kind: protocol.EnvironmentKind(e.Kind), Name: e.Name, Manager: e.Manager, Path: e.Path, PythonVersion: e.PythonVersion, Language: e.Language,
		Kernel: protocol.Presence(e.Kernel), Jupyter: protocol.Presence(e.Jupyter), Problem: e.Problem(),
	}
	if e.MissingProgram == "" && e.Unusable == "" {
		w.Request = requestFor(e)
	}
	return w
}

// requestFor returns how a request for a kernel names an environment; nil if it cannot.
func requestFor(e environments.Environment) *protocol.Environment {
	switch e.Kind {
	case environments.Conda, environments.Venv, environments.Python:
		return &protocol.Environment{Name: e.Path}
	case environments.Module:
		return &protocol.Environment{Name: e.Name}
	case environments.Container:
		return &protocol.Environment{Container: e.Path}
	case environments.Kernelspec:
	}
	return nil
}

// withOffers puts the environments and modules that a site offers before those that were found.
// The site says that kernels can run in them.
func withOffers(file site.File, found []protocol.EnvironmentInfo) []protocol.EnvironmentInfo {
	var offers []protocol.EnvironmentInfo
	for _, e := range file.Environments {
		offers = append(offers, protocol.EnvironmentInfo{
			Kind: protocol.EnvironmentSite, Name: e.Title, Path: cmp.Or(e.Container, e.Venv, e.Conda),
			Request: &protocol.Environment{Modules: e.Modules, Container: e.Container, Conda: e.Conda, Venv: e.Venv},
		})
	}
	for _, name := range file.Modules {
		isIt := func(e protocol.EnvironmentInfo) bool { return e.Kind == protocol.EnvironmentModule && e.Name == name }
		offer := protocol.EnvironmentInfo{Kind: protocol.EnvironmentModule, Name: name, Request: &protocol.Environment{Modules: []string{name}}}
		if i := slices.IndexFunc(found, isIt); i >= 0 {
			offer.Path, offer.PythonVersion = found[i].Path, found[i].PythonVersion
		}
		found = slices.DeleteFunc(slices.Clone(found), isIt)
		offers = append(offers, offer)
	}
	for i := range offers {
		offers[i].Kernel, offers[i].Jupyter = protocol.PresenceYes, protocol.PresenceYes
	}
	return append(offers, found...)
}
