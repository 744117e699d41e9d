//go:build unix

package e2e

import (
	"runtime"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// installSMI installs a stand-in for nvidia-smi on a node, which prints listing.
func installSMI(t *testing.T, site *testcluster.Site, node, listing string) {
	t.Helper()
	site.MustExec(t, node, "root", "sh", "-ec", `cat >/usr/local/bin/nvidia-smi <<'END'
#!/bin/sh
case "$*" in
-L) cat <<'LIST'
`+listing+`
LIST
;;
"--id=GPU-5e375e7e-b41f-155b-dcdc-534524c356fc --query-gpu=index,utilization.gpu,memory.used,memory.total --format=csv,noheader,nounits --loop=5")
  while :; do echo "2, 35, 1234, 81920"; sleep 1; done ;;
esac
END
chmod 755 /usr/local/bin/nvidia-smi`)
}

// TestGivenGPUs: GPUs that Slurm allocated and that do not work or are missing are reported once
// cells can run, with what to do; their use is shown to a client that asks. The listings are those
// of session/remote/given_test.go, which has the other faults.
func TestGivenGPUs(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{GPUs: 2})
	installSMI(t, site, "scs0151", "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.124")
	installSMI(t, site, "scs0152", "GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-5e375e7e-b41f-155b-dcdc-534524c356fc)")
	for node, row := range map[string]struct {
		code  fault.Code
		words string
	}{
		"scs0151": {fault.GPUDriver, "Driver/library version mismatch; NVML library version: 570.124"},
		"scs0152": {fault.GPUMissing, "you asked for 2 GPUs, but the job on scs0152 sees 1"},
	} {
		t.Run(node, func(t *testing.T) {
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{GPUs: "a100:2", SbatchOptions: []string{"--nodelist=" + node}})
			s := w.await("with a notice", func(s protocol.Session) bool { return s.NoticeCode != "" })
			if s.State != protocol.StateReady || s.NoticeCode != string(row.code) || !strings.Contains(s.Notice, row.words) ||
				!strings.Contains(s.Notice, "exclude="+node) {
				t.Errorf("notice %s %q", s.NoticeCode, s.Notice)
			}
			if row.code == fault.GPUMissing {
				use := awaitGPUUse(t, w, ready.Session.ID)
				if want := (protocol.GPUUse{Percent: 35, MemoryMiB: 1234, TotalMiB: 81920}); len(use.GPUs) != 1 || use.GPUs[0] != want {
					t.Errorf("GPUs: %+v", use.GPUs)
				}
			}
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}

// awaitGPUUse asks for a kernel's use until that of its GPUs is known.
func awaitGPUUse(t *testing.T, w *window, id string) (use protocol.Use) {
	t.Helper()
	eventually(t, waitLimit, func() bool {
		use = lookAtUse(t, w, id)
		return len(use.GPUs) > 0
	}, func() string { return "the use of the GPU is not known" })
	return use
}

// listed are the GPUs of a node, and noDevice is what is printed where none works; the sources are in
// session/remote/given_test.go.
const (
	listed = `GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-513536b6-7d19-9063-b049-1e69664bb298)
  MIG 1g.20gb     Device  0: (UUID: MIG-ce861fb0-a248-58ce-a9a8-f9adbc22a66a)
  MIG 1g.20gb     Device  1: (UUID: MIG-a45882f0-9215-5733-a0c1-49286ab31cb5)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-d8594bd4-0fc3-8595-e355-7c98138f3b95)
GPU 2: NVIDIA A100-SXM4-80GB (UUID: GPU-5e375e7e-b41f-155b-dcdc-534524c356fc)`
	noDevice = "No devices were found"
)

// TestGivenFaults has the other faults of nodes: the one of each row is made on a node, and reported once cells can
// run. A task prolog changes what Slurm gives to a job, as sites' own do.
func TestGivenFaults(t *testing.T) {
	t.Parallel()
	requireFaults(t, "many kernels are started")
	site := testcluster.Start(t, testcluster.Options{GPUs: 2, ExtraConf: "TaskProlog=/usr/local/bin/task-prolog\n"})
	for _, node := range site.Nodes() {
		writeProlog(t, site, node, "")
	}
	gpu, none := protocol.KernelRequest{GPUs: "a100:1"}, protocol.KernelRequest{}
	for _, row := range []struct {
		name    string
		request protocol.KernelRequest
		listing string // of nvidia-smi; "": there is none
		prolog  string
		devices bool // there are device files of GPUs
		code    fault.Code
		words   string
	}{
		{"right", gpu, "GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-5e375e7e-b41f-155b-dcdc-534524c356fc)", "", true, "", ""},
		{"nothing there", gpu, "", "", false, fault.GPUMissing, "you asked for 1 GPU, but the job on scs0151 sees none"},
		{"no device works", gpu, noDevice, "", true, fault.GPUMissing, "sees none"},
		{"hidden", gpu, listed, "echo export CUDA_VISIBLE_DEVICES=NoDevFiles", true, fault.GPUMissing, "sees none"},
		{"the whole node, with parts", gpu, listed, "echo unset CUDA_VISIBLE_DEVICES", true, fault.NotConfined,
			"sees 4 GPUs, but only 1 is yours. Others may use the rest. Choose yours in the first cell: import os; os.environ['CUDA_VISIBLE_DEVICES'] = '0'"},
		{"the whole node, by its device files", gpu, "", "echo unset CUDA_VISIBLE_DEVICES", true, fault.NotConfined, "sees 2 GPUs, but only 1 is yours"},
		{"GPUs that nobody asked for", none, listed, "echo unset CUDA_VISIBLE_DEVICES", true, fault.NotConfined, "which are not yours: you asked for none"},
		{"fewer CPUs", protocol.KernelRequest{CPUs: 2}, "", "taskset -cp 0 $PPID >/dev/null", false, fault.FewerResources, "you asked for 2 CPUs, but the job on scs0151 may use only 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.code == fault.FewerResources && runtime.NumCPU() < 2 {
				t.Skip("this machine has one CPU")
			}
			removeSMI(t, site, "scs0151")
			if row.listing != "" {
				installSMI(t, site, "scs0151", row.listing)
			}
			writeProlog(t, site, "scs0151", row.prolog)
			if row.devices {
				addGPUDevices(t, site, "scs0151")
			}
			expectGiven(t, site, row.request, row.code, row.words)
		})
	}

	t.Run("no memory limit", func(t *testing.T) {
		removeSMI(t, site, "scs0151")
		writeProlog(t, site, "scs0151", "")
		site.MustExec(t, "scs0151", "root", "sed", "-i", "s/ConstrainRAMSpace=yes/ConstrainRAMSpace=no/", "/etc/slurm/cgroup.conf")
		must(t, site.StopService("scs0151", "slurmd"))
		must(t, site.StartService("scs0151", "slurmd"))
		expectGiven(t, site, protocol.KernelRequest{MemoryMiB: 1024}, fault.NotConfined, "nothing keeps the job on scs0151 to the 1 GB of memory that you asked for")
	})

	t.Run("nvidia-smi hangs", func(t *testing.T) {
		site.MustExec(t, "scs0151", "root", "sh", "-ec", `cat >/usr/local/bin/nvidia-smi <<'END'
#!/bin/sh
trap '' TERM
exec sleep 100000
END
chmod 755 /usr/local/bin/nvidia-smi`)
		expectGiven(t, site, gpu, fault.GPUDriver, "the GPUs of scs0151 do not respond")
	})
	nothingLeft(t, site)
}

