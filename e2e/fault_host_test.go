//go:build unix

package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// Failures of hosts while a kernel runs.

// TestLoginNodeCrashes: its sshd restarts, and then the whole host, while a kernel runs.
func TestLoginNodeCrashes(t *testing.T) {
	t.Parallel()
	site, p := startProgram(t)
	k := openSurvivor(t, p.ready().result())
	t.Run("sshd restarted", func(t *testing.T) {
		must(t, site.StopService("login", "sshd"))
		must(t, site.StartService("login", "sshd"))
		k.forSubtest(t).checkSurvived()
		if got := p.states(); len(got) != 1 {
			t.Errorf("the session was %v", got)
		}
	})
	t.Run("rebooted", func(t *testing.T) {
		must(t, site.Crash("login"))
		time.Sleep(3 * time.Second) // it takes its time
		must(t, site.Boot("login"))
		up := time.Now()
		eventually(t, waitLimit, func() bool { return slices.Equal(p.states(), cameBack) }, func() string { return fmt.Sprintf("the session was %v", p.states()) })
		k.forSubtest(t).checkSurvived()
		measure(t, "answers again after the boot", "%s", seconds(time.Since(up)))
	})
	p.interrupt()
	nothingLeft(t, site)
}

// forSubtest returns the survivor for a subtest.
func (s *survivor) forSubtest(t *testing.T) *survivor {
	k := *s.kernel
	k.t = t
	return &survivor{&k, s.ready, s.pid}
}

// TestLoginNodeAddressChanges: its name suddenly resolves to another address.
func TestLoginNodeAddressChanges(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	config := filepath.Join(t.TempDir(), "ssh_config")
	must(t, os.WriteFile(config, []byte(hostBlock(t, site, "login", nil)), 0o600))
	w := openWindow(t, site, envSetting("SUNPYTER_SSH_CONFIG", config))
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	before := logins(t, site)
	old, _, err := net.SplitHostPort(site.LoginAddr())
	must(t, err)
	next := strings.TrimSuffix(old, ".2") + ".9"
	must(t, os.WriteFile(config, []byte(hostBlock(t, site, "login", map[string]string{"HostName": next})), 0o600)) // before the old one could be tried again
	site.MustExec(t, "login", "root", "pkill", "-KILL", "-u", "alice", "sshd")                                     // its move ends them
	moveLogin(t, site, old, next)
	moved := time.Now()
	w.await("back", func(s protocol.Session) bool { return s.State == protocol.StateReady && logins(t, site) > before })
	k.checkSurvived()
	measure(t, "answers again after", "%s", seconds(time.Since(moved)))
	w.stopAll()
	nothingLeft(t, site)
}

// moveLogin gives login another address at its end of the link to the laptop.
func moveLogin(t *testing.T, site *testcluster.Site, from, to string) {
	t.Helper()
	laptop := strings.TrimSuffix(from, ".2") + ".1"
	onLaptop := func(args ...string) string {
		out, err := site.LaptopCommand(t.Context(), "ip", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("ip %q: %v: %s", args, err, out)
		}
		return string(out)
	}
	_, device, _ := strings.Cut(onLaptop("-o", "route", "get", from), " dev ")
	onLaptop("route", "add", to, "dev", strings.Fields(device)[0])
	site.MustExec(t, "login", "root", "ip", "addr", "del", from, "peer", laptop, "dev", "laptop")
	site.MustExec(t, "login", "root", "ip", "addr", "add", to, "peer", laptop, "dev", "laptop")
}

// TestSlurmdRestarted: the daemon on the node, which jobs do not need.
func TestSlurmdRestarted(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	node := k.ready.Session.Node
	must(t, site.StopService(node, "slurmd"))
	k.checkSurvived()
	must(t, site.StartService(node, "slurmd"))
	k.checkSurvived()
	w.releaseAll()
	nothingLeft(t, site)
}

// TestNodeRebooted: the kernel is lost, and the cause is reported.
func TestNodeRebooted(t *testing.T) {
	requireFaults(t, "Slurm has its time to notice")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	s := w.start(protocol.KernelRequest{}).Session
	time.Sleep(12 * time.Second) // Slurm does not miss a younger job yet
	must(t, site.Crash(s.Node))
	must(t, site.Boot(s.Node))
	up := time.Now()
	wantProblem{fault.JobNodeFailed, "node", "Start a new kernel"}.check(t, w.awaitEnd(s.ID))
	measure(t, "reported after the boot", "%s", seconds(time.Since(up)))
	w.checkStillWorks()
}

// TestControllerDownUnderAKernel: neither jobs nor a kernel whose link is lost
// meanwhile need the controller.
func TestControllerDownUnderAKernel(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		down time.Duration
	}{{"30 s", 30 * time.Second}, {"5 min", 5 * time.Minute}} {
		t.Run(row.name, func(t *testing.T) {
			requireFaults(t, "the controller is down for "+row.name)
			t.Parallel()
			site, p := startProgram(t)
			k := openSurvivor(t, p.ready().result())
			must(t, site.StopService("ctl", "slurmctld"))
			down := time.Now()
			site.MustExec(t, "login", "root", "pkill", "-KILL", "-u", "alice", "sshd")
			eventually(t, waitLimit, func() bool { return slices.Equal(p.states(), cameBack) }, func() string { return fmt.Sprintf("the session was %v", p.states()) })
			measure(t, "a link lost meanwhile is back after", "%s", seconds(time.Since(down)))
			time.Sleep(time.Until(down.Add(row.down)))
			k.checkSurvived()
			must(t, site.StartService("ctl", "slurmctld"))
			awaitController(t, site)
			k.checkSurvived()
			p.interrupt()
			nothingLeft(t, site)
		})
	}
}

// TestControllerDownWhileStarting: Jupyter starts without it.
func TestControllerDownWhileStarting(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	_, answer := w.begin(sleepingSetup("5"))
	w.await("starting", inState(protocol.StateStarting))
	must(t, site.StopService("ctl", "slurmctld"))
	ready := <-answer
	must(t, ready.err)
	checkAnswers(t, ready.KernelStartResult)
	must(t, site.StartService("ctl", "slurmctld"))
	awaitController(t, site)
	w.stopAll()
	nothingLeft(t, site)
}
