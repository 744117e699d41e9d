//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// withHomeFiles writes files in alice's home directory, which are removed again with their
// folders; an executable has a first line that names its program.
func withHomeFiles(files map[string]string) func(*testing.T, *testcluster.Site) func() {
	return func(t *testing.T, site *testcluster.Site) func() {
		for name, text := range files {
			writeStartupFile(t, site, name, text)
			if text[:2] == "#!" {
				site.MustExec(t, "login", "alice", "chmod", "+x", "/home/alice/"+name)
			}
		}
		return func() {
			for name := range files {
				site.MustExec(t, "login", "alice", "sh", "-c", `cd && rm -r "${1%%/*}"`, "sh", name)
			}
		}
	}
}

// pythonKernel is a kernelspec of the user's own that takes the place of the environment's.
func pythonKernel(argv string) map[string]string {
	return map[string]string{".local/share/jupyter/kernels/python3/kernel.json": `{"argv": [` + argv + `], "display_name": "My Python", "language": "python"}`}
}

// brokenKernels are found by a small job, whose Jupyter or kernel does not start.
var brokenKernels = []brokenSetup{
	{name: "The kernel's program is gone", step: "cell", code: fault.KernelFailed, full: true,
		answer: "My Python (python3): its program /home/alice/gone/bin/python does not exist", advice: "install ipykernel again",
		site: withHomeFiles(pythonKernel(`"/home/alice/gone/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"`))},
	{name: "The kernel's program names one that is gone", step: "cell", code: fault.KernelFailed, full: true,
		answer: "/home/alice/bin/python does not exist, or the one that its first line names", advice: "jupyter kernelspec list",
		site: func(t *testing.T, site *testcluster.Site) func() {
			files := pythonKernel(`"/home/alice/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"`)
			files["bin/python"] = "#!/home/alice/gone/bin/python\n"
			return withHomeFiles(files)(t, site)
		}},
	{name: "The kernel's environment has no ipykernel", step: "cell", code: fault.KernelFailed, full: true,
		answer: "it ended at once: /usr/bin/python3: No module named ipykernel", advice: "install ipykernel again",
		site: withHomeFiles(pythonKernel(`"/usr/bin/python3", "-m", "ipykernel_that_is_gone", "-f", "{connection_file}"`))},
	{name: "Jupyter does not start", step: "jupyter", code: fault.JupyterDied, full: true,
		answer: "ImportError: libsodium.so.23: cannot open shared object file", advice: "Jupyter's log",
		site: withHomeFiles(map[string]string{"broken/zmq.py": `raise ImportError("libsodium.so.23: cannot open shared object file")` + "\n"}),
		profile: withRequest(func(r *protocol.KernelRequest) {
			r.Environment = &protocol.Environment{Variables: map[string]string{"PYTHONPATH": "/home/alice/broken"}}
		})},
	{name: "The compute nodes have another home directory", step: "job", code: fault.HomeNotWritable, full: true,
		answer: "the home directory there is a different one, or missing", advice: "session_dir",
		site: func(t *testing.T, site *testcluster.Site) func() {
			all := func(command string) {
				onEachNode(t, site, func(node string) error {
					site.MustExec(t, node, "root", "sh", "-c", command)
					return nil
				})
			}
			all("mount -t tmpfs -o mode=755 none /home")
			return func() { all("umount /home") }
		}},
}

// TestCheckOfBrokenKernels: the small job of a check runs a cell, so what keeps cells from
// running is found.
func TestCheckOfBrokenKernels(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	runEach(t, site, brokenKernels)
	nothingLeft(t, site)
	t.Run("without a job", func(t *testing.T) { checkKernelspecOnTheLoginNode(t, site) })
}

// checkKernelspecOnTheLoginNode: the check without a job warns of what it can see.
func checkKernelspecOnTheLoginNode(t *testing.T, site *testcluster.Site) {
	defer withHomeFiles(pythonKernel(`"/home/alice/gone/bin/python", "-m", "ipykernel_launcher"`))(t, site)()
	result := brokenSetup{}.window(t, site).check("lab", false)
	s := findStep(t, result, "kernelspec")
	if !result.OK || s.Outcome != protocol.CheckWarning || s.Code != string(fault.KernelFailed) || !strings.Contains(s.Detail, "/home/alice/gone/bin/python does not exist") ||
		!strings.Contains(s.Advice, "/home/alice/.local/share/jupyter/kernels/python3") {
		t.Errorf("%+v", s)
	}
}
