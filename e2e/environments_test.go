//go:build unix

package e2e

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

var (
	//go:embed testdata/install-jupyter.sh
	installJupyter string
	//go:embed testdata/environment.sh
	makeEnvironment string
)

// TestEnvironmentsWithoutConda: micromamba's and pixi's environments are activated by the
// setting conda. The environments are real, of Debian's Python; the programs stand in for
// micromamba and pixi, and print what these print for a shell.
func TestEnvironmentsWithoutConda(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	for _, row := range usual(t, 2, []struct{ name, kind, env, conda string }{
		{"micromamba, by path", "micromamba", "projects/ml env", "~/projects/ml env"},
		{"pixi", "pixi", "project/.pixi/envs/default", "~/project"},
		{"micromamba, by name", "micromamba", "micromamba/envs/ml", "ml"},
		{"without a program", "none", "envs/ml", "/home/alice/envs/ml"},
	}) {
		t.Run(row.name, func(t *testing.T) {
			site.MustExec(t, "login", "alice", "bash", "-c", installJupyter+makeEnvironment, "bash", row.kind, "/home/alice/"+row.env)
			defer site.MustExec(t, "login", "alice", "bash", "-c", `cd && rm -r .local .pixi "$1"`, "bash", strings.SplitN(row.env, "/", 2)[0])
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{Environment: &protocol.Environment{Conda: row.conda}})
			out := execute(t, ready, "import os, sys; print(sys.prefix, os.environ['CONDA_PREFIX'], os.environ.get('ACTIVATED'), sep='\\n')")
			want := "/home/alice/" + row.env
			if got := strings.Split(strings.TrimSpace(out), "\n"); len(got) != 3 || got[0] != want || got[1] != want || got[2] != "yes" {
				t.Errorf("the cell printed %q, want %s", out, want)
			}
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}

// TestTMPDIRThatNodesLack: a temporary directory of the login node's alone is not used on the
// node, by Jupyter or by cells.
func TestTMPDIRThatNodesLack(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	site.MustExec(t, "login", "root", "install", "-d", "-o", "alice", "/run/of-alice")
	for name, dir := range map[string]string{"of the login node": "/run/of-alice", "not writable": "/usr"} {
		t.Run(name, func(t *testing.T) {
			writeStartupFile(t, site, ".bash_profile", "export TMPDIR="+dir+"\n")
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{})
			if out := execute(t, ready, "import os, tempfile; print(os.environ.get('TMPDIR'), tempfile.gettempdir())"); strings.TrimSpace(out) != "None /tmp" {
				t.Errorf("the cell printed %q", out)
			}
			w.stopAll()
		})
	}
	nothingLeft(t, site)
}

// TestSessionDirByHand: a setting names where the session's folder lies, for nodes without
// the home directory whose working directory is their own.
func TestSessionDirByHand(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	onEachNode(t, site, func(node string) error {
		site.MustExec(t, node, "root", "mount", "-t", "tmpfs", "-o", "mode=755", "none", "/home")
		return nil
	})
	lab := protocol.ClusterProfile{Name: "lab", Host: "login", User: "alice", SessionDirectory: "/cdt_storage/$USER", Request: protocol.KernelRequest{WorkingDirectory: "/tmp"}}
	w := openWindow(t, site, clusters(lab))
	if result := w.check("lab", true); !result.OK || findStep(t, result, "cell").Outcome != protocol.CheckOK {
		t.Errorf("the check finds %s", result.Report)
	}
	ready := w.startOn("lab")
	if out := execute(t, ready, "import os; print(os.getcwd())"); strings.TrimSpace(out) != "/tmp" {
		t.Errorf("cells run in %s", out)
	}
	w.stopAll()
	nothingLeft(t, site)
	noFolder(t, site)
}
