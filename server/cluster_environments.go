package server

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
)

// ClusterEnvironments returns the environments on a cluster in which kernels can run.
func (s *server) ClusterEnvironments(ctx context.Context, params *protocol.ClusterEnvironmentsParams) (*protocol.ClusterEnvironmentsResult, error) {
	p, err := s.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	defer s.pool.Acquire(p.Place)()
	report := progress.Begin(s.client, params.ProgressToken, "Looking for environments on "+p.Title)
	defer report.End()
	report.Step("Connecting to " + p.Host)
	login, err := s.pool.Connect(ctx, p.Place, true)
	if err != nil {
		return nil, err
	}
	waitForFile := s.sites.look(ctx, login, p.Place)
	defer waitForFile()
	found, err := s.findEnvironments(ctx, p, environments.Options{Workdir: params.WorkingDirectory, Project: params.Project}, params.Refresh)
	if err != nil {
		return nil, err
	}
	waitForFile()
	file, _ := s.sites.known(p.Place)
	result := &protocol.ClusterEnvironmentsResult{Cluster: p.Cluster, Title: file.Apply(p).Title, Environments: []protocol.EnvironmentInfo{}, Incomplete: !found.Complete}
	for _, e := range found.Environments {
		result.Environments = append(result.Environments, wireEnvironment(e))
	}
	result.Environments = withOffers(file, result.Environments)
	return result, nil
}

// findEnvironments looks for environments, and sorts them. Modules that are remembered are not asked for again, unless
// refresh is true; then it waits for them, also where the module command takes long.
func (s *server) findEnvironments(ctx context.Context, p profile.Profile, o environments.Options, refresh bool) (environments.Result, error) {
	login, err := s.pool.Connect(ctx, p.Place, true)
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
		addModules(&found, known.answer)
	case found.AllModules:
		s.modules.put(p.Place, modulesOf(found))
	default:
		listed := s.listModules(p)
		if refresh {
			return s.withModules(ctx, p, found, listed)
		}
	}
	sortEnvironments(found.Environments)
	return found, nil
}

// listModules lists a login node's modules in the background.
func (s *server) listModules(p profile.Profile) (done <-chan struct{}) {
	return s.modules.list(p.Place, func(ctx context.Context) (environments.Result, error) {
		defer s.pool.Acquire(p.Place)()
		login, err := s.pool.Connect(ctx, p.Place, false)
		if err != nil {
			return environments.Result{}, err
		}
		return environments.Find(ctx, login, environments.Options{OnlyModules: true})
	})
}

// withModules waits until modules are listed in the background, and returns the result with them.
func (s *server) withModules(ctx context.Context, p profile.Profile, found environments.Result, listed <-chan struct{}) (environments.Result, error) {
	select {
	case <-listed:
	case <-ctx.Done():
		return found, fault.ContextError(ctx, "listing the modules of "+p.Title)
	}
	if known, ok := s.modules.find(p.Place); ok {
		isModule := func(e environments.Environment) bool { return e.Kind == environments.Module }
		found.Environments = slices.DeleteFunc(found.Environments, isModule)
		addModules(&found, known.answer)
	}
	sortEnvironments(found.Environments)
	return found, nil
}

func addModules(found *environments.Result, list moduleList) {
	found.Environments = append(found.Environments, list.modules...)
	found.AllModules = list.all
	found.Complete = found.AllPlaces && list.all
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
