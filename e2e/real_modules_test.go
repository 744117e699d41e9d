//go:build unix

package e2e

import (
	_ "embed"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// unpackedModules has Debian's Lmod and Environment Modules, see scripts/setup-modules.sh.
const unpackedModules = "/usr/local/lib/sunpyter-modules"

//go:embed testdata/real-modules.sh
var installModules string

// TestRealModules: the modules of the real Lmod and Environment Modules are found, kernels start with them, and
// those that cannot be loaded together are named.
func TestRealModules(t *testing.T) {
	t.Parallel()
	requireFaults(t, "it varies what TestKernelsInEnvironments proves")
	for _, system := range []string{"lmod", "environment-modules"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			if _, err := os.Stat(filepath.Join(unpackedModules, system)); err != nil {
				t.Skipf("run make setup-modules: %v", err)
			}
			site := testcluster.Start(t, testcluster.Options{CountCalls: true})
			for _, host := range append([]string{"login"}, site.Nodes()...) {
				site.MustExec(t, host, "root", "bash", "-ec", installModules, "bash", filepath.Join(unpackedModules, system))
			}
			w := openWindow(t, site, clusters(protocol.ClusterProfile{Name: "lab", Host: "login", User: "alice"}))
			var found protocol.ClusterEnvironmentsResult
			must(t, w.call(protocol.MethodClusterEnvironments, protocol.ClusterEnvironmentsParams{Cluster: "lab"}, &found))
			var names []string
			for _, e := range found.Environments {
				if e.Kind == protocol.EnvironmentModule {
					names = append(names, e.Name)
				}
			}
			if want := []string{"jupyter/4", "miniforge3/24", "python/3.11"}; !slices.Equal(names, want) {
				t.Errorf("found %q, want %q", names, want)
			}
			site.ResetCalls()
			_, err := w.tryOnLab(inEnvironment("python/2.7"))
			wantProblem{fault.EnvironmentUnknown, "there is none of that name", "lists those"}.check(t, problemOf(t, err))
			if calls := slurmCalls(t, site); len(calls) > 0 {
				t.Errorf("Slurm was called: %v", calls)
			}
			ready, err := w.tryOnLab(inEnvironment("jupyter/4"))
			must(t, err)
			if out := execute(t, ready, "import os; print(os.environ['PATH'].split(':')[0], os.environ['LOADEDMODULES'])"); strings.TrimSpace(out) != "/opt/jupyter/bin jupyter/4" {
				t.Errorf("the kernel printed %q", out)
			}
			w.stopAll()
			for name, want := range map[string]wantProblem{
				"miniforge3/24": {fault.EnvironmentFailed, "python", "cannot be loaded together"},
				"python/2.7":    {fault.EnvironmentFailed, "python/2.7", "Try the same in a shell"},
			} {
				request := protocol.KernelRequest{Environment: &protocol.Environment{Modules: []string{"python/3.11", name}}}
				_, err := w.tryOnLab(request)
				want.check(t, problemOf(t, err))
			}
			nothingLeft(t, site)
		})
	}
}
