//go:build unix

package e2e

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

//go:embed testdata/image.sh
var makeImage string

// imageFolder is the root folder of an image, see testdata/image.sh.
const imageFolder = "/home/alice/an image"

// makeImageFolder makes it, and skips the test where the nodes have no Charliecloud.
func makeImageFolder(t *testing.T, site *testcluster.Site) {
	t.Helper()
	if _, err := site.Exec(t.Context(), site.Nodes()[0], "alice", "sh", "-c", "command -v ch-run"); err != nil {
		t.Skip("the package charliecloud-runtime is not installed: scripts/setup.sh installs it where Debian has it")
	}
	site.MustExec(t, "login", "alice", "bash", "-c", makeImage, "bash", imageFolder)
	t.Cleanup(func() { site.MustExec(t, "login", "alice", "rm", "-r", imageFolder) })
}

// inContainer is a request for a kernel in the image, with Debian's programs.
func inContainer(image string) protocol.KernelRequest {
	return protocol.KernelRequest{Environment: &protocol.Environment{Container: image, ContainerBinds: []string{"/usr", "/cdt_storage:/data"}}}
}

// containerProcesses are the processes of runtimes and of their kernels on all nodes.
func containerProcesses(t *testing.T, site *testcluster.Site) (all []string) {
	t.Helper()
	for _, node := range site.Nodes() {
		processes, err := site.Processes(node, "alice")
		must(t, err)
		for _, p := range processes {
			command := p.Command()
			if slices.ContainsFunc([]string{"ch-run", "pptainer", "squashfuse", "ipykernel_launcher"}, func(word string) bool { return strings.Contains(command, word) }) {
				all = append(all, command)
			}
		}
	}
	return all
}

// TestContainers: kernels run in the folder of an image, by the real Charliecloud. Jupyter runs
// outside, and the working directory, the home directory and more folders are seen inside. An
// interrupt and a restart work, and nothing of the container stays after its kernel.
func TestContainers(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	makeImageFolder(t, site)
	w := openWindow(t, site)
	request := inContainer(imageFolder)
	request.WorkingDirectory = "/cdt_storage/alice"
	ready := w.start(request)
	useContainer(t, site, ready)
	w.stopAll()
	nothingLeft(t, site)

	request.Environment.Variables = outsideVariables
	byName, err := w.tryNamed("~/an image", request)
	must(t, err)
	if out := execute(t, byName, printVariables); strings.TrimSpace(out) != "an image [] yes" {
		t.Errorf("named as an environment, the cell printed %q", out)
	}
	w.stopAll()
	nothingLeft(t, site)
}

// outsideVariables are for the Python outside of a container, or of its environment.
var outsideVariables = map[string]string{"PYTHONPATH": "/nowhere", "PYTHONHOME": "/usr", "LD_PRELOAD": "libc.so.6", "VIRTUAL_ENV": "/v",
	"CONDA_PREFIX": "/opt/conda", "SSL_CERT_FILE": "/opt/conda/ssl/cacert.pem"}

// printVariables is a cell that prints the image's name, which of those it has, and a variable of the image.
const printVariables = `import os
print(open("/etc/image").read().strip(), [v for v in os.environ if v.startswith(("PYTHONP", "PYTHONH", "LD_PRE", "VIRTUAL_", "CONDA_", "SSL_"))], os.environ.get("OF_IMAGE"))`

// tryNamed starts a kernel in the image that is named as an environment is.
func (w *window) tryNamed(name string, request protocol.KernelRequest) (ready protocol.KernelStartResult, err error) {
	request.Environment.Container, request.Environment.Name = "", name
	err = w.call(protocol.MethodKernelStart, protocol.KernelStartParams{Cluster: "alice@login", Request: request}, &ready)
	return ready, err
}

