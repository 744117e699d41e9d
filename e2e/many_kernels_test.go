//go:build unix

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestManyKernelsOnOneConnection: two kernels started at once in each of two windows. A
// window has one SSH connection, and each kernel ends alone.
func TestManyKernelsOnOneConnection(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	windows := []*window{openWindow(t, site, stateDirSetting(dir)), openWindow(t, site, stateDirSetting(dir))}
	var answered [][]<-chan started
	for _, w := range windows {
		_, first := w.begin(protocol.KernelRequest{})
		_, second := w.begin(protocol.KernelRequest{})
		answered = append(answered, []<-chan started{first, second})
	}
	kernels := make([][]protocol.KernelStartResult, len(windows))
	for i := range answered {
		for _, answer := range answered[i] {
			s := <-answer
			must(t, s.err)
			kernels[i] = append(kernels[i], s.KernelStartResult)
		}
	}
	if got := connections(t, site); got != len(windows) {
		t.Errorf("%d SSH connections to the login node for %d windows", got, len(windows))
	}
	jobs := map[string]bool{}
	for i := range kernels {
		for _, k := range kernels[i] {
			jobs[k.Session.JobID] = true
			checkAnswers(t, k)
		}
	}
	if len(jobs) != 4 {
		t.Errorf("jobs %v", jobs)
	}

	stopped := kernels[0][0].Session
	must(t, windows[0].call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: stopped.ID}, &protocol.KernelStopResult{}))
	for _, k := range []protocol.KernelStartResult{kernels[0][1], kernels[1][0], kernels[1][1]} {
		checkAnswers(t, k)
	}
	windows[0].close()
	for _, k := range kernels[1] {
		checkAnswers(t, k)
	}
	eventually(t, waitLimit, func() bool { return connections(t, site) == 1 }, func() string { // its sshd may take a moment to end
		return fmt.Sprintf("%d SSH connections to the login node for the window that is left", connections(t, site))
	})
	windows[1].close()
	nothingLeft(t, site)
}

// connections counts alice's SSH connections to the login node.
func connections(t *testing.T, site *testcluster.Site) (n int) {
	t.Helper()
	processes, err := site.Processes("login", "alice")
	must(t, err)
	for _, p := range processes {
		if strings.HasPrefix(p.Command(), "sshd: alice") {
			n++
		}
	}
	return n
}
