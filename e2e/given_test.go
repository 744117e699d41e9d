//go:build unix

package e2e

import (
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
				var use protocol.Use
				eventually(t, waitLimit, func() bool {
					use = lookAtUse(t, w, ready.Session.ID)
					return len(use.GPUs) > 0
				}, func() string { return "the use of the GPU is not known" })
				if want := (protocol.GPUUse{Percent: 35, MemoryMiB: 1234, TotalMiB: 81920}); len(use.GPUs) != 1 || use.GPUs[0] != want {
					t.Errorf("GPUs: %+v", use.GPUs)
				}
			}
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}