// useContainer runs cells in a kernel of an image, interrupts one, restarts the kernel and ends it.
func useContainer(t *testing.T, site *testcluster.Site, ready protocol.KernelStartResult) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	client := jupyter.Client{URL: ready.URL, Token: ready.Token}
	spec, err := client.DefaultKernelspec(ctx)
	must(t, err)
	if !strings.HasPrefix(spec.Title, "Python 3.") || !strings.Contains(spec.Title, "(an image, ") {
		t.Errorf("the kernel is called %q", spec.Title)
	}
	kernel, err := client.StartKernel(ctx)
	must(t, err)
	run := func(code string) string {
		out, err := kernel.Execute(ctx, code)
		must(t, err)
		return strings.TrimSpace(out)
	}
	const code = `import os, pwd
print(open("/etc/image").read().strip(), os.getcwd(), os.path.isdir(os.environ["HOME"] + "/.sunpyter"), os.path.isdir("/data/alice"),
	os.listdir("/cdt_storage"), pwd.getpwuid(os.getuid()).pw_name, sep="|")
open("of the cell", "w").close(); os.remove("/data/alice/of the cell")`
	if got := run(code); got != "an image|/cdt_storage/alice|True|True|['alice']|alice" {
		t.Errorf("the cell printed %q", got)
	}
	interrupted := make(chan error, 1)
	go func() {
		_, err := kernel.Execute(ctx, "open('running', 'w').close()\nimport subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])")
		interrupted <- err
	}()
	eventually(t, waitLimit, func() bool {
		_, err := site.Exec(ctx, "login", "alice", "rm", "/cdt_storage/alice/running")
		return err == nil
	}, func() string { return "the cell does not run" })
	must(t, client.Do(ctx, http.MethodPost, "api/kernels/"+kernel.ID+"/interrupt", nil, nil))
	if err := <-interrupted; err == nil || !strings.Contains(err.Error(), "KeyboardInterrupt") {
		t.Errorf("the interrupted cell: %v", err)
	}
	if got := run("print(os.getpid())"); got == "" {
		t.Error("no cell runs after an interrupt")
	}
	kernel.Disconnect()
	must(t, client.Do(ctx, http.MethodPost, "api/kernels/"+kernel.ID+"/restart", nil, nil))
	kernel, err = client.Connect(ctx, kernel.ID)
	must(t, err)
	if got := run("print('os' in globals())"); got != "False" {
		t.Errorf("after a restart: %q", got)
	}
	must(t, kernel.Close(ctx))
	eventually(t, waitLimit, func() bool { return len(containerProcesses(t, site)) == 0 }, func() string {
		return fmt.Sprintf("left of the container: %q", containerProcesses(t, site))
	})
}

