//go:build unix

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// closedNodes is a site whose nodes accept no logins of users.
var closedNodes = testcluster.Options{NodeSSHD: "DenyUsers *", CountCalls: true}

// nodeLogins counts the logins that the nodes' sshd has seen.
func nodeLogins(t *testing.T, site *testcluster.Site) (n int) {
	t.Helper()
	onEachNode(t, site, func(node string) error {
		log, err := site.Log(node, "sshd")
		n += strings.Count(log, "not allowed because")
		return err
	})
	return n
}

// removeSSHD removes OpenSSH's server from a node.
func removeSSHD(site *testcluster.Site, node string) error {
	_, err := site.Exec(context.Background(), node, "root", "mv", "/usr/sbin/sshd", "/usr/sbin/sshd.away")
	return errors.Join(site.StopService(node, "sshd"), err)
}

// restoreSSHD undoes removeSSHD.
func restoreSSHD(site *testcluster.Site, node string) error {
	_, err := site.Exec(context.Background(), node, "root", "mv", "/usr/sbin/sshd.away", "/usr/sbin/sshd")
	return errors.Join(err, site.StartService(node, "sshd"))
}

// ownSteps returns the processes on the login node that carry a route into a job.
func ownSteps(t *testing.T, site *testcluster.Site) (steps []testcluster.Process) {
	t.Helper()
	processes, err := site.Processes("login", "alice")
	must(t, err)
	for _, p := range processes {
		if strings.HasSuffix(p.Args[0], "srun") {
			steps = append(steps, p)
		}
	}
	return steps
}

// killSteps kills them with -9: the node is not notified.
func killSteps(t *testing.T, site *testcluster.Site) {
	t.Helper()
	killed := 0
	for _, p := range ownSteps(t, site) {
		process, err := os.FindProcess(p.PID)
		must(t, err)
		if err := process.Kill(); !errors.Is(err, os.ErrProcessDone) { // the last of them may end with the others
			must(t, err)
		}
		killed++
	}
	if killed == 0 {
		t.Fatal("no srun runs on the login node")
	}
}

// commandsOf returns the first words of calls.
func commandsOf(calls []string) (commands []string) {
	for _, c := range calls {
		command, _, _ := strings.Cut(c, " ")
		commands = append(commands, command)
	}
	return commands
}

// TestNodesClosedToUsers: the route is a step of the job, everything works as over the
// other, and the route is remembered for the site.
func TestNodesClosedToUsers(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, closedNodes)
	dir := t.TempDir()
	w := openWindow(t, site, stateDirSetting(dir))
	ready := w.start(protocol.KernelRequest{})
	s := openSurvivor(t, ready)
	if out := s.run("import os, socket\nprint(socket.gethostname(), os.environ['SLURM_JOB_ID'])"); out != ready.Session.Node+" "+ready.Session.JobID {
		t.Errorf("the kernel printed %q", out)
	}
	if nodeLogins(t, site) != 1 {
		t.Errorf("%d logins were tried on the nodes", nodeLogins(t, site))
	}

	must(t, site.ResetCalls())
	killSteps(t, site)
	lost := time.Now()
	w.awaitState(protocol.StateDisconnected)
	w.await("back", inState(protocol.StateReady))
	measure(t, "back after srun was killed", "%s", seconds(time.Since(lost)))
	s.checkSurvived()
	if got := commandsOf(slurmCalls(t, site)); !slices.Equal(got, []string{"srun"}) {
		t.Errorf("to come back it asked Slurm %q", got)
	}

	other := openWindow(t, site)
	after := other.takeOver(protocol.KernelTakeOverParams{JobID: ready.Session.JobID, Cluster: "alice@login"})
	w.awaitTakenOver(ready.Session.ID)
	if out := s.reconnectAt(after).run("print(os.getpid(), x)"); out != s.pid+" 42" {
		t.Errorf("taken over, the kernel printed %q", out)
	}
	var log protocol.KernelLogResult
	must(t, other.call(protocol.MethodKernelLog, protocol.KernelLogParams{SessionID: ready.Session.ID}, &log))
	if !strings.Contains(log.Text, "Jupyter") {
		t.Errorf("the log is %q", log.Text)
	}
	other.stopAll()

	before := nodeLogins(t, site)
	again := openWindow(t, site, stateDirSetting(dir))
	checkAnswers(t, again.start(protocol.KernelRequest{}))
	if nodeLogins(t, site) != before {
		t.Error("the second start tried to log in to the node")
	}
	again.stopAll()

	pinned := openWindow(t, site, stateDirSetting(dir), envSetting("SUNPYTER_ROUTE", "ssh"))
	must(t, site.ResetCalls())
	wantProblem{fault.NoRoute, "by ssh to the node: the host accepted none of the keys", "srun works from the login node"}.check(t, pinned.failStart("alice@login", protocol.KernelRequest{}))
	if slices.Contains(commandsOf(slurmCalls(t, site)), "srun") {
		t.Error("a step was tried although the other way is the only one")
	}
	nothingLeft(t, site)
}

