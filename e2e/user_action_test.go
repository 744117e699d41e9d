//go:build unix

package e2e

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

const (
	authorizedKeys = "/home/alice/.ssh/authorized_keys"
	keysAside      = authorizedKeys + ".aside"
)

// refuseKey removes alice's key from the site, so that no automatic login succeeds,
// and ends her connection.
func refuseKey(t *testing.T, site *testcluster.Site) {
	t.Helper()
	site.MustExec(t, "login", "alice", "mv", authorizedKeys, keysAside)
	site.MustExec(t, "login", "root", "pkill", "-KILL", "-u", "alice", "sshd")
}

func acceptKey(t *testing.T, site *testcluster.Site) {
	t.Helper()
	site.MustExec(t, "login", "alice", "mv", keysAside, authorizedKeys)
}

// recordPrompts collects what the window is asked, and answers no.
func (w *window) recordPrompts() func() []protocol.PromptConfirmParams {
	var mu sync.Mutex
	var asked []protocol.PromptConfirmParams
	w.mu.Lock()
	defer w.mu.Unlock()
	w.prompt = func(_ string, raw json.RawMessage) any {
		var q protocol.PromptConfirmParams
		_ = json.Unmarshal(raw, &q)
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, q)
		return protocol.PromptConfirmResult{}
	}
	return func() []protocol.PromptConfirmParams {
		mu.Lock()
		defer mu.Unlock()
		return append([]protocol.PromptConfirmParams(nil), asked...)
	}
}

// TestDisconnectedUntilTheUserActs: the link is lost and the host refuses a login that
// worked before. It is tried once and prompted once; the kernel keeps running until the
// user reconnects.
func TestDisconnectedUntilTheUserActs(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	asked := w.recordPrompts()
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	refuseKey(t, site)
	s := w.await("disconnected, with the cause", func(s protocol.Session) bool {
		return s.State == protocol.StateDisconnected && strings.Contains(s.Notice, "sign in to")
	})
	t.Logf("notice: %s", s.Notice)
	time.Sleep(4 * time.Second) // time in which it must not be tried again
	if q := asked(); len(q) != 1 || q[0].Purpose != protocol.PurposeReconnect || q[0].Message != "Reconnect to login?" {
		t.Errorf("asked %+v", q)
	}
	log, err := site.Log("login", "sshd")
	must(t, err)
	if n := strings.Count(log, "Connection closed by authenticating user alice") + strings.Count(log, "Connection reset by authenticating user alice"); n != 1 {
		t.Errorf("%d refused logins, want 1", n)
	}
	var back protocol.KernelReconnectResult
	err = w.call(protocol.MethodKernelReconnect, protocol.KernelReconnectParams{SessionID: s.ID}, &back)
	if problem := problemOf(t, err); problem.Code != "ssh.auth-refused" {
		t.Errorf("connected again too early: %+v", problem)
	}
	acceptKey(t, site)
	must(t, w.call(protocol.MethodKernelReconnect, protocol.KernelReconnectParams{SessionID: s.ID}, &back))
	if back.Session.State != protocol.StateReady || back.Session.URL != k.ready.URL {
		t.Errorf("after it was connected again: %+v", back.Session)
	}
	k.checkSurvived()
	measure(t, "asked", "once, one refused login")
	w.close()
	nothingLeft(t, site)
}

// TestDisconnectedUntilItEnds: the user does nothing, and the session ends with its job.
func TestDisconnectedUntilItEnds(t *testing.T) {
	t.Parallel()
	requireFaults(t, "it waits for the end of the job")
	site, w := startWindow(t, testcluster.Options{})
	ready := w.start(protocol.KernelRequest{GraceSeconds: int(shortGrace.Seconds())})
	refuseKey(t, site)
	if cause := w.awaitEnd(ready.Session.ID); cause.Code != "ended.no-sign-of-owner" {
		t.Errorf("cause %+v", cause)
	}
	if jobs := activeJobs(t, site); len(jobs) != 0 {
		t.Errorf("reported as ended, but there are %v", jobs)
	}
	acceptKey(t, site)
	w.close()
	nothingLeftExcept(t, site, "/home/alice/.sunpyter/ended")
}