// TestBadContainers: each has its own error; what the files show is reported before the job is
// submitted.
func TestBadContainers(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	makeImageFolder(t, site)
	w := openWindow(t, site)
	site.MustExec(t, "login", "alice", "bash", "-c", containerFaults)
	t.Cleanup(func() {
		site.MustExec(t, "login", "alice", "bash", "-c", "chmod u+rx ~/images/closed; rm -r ~/images ~/deny.py")
		for _, node := range site.Nodes() {
			site.MustExec(t, node, "alice", "rm", "-rf", "/var/tmp/closed")
		}
	})
	site.ResetCalls()
	for image, want := range map[string]wantProblem{
		"~/images/none.sif":              {fault.ContainerImage, "there is no image file with that path", "Correct"},
		"/home/alice/images/locked.sif":  {fault.ContainerImage, "you have no permission to read it", "ask its owner"},
		"~/images/closed/course.sif":     {fault.ContainerImage, "you have no permission to open the folder /home/alice/images/closed", "ask its owner"},
		"/home/alice/images/closed":      {fault.ContainerImage, "you have no permission to open the folder /home/alice/images/closed", "ask its owner"},
		"/home/alice/images/text.sif":    {fault.ContainerImage, "it is not an image", "Correct"},
		"/home/alice/images":             {fault.ContainerImage, "no folder with the root of an image", "Correct"},
		"docker://docker.io/python:3.12": {fault.BadRequest, "it must be the path of an image", "try again"},
	} {
		t.Run(image, func(t *testing.T) { want.check(t, w.failStart("alice@login", inContainer(image))) })
	}
	if calls := slurmCalls(t, site); len(calls) > 0 {
		t.Errorf("Slurm was called: %v", calls)
	}
	for _, row := range []struct {
		name, image, setup string
		binds              []string
		want               wantProblem
	}{
		{"only on another node", "/var/tmp/course.sif", "", nil, wantProblem{fault.ContainerImage, "there is none on scs", "that the compute nodes have"}},
		{"closed on the node", "/var/tmp/closed/course.sif", "mkdir -m 0 -p /var/tmp/closed", nil, wantProblem{fault.ContainerImage, "open the folder /var/tmp/closed", "ask its owner"}},
		{"no python", imageFolder, "", nil, wantProblem{fault.ContainerPython, "python3", "Add Python and ipykernel"}},
		{"no ipykernel", imageFolder, "", []string{"/usr", "/opt:/usr/lib/python3"}, wantProblem{fault.KernelMissing, "No module named 'ipykernel'", "Add ipykernel to the image"}},
		{"another architecture", "~/images/other", "", nil, wantProblem{fault.ContainerArchitecture, "xec format error", "Build it for those"}},
		{"no runtime", imageFolder, withoutProgram("ch-run"), []string{"/usr"}, wantProblem{fault.ContainerRuntime, "there is no apptainer, singularity or ch-run", "If a module has it"}},
		{"no user namespaces", imageFolder, `if [ -z "${DENIED-}" ]; then DENIED=1 exec python3 ~/deny.py /bin/bash "$0"; fi`,
			[]string{"/usr"}, wantProblem{fault.ContainerNamespaces, "Operation not permitted", "Ask the site's support"}},
		{"a folder that is not there", imageFolder, "", []string{"/nowhere"}, wantProblem{fault.ContainerFailed, "there is no /nowhere", "Try"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			request := inContainer(row.image)
			request.Environment.ContainerBinds = row.binds
			if row.setup != "" {
				request.Environment.Setup = []string{row.setup}
			}
			row.want.check(t, w.failStart("alice@login", request))
		})
	}
	w.shownMessages(protocol.LogInfo, "The login node does not have the container image /var/tmp/course.sif")
	nothingLeft(t, site)
}

// withoutProgram is a set-up line that takes a program out of the PATH.
func withoutProgram(name string) string {
	return `mkdir "$sunpyter_dir/programs"; ln -s /usr/bin/* "$sunpyter_dir/programs"; rm "$sunpyter_dir/programs/` + name + `"; PATH=$sunpyter_dir/programs`
}

// containerFaults makes images that cannot be used.
const containerFaults = `set -eu
mkdir ~/images
cd ~/images
touch locked.sif && chmod 0 locked.sif
mkdir -m 0 closed
echo 'no image' >text.sif
` + otherArchitecture + denyNamespaces

// otherArchitecture makes the folder of an image for other processors.
const otherArchitecture = `
mkdir -p other/{dev,etc,proc,sys,tmp,usr/bin}
for dir in bin lib lib64; do ln -s usr/$dir other/$dir; done
python3 -c 'program = bytearray(open("/usr/bin/true", "rb").read())
program[18:20] = b"\x16\x00" # s390
for name in "python3", "sh": open("other/usr/bin/" + name, "wb").write(program)'
chmod 755 other/usr/bin/*
`

// denyNamespaces makes a program that runs another one, which cannot create namespaces, as on systems
// that forbid it.
const denyNamespaces = `cat >~/deny.py <<'END'
import ctypes, errno, os, struct, sys
number = {"x86_64": 272, "aarch64": 97}[os.uname().machine] # unshare
code = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x50000 | errno.EPERM), (0x06, 0, 0, 0x7fff0000)]
lines = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in code))
program = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(lines)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program): # no new privileges; seccomp
    sys.exit(os.strerror(ctypes.get_errno()))
os.execv(sys.argv[1], sys.argv[1:])
END`
