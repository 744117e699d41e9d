//go:build unix

package e2e

import (
	_ "embed"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

//go:embed testdata/image-with-python.sh
var makeImageWithPython string

// installApptainer makes Apptainer available on the nodes: that of the site's Debian, or the one of
// scripts/setup-apptainer.sh, with its other name, singularity. Users may mount images, as on most systems.
func installApptainer(t *testing.T, site *testcluster.Site) {
	t.Helper()
	where, err := exec.Command("../scripts/setup-apptainer.sh", "where").Output()
	must(t, err)
	folder := strings.TrimSpace(string(where))
	_, missing := os.Stat(folder)
	_, notInstalled := site.Exec(t.Context(), site.Nodes()[0], "root", "sh", "-c", "command -v apptainer")
	if notInstalled != nil && (missing != nil || os.Getenv("SUNPYTER_SITE_ROOT") != "") {
		t.Skip("Apptainer is neither installed, nor in " + folder + ": scripts/setup-apptainer.sh puts it there")
	}
	onEachNode(t, site, func(node string) error {
		if notInstalled != nil {
			if out, err := exec.Command("cp", "-a", folder+"/.", mustPath(t, site, node)).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		_, err := site.Exec(t.Context(), node, "root", "sh", "-ec", "mknod -m 666 /tmp/fuse c 10 229; mount --bind /tmp/fuse /dev/fuse; ln -sf apptainer /usr/bin/singularity")
		return err
	})
}

// mustPath is a node's root folder as seen from here.
func mustPath(t *testing.T, site *testcluster.Site, node string) string {
	t.Helper()
	path, err := site.Path(node, "/")
	must(t, err)
	return path
}

// TestApptainer: kernels run in an image of Debian's Python and ipykernel, by the real Apptainer, as
// a file and as a folder, and the faults of both have their own errors.
func TestApptainer(t *testing.T) {
	t.Parallel()
	requireFaults(t, "an image of Debian's packages is built")
	site := testcluster.Start(t, testcluster.Options{GPUs: 1})
	installApptainer(t, site)
	node := site.Nodes()[0]
	site.MustExec(t, node, "alice", "bash", "-c", makeImageWithPython, "bash", imageFolder)
	site.MustExec(t, node, "alice", "bash", "-c", apptainerImages)
	w := openWindow(t, site)
	for _, row := range []struct{ name, image, setup, runtime string }{
		{"file", imageFolder + ".sif", "", "apptainer"},
		{"folder", imageFolder, "", "apptainer"},
		{"no apptainer", imageFolder + ".sif", withoutProgram("apptainer"), "singularity"}, // the other name of the same program
	} {
		t.Run(row.name, func(t *testing.T) {
			request := inContainer(row.image)
			request.GPUs, request.WorkingDirectory = "1", "/cdt_storage/alice"
			request.Environment.ContainerBinds, request.Environment.Variables = []string{"/cdt_storage:/data"}, outsideVariables
			if row.setup != "" {
				request.Environment.Setup = []string{row.setup}
			}
			ready := w.start(request)
			out := execute(t, ready, "import glob; print([line.strip() for f in glob.glob('/tmp/sunpyter.*/jupyter/kernels/python3/run') for line in open(f) if line.startswith(('runtime=', 'gpus='))])\n"+printVariables)
			if !strings.Contains(out, "/"+row.runtime+"', 'gpus=--nv']") || !strings.Contains(out, "an image [] yes") {
				t.Errorf("%s is not the program, gets no --nv, or the variables are wrong: %s", row.runtime, out)
			}
			useContainer(t, site, ready)
			w.stopAll()
			nothingLeft(t, site)
		})
	}
	for _, row := range []struct {
		name, setup string
		want        wantProblem
	}{
		{"empty.sif", "", wantProblem{fault.ContainerPython, `"python3": executable file not found`, "Add Python and ipykernel"}},
		{"other.sif", "", wantProblem{fault.ContainerArchitecture, "image targets", "Build it for those"}},
		{"short.sif", "", wantProblem{fault.ContainerFailed, "FATAL", "Try"}},
		{"no namespaces.sif", `if [ -z "${DENIED-}" ]; then DENIED=1 exec python3 ~/deny.py /bin/bash "$0"; fi`,
			wantProblem{fault.ContainerNamespaces, "namespace", "Ask the site's support"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			request := protocol.KernelRequest{Environment: &protocol.Environment{Name: "~/images/" + row.name}}
			if row.setup != "" {
				request.Environment.Setup = []string{row.setup}
			}
			row.want.check(t, w.failStart("alice@login", request))
		})
	}
	nothingLeft(t, site)
}

// apptainerImages makes the images of TestApptainer: of the folder with Python, of one with nothing in it,
// for another architecture, and one that is not complete.
const apptainerImages = `set -eu
cd
` + otherArchitecture + `export PATH=$PATH:/usr/sbin:/sbin
apptainer --quiet build --mksquashfs-args '-comp gzip -Xcompression-level 1' 'an image.sif' 'an image'
mkdir images empty
mkdir empty/{etc,usr,dev,proc,sys,tmp}
apptainer --quiet build images/empty.sif empty
apptainer --quiet build images/other.sif other
head -c 5000 images/empty.sif >images/short.sif
cp images/empty.sif 'images/no namespaces.sif'
` + denyNamespaces
