//go:build unix

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// noHang bounds every answer of the local port while the link is silent: a request
// waits 5 s before it asks for a sign of life, and 5 s for one.
const noHang = 15 * time.Second

// states returns the states of the program's session since it was
// first ready, without repetitions.
func (p *program) states() []protocol.SessionState {
	p.mu.Lock()
	defer p.mu.Unlock()
	var states []protocol.SessionState
	for _, e := range p.events {
		if e.Event == "session" && (len(states) > 0 || e.Session.State == protocol.StateReady) {
			states = append(states, e.Session.State)
		}
	}
	return slices.Compact(states)
}

// result returns the ready event as kernel/start's answer.
func (e event) result() protocol.KernelStartResult {
	return protocol.KernelStartResult{Session: e.Session, URL: e.URL, Token: e.Token}
}

var cameBack = []protocol.SessionState{protocol.StateReady, protocol.StateDisconnected, protocol.StateReady}

// TestShortCut: a link that is back before it counts as lost.
func TestShortCut(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t)
	k := openSurvivor(t, p.ready().result())
	must(t, site.Cut())
	asked := make(chan error, 1)
	go func() {
		status, took := probeURL(t, k.ready)
		if took > pace.Limit(noHang) || (status != http.StatusServiceUnavailable && status != http.StatusOK) {
			asked <- fmt.Errorf("asked while the link was cut: %d after %v", status, took)
		}
		close(asked)
	}()
	time.Sleep(10 * time.Second) // the cut is what is tested
	must(t, site.Uncut())
	must(t, <-asked)
	awaitAnswer(t, k.ready)
	if out := k.run("print(x)"); out != "42" { // over the same websocket
		t.Errorf("after the cut the kernel printed %q", out)
	}
	if got := p.states(); len(got) != 1 {
		t.Errorf("the session was %v", got)
	}
	measure(t, "pid and variables", "kept, also the websocket")
	p.interrupt()
	nothingLeft(t, site)
}

// TestLongCut: a link that is lost, and re-established.
func TestLongCut(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the link is cut for a minute")
	site, p := startProgram(t)
	k := openSurvivor(t, p.ready().result())
	must(t, site.Cut())
	begun := time.Now()
	for time.Since(begun) < time.Minute {
		given := slices.Contains(p.states(), protocol.StateDisconnected)
		status, took := probeURL(t, k.ready)
		if status != http.StatusServiceUnavailable || took > pace.Limit(noHang) {
			t.Errorf("while the link is cut: %d after %v", status, took)
		}
		if given && took > pace.Limit(3*time.Second) { // 5 s if it is not lost
			t.Errorf("after the link was given up: %d only after %v", status, took)
		}
		time.Sleep(200 * time.Millisecond) // a client that retries
	}
	if got := p.states(); !slices.Equal(got, cameBack[:2]) {
		t.Errorf("after a minute the session was %v", got)
	}
	must(t, site.Uncut())
	p.awaitReconnected(k)
	p.interrupt()
	nothingLeft(t, site)
}

// TestLoginSessionKilled: an admin, or a login node short of memory, ends the
// user's sshd. The session comes back by itself.
func TestLoginSessionKilled(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t)
	k := openSurvivor(t, p.ready().result())
	site.MustExec(t, "login", "root", "pkill", "-KILL", "-u", "alice", "sshd")
	killed := time.Now()
	p.awaitReconnected(k)
	if took := time.Since(killed); took > pace.Limit(30*time.Second) {
		t.Errorf("back after %v", took)
	}
	p.interrupt()
	nothingLeft(t, site)
}

// TestNodeUnreachableForAWhile: the node's sshd is gone for longer than one try to
// enter the job lasts, and there is no other route. The kernel lives, so it is gone back to.
func TestNodeUnreachableForAWhile(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the node's sshd is away for 45 s")
	site := testcluster.Start(t, testcluster.Options{})
	p := runWith(t, site, []string{"SUNPYTER_ROUTE=ssh"})
	k := openSurvivor(t, p.ready().result())
	must(t, site.StopService(k.ready.Session.Node, "sshd"))
	_, _ = site.Exec(t.Context(), k.ready.Session.Node, "root", "pkill", "-KILL", "-u", "alice", "sshd") // those of its sessions that are left
	time.Sleep(45 * time.Second)                                                                         // the absence is what is tested
	if got := p.states(); !slices.Equal(got, cameBack[:2]) {
		t.Errorf("meanwhile the session was %v", got)
	}
	must(t, site.StartService(k.ready.Session.Node, "sshd"))
	p.awaitReconnected(k)
	p.interrupt()
	nothingLeft(t, site)
}

// TestNodeUnreachableForGood: the same, but there is another route.
func TestNodeUnreachableForGood(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the node's sshd is waited for")
	site, p := startProgram(t)
	k := openSurvivor(t, p.ready().result())
	must(t, site.StopService(k.ready.Session.Node, "sshd"))
	_, _ = site.Exec(t.Context(), k.ready.Session.Node, "root", "pkill", "-KILL", "-u", "alice", "sshd")
	p.awaitReconnected(k)
	p.interrupt()
	nothingLeft(t, site)
}

// awaitReconnected waits until the session is back after a loss of the link, and checks that
// it is the same kernel at the same address.
func (p *program) awaitReconnected(k *survivor) {
	p.t.Helper()
	begun := time.Now()
	eventually(p.t, waitLimit, func() bool { return slices.Equal(p.states(), cameBack) }, func() string {
		return "the session did not come back\n" + p.stderr.String()
	})
	measure(p.t, "back after", "%s", seconds(time.Since(begun)))
	if status, _ := probeURL(p.t, k.ready); status != http.StatusOK { // the same port and token
		p.t.Errorf("status %d", status)
	}
	k.checkSurvived()
}
