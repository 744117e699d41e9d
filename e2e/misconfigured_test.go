//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestMistakesInTheConfigurationStopEveryCommand: the configuration names another user than
// ssh's, and has a mistake. No command ignores the mistake and logs in as ssh's user,
// whose job it would list, take over or stop.
func TestMistakesInTheConfigurationStopEveryCommand(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	ready := openWindow(t, site).start(protocol.KernelRequest{})
	for name, text := range map[string]string{
		"user":    "[cluster.lab]\nhost = \"login\"\nuser = \"bo;b\"\n",
		"key":     "[cluster.lab]\nhost = \"login\"\nuzer = \"bob\"\n",
		"value":   "[cluster.lab]\nhost = \"login\"\ncpus = \"many\"\nuser = \"bob\"\n",
		"syntax":  "[cluster.lab]\nhost = \"login\"\nuser = bob\n",
		"another": "[cluster.lab]\nhost = \"login\"\n[cluster.other]\nuser = \"bo;b\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "config.toml")
			must(t, os.WriteFile(file, []byte(text), 0o600))
			w := openWindow(t, site, envSetting("SUNPYTER_CONFIG", file))
			for method, params := range map[string]any{
				protocol.MethodKernelStart:      protocol.KernelStartParams{Cluster: "lab"},
				protocol.MethodKernelList:       protocol.KernelListParams{Cluster: "lab"},
				protocol.MethodKernelTakeOver:   protocol.KernelTakeOverParams{JobID: ready.Session.JobID, Cluster: "lab"},
				protocol.MethodClusterResources: protocol.ClusterResourcesParams{Cluster: "lab"},
				protocol.MethodKernelStop:       protocol.KernelStopParams{All: true, Cluster: "lab"},
			} {
				if problem := problemOf(t, w.call(method, params, nil)); problem.Code != string(fault.BadConfig) {
					t.Errorf("%s is answered with %+v", method, problem)
				}
			}
			stop := protocol.KernelStopParams{JobID: ready.Session.JobID, Cluster: "lab"}
			if problem := problemOf(t, w.call(protocol.MethodKernelStop, stop, nil)); problem.Code != string(fault.BadConfig) {
				t.Errorf("stopping one job is answered with %+v", problem)
			}
			var checked protocol.ClusterCheckResult
			must(t, w.call(protocol.MethodClusterCheck, protocol.ClusterCheckParams{Cluster: "lab"}, &checked))
			if checked.OK {
				t.Error("the check finds nothing wrong")
			}
		})
	}
	checkAnswers(t, ready)
}