// TestRoutesIntoTheJob: sites on which ssh to the node does not work, each for another reason.
func TestRoutesIntoTheJob(t *testing.T) {
	t.Parallel()
	requireFaults(t, "a site for each")
	rows := []struct {
		name    string
		options testcluster.Options
		shut    func(*testing.T, *testcluster.Site)
	}{
		{name: "no sshd runs on the nodes", shut: func(t *testing.T, site *testcluster.Site) {
			onEachNode(t, site, func(node string) error { return site.StopService(node, "sshd") })
		}},
		{name: "the nodes forward to no sockets", options: testcluster.Options{NodeSSHD: "AllowStreamLocalForwarding no"}},
		{name: "the login node forwards nothing", options: testcluster.Options{LoginSSHD: "AllowTcpForwarding no\nAllowStreamLocalForwarding no"}},
		{name: "each job has a tmp of its own", options: testcluster.Options{PrivateTmp: true}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			site := testcluster.Start(t, row.options)
			if row.shut != nil {
				row.shut(t, site)
			}
			w := openWindow(t, site)
			s := openSurvivor(t, w.start(protocol.KernelRequest{}))
			if len(ownSteps(t, site)) == 0 {
				t.Error("the way in is no step")
			}
			killSteps(t, site)
			w.awaitState(protocol.StateDisconnected)
			w.await("back", inState(protocol.StateReady))
			s.checkSurvived()
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}

// TestWrongJobOnTheNode: two jobs of a user on one node, each with a /tmp of its own.
// The node's sshd puts us into the older one, so the younger is entered by a step.
func TestWrongJobOnTheNode(t *testing.T) {
	t.Parallel()
	requireFaults(t, "a site of its own")
	site, w := startWindow(t, testcluster.Options{PAM: "adopt", PrivateTmp: true, Nodes: []string{"scs0151"}})
	older := openSurvivor(t, w.start(protocol.KernelRequest{}))
	if len(ownSteps(t, site)) != 0 {
		t.Error("the first job was entered by a step")
	}
	younger := openSurvivor(t, w.start(protocol.KernelRequest{}))
	if len(ownSteps(t, site)) == 0 {
		t.Error("the second job was not entered by a step")
	}
	older.checkSurvived()
	must(t, w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: older.ready.Session.ID, WaitUntilFree: true}, &protocol.KernelStopResult{}))
	younger.checkSurvived()
	third := openSurvivor(t, w.start(protocol.KernelRequest{}))
	third.checkSurvived()
	w.stopAll()
	nothingLeft(t, site)
}

// TestStepReplacedByANewOne: a step whose srun was killed ends by itself,
// and its job continues.
func TestStepReplacedByANewOne(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the step waits for two minutes")
	site, w := startWindow(t, closedNodes)
	s := openSurvivor(t, w.start(protocol.KernelRequest{}))
	killSteps(t, site)
	w.await("back", inState(protocol.StateReady))
	s.checkSurvived()
	begun := time.Now()
	eventually(t, 3*waitLimit, func() bool { return sshdCount(t, site, s.ready.Session.Node) == 1 }, func() string {
		return fmt.Sprintf("%d servers of ours on the node", sshdCount(t, site, s.ready.Session.Node))
	})
	measure(t, "the step gone after", "%s", seconds(time.Since(begun)))
	s.checkSurvived()
	w.stopAll()
	nothingLeft(t, site)
}

// sshdCount counts the SSH servers of ours that wait in jobs on a node.
func sshdCount(t *testing.T, site *testcluster.Site, node string) (n int) {
	t.Helper()
	processes, err := site.Processes(node, "alice")
	must(t, err)
	for _, p := range processes {
		if strings.Contains(p.Command(), `"$sshd" -i "${options[@]}"`) { // the shell that waits for it
			n++
		}
	}
	return n
}

// TestStepSurvivesALongCut: the link is lost and re-established, again by a step.
func TestStepSurvivesALongCut(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the link is cut for a minute")
	site := testcluster.Start(t, closedNodes)
	p := run(t, site)
	k := openSurvivor(t, p.ready().result())
	must(t, site.Cut())
	eventually(t, 2*waitLimit, func() bool { return slices.Equal(p.states(), cameBack[:2]) }, func() string { return fmt.Sprint(p.states()) })
	must(t, site.Uncut())
	p.awaitReconnected(k)
	p.interrupt()
	nothingLeft(t, site)
}