// expectGiven starts a kernel on scs0151, runs a cell, waits for what is reported and stops the kernel. Code "": nothing
// is reported by the time that the GPUs' use is known.
func expectGiven(t *testing.T, site *testcluster.Site, request protocol.KernelRequest, code fault.Code, words string) {
	t.Helper()
	w := openWindow(t, site)
	request.SbatchOptions = []string{"--nodelist=scs0151"}
	ready := w.start(request)
	openKernel(t, ready).run("1")
	if code == "" {
		awaitGPUUse(t, w, ready.Session.ID)
	}
	s := w.await("with a notice", func(s protocol.Session) bool {
		return s.NoticeCode != "" || code == "" && s.State == protocol.StateReady
	})
	if s.State != protocol.StateReady || s.NoticeCode != string(code) || !strings.Contains(s.Notice, words) {
		t.Errorf("notice %s %q", s.NoticeCode, s.Notice)
	}
	w.stopAll()
	eventually(t, waitLimit, func() bool { return len(jobsOf(t, site, "alice")) == 0 }, func() string { return "the job does not end" })
}

// writeProlog writes the task prolog of a node: what it prints changes the environment of a job.
func writeProlog(t *testing.T, site *testcluster.Site, node, lines string) {
	t.Helper()
	site.MustExec(t, node, "root", "sh", "-ec", "cat >/usr/local/bin/task-prolog <<'END'\n#!/bin/sh\n"+lines+"\nEND\nchmod 755 /usr/local/bin/task-prolog")
}

func removeSMI(t *testing.T, site *testcluster.Site, node string) {
	t.Helper()
	site.MustExec(t, node, "root", "rm", "-f", "/usr/local/bin/nvidia-smi")
}

// addGPUDevices makes the device files of two GPUs on a node, for the test: /dev is the machine's own, so the node gets
// a layer above it.
func addGPUDevices(t *testing.T, site *testcluster.Site, node string) {
	t.Helper()
	site.MustExec(t, node, "root", "sh", "-ec", `mkdir -p /run/gpus
mount -t tmpfs tmpfs /run/gpus
mkdir /run/gpus/upper /run/gpus/work /run/gpus/dev
mount --rbind /dev /run/gpus/dev
mount -t overlay overlay -o lowerdir=/dev,upperdir=/run/gpus/upper,workdir=/run/gpus/work /dev
for below in pts shm; do mount --rbind /run/gpus/dev/$below /dev/$below; done
for name in 0 1 ctl; do : >/dev/nvidia$name; done`)
	t.Cleanup(func() { site.MustExec(t, node, "root", "sh", "-ec", "umount -l /dev; umount -l /run/gpus") })
}