// TestStepWithoutSlurmd: no step can be started on the node for a while. The kernel keeps
// running, failed attempts leave nothing on the login node, and the link is finally re-established.
func TestStepWithoutSlurmd(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the node's slurmd is away for a while")
	site, w := startWindow(t, closedNodes)
	s := openSurvivor(t, w.start(protocol.KernelRequest{}))
	node := s.ready.Session.Node
	must(t, site.StopService(node, "slurmd"))
	killSteps(t, site)
	w.awaitState(protocol.StateDisconnected)
	most := 0
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(time.Second) { // in 15 s Slurm declares the node down
		most = max(most, len(ownSteps(t, site)))
	}
	measure(t, "srun processes at once", "%d", most)
	if most > 4 { // a pair for a try, and one that has not ended yet
		t.Errorf("%d processes of srun on the login node", most)
	}
	must(t, site.StartService(node, "slurmd"))
	w.await("back", inState(protocol.StateReady))
	s.checkSurvived()
	if n := nodeLogins(t, site); n != 1 {
		t.Errorf("%d logins were tried on the node, where the first was refused", n)
	}
	w.stopAll()
	nothingLeft(t, site)
}

// TestNodeCrashUnderAStep: srun would wait for the dead node; it ends with its kernel.
func TestNodeCrashUnderAStep(t *testing.T) {
	t.Parallel()
	requireFaults(t, "Slurm and ssh take a minute to give the node up")
	site, w := startWindow(t, closedNodes)
	s := w.start(protocol.KernelRequest{}).Session
	must(t, site.Crash(s.Node))
	wantProblem{fault.JobNodeFailed, "the compute node failed", "Start a new kernel"}.check(t, w.awaitEnd(s.ID))
	ended := time.Now()
	eventually(t, waitLimit, func() bool { return len(ownSteps(t, site)) == 0 }, func() string { return "srun still runs on the login node" })
	measure(t, "srun gone after", "%s", seconds(time.Since(ended)))
	must(t, site.Boot(s.Node))
	nothingLeft(t, site)
}

// TestStepWithNodePort: the same, but faster, by a port of the node, if that is allowed
// and reachable. It closes with the step.
func TestStepWithNodePort(t *testing.T) {
	t.Parallel()
	requireFaults(t, "two sites, and 64 MB")
	for _, row := range []struct {
		name, login, listening string
	}{
		{"not allowed", "", ""}, {"allowed", "", "true"}, {"out of reach", "AllowTcpForwarding no", "true"},
	} {
		t.Run(row.name, func(t *testing.T) {
			site, w := startWindow(t, testcluster.Options{NodeSSHD: "DenyUsers *", LoginSSHD: row.login}, envSetting("SUNPYTER_NODE_PORT", row.listening))
			s := openSurvivor(t, w.start(protocol.KernelRequest{}))
			s.run("open('big', 'wb').write(b'x' * (64 << 20))")
			begun := time.Now()
			if n := fileSize(t, s.ready, "big"); n != 64<<20 {
				t.Errorf("%d bytes came", n)
			}
			measure(t, "64 MB", "%.0f MB/s", 64/time.Since(begun).Seconds())
			s.run("import os; os.remove('big')")
			if got := stepListens(t, site, s.ready.Session.Node); got != (row.listening == "true") {
				t.Errorf("a server of ours listens on the node: %v", got)
			}
			killSteps(t, site)
			w.awaitState(protocol.StateDisconnected)
			w.await("back", inState(protocol.StateReady))
			s.checkSurvived()
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}

// fileSize returns the size of a file that Jupyter serves.
func fileSize(t *testing.T, ready protocol.KernelStartResult, file string) int64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, ready.URL+"files/"+file, nil)
	must(t, err)
	req.Header.Set("Authorization", "token "+ready.Token)
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	n, err := io.Copy(io.Discard, res.Body)
	must(t, err)
	return n
}

// stepListens reports whether a server of ours listens on a port of the node.
func stepListens(t *testing.T, site *testcluster.Site, node string) bool {
	t.Helper()
	processes, err := site.Processes(node, "alice")
	must(t, err)
	return slices.ContainsFunc(processes, func(p testcluster.Process) bool {
		return strings.Contains(p.Command(), "sshd") && strings.Contains(p.Command(), "[listener]")
	})
}
