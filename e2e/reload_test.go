//go:build unix

package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestReloadedWindowKeepsItsKernel: the new window opens before the old one's
// stdin ends, as an editor's reload goes. Same address, same kernel, and another token:
// whatever had the port in between may have been sent the first one. Its terminals are as they
// were, with what runs in them.
func TestReloadedWindowKeepsItsKernel(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	old := openWindow(t, site, reloadGraceSetting(30), stateDirSetting(dir))
	before := old.start(protocol.KernelRequest{})
	terminal := old.openShell(before.Session.ID, protocol.ShellOpenParams{Terminal: true})
	terminal.send("kept=var; while :; do echo run''ning; sleep 0.05; done\n") // its output must not end it with the client
	terminal.shows("running")

	next := openWindow(t, site, reloadGraceSetting(30), stateDirSetting(dir))
	var list protocol.KernelListResult
	if err := next.call(protocol.MethodKernelList, protocol.KernelListParams{}, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Sessions) != 1 || list.Sessions[0].ID != before.Session.ID || list.Sessions[0].Owned {
		t.Fatalf("the new window sees %+v", list.Sessions)
	}
	go func() { _ = old.rpc.Close() }()
	var after protocol.KernelStartResult
	if err := next.call(protocol.MethodKernelTakeOver, protocol.KernelTakeOverParams{SessionID: before.Session.ID}, &after); err != nil {
		t.Fatal(err)
	}
	if after.URL != before.URL || after.Token == before.Token || after.Session.JobID != before.Session.JobID || after.Session.Generation != 2 {
		t.Errorf("after the reload: %+v\nbefore: %+v", after, before)
	}
	checkRefusesToken(t, after.URL, before.Token)
	checkAnswers(t, after)
	checkRefusesToken(t, after.URL, before.Token)
	old.waitServed(20 * time.Second) // it gives up at once, without waiting for its grace
	checkAnswers(t, after)
	returned := next.openShell(before.Session.ID, protocol.ShellOpenParams{Terminal: true, Key: terminal.key})
	returned.shows("kept=var")
	returned.send("\x03echo ${kept}iable\n")
	returned.shows("\rvariable\r\n")
	next.call(protocol.MethodKernelStop, protocol.KernelStopParams{All: true}, &protocol.KernelStopResult{})
	next.close()
	nothingLeft(t, site)
}

// TestClosedWindowIsReleasedAfterItsReloadGrace: no window takes over.
func TestClosedWindowIsReleasedAfterItsReloadGrace(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t, reloadGraceSetting(3))
	ready := w.start(protocol.KernelRequest{})
	begun := time.Now()
	_ = w.rpc.Close()
	w.waitServed(waitLimit)
	if took := time.Since(begun); took < 2*time.Second {
		t.Errorf("released after %v, before the grace of 3 s was over", took)
	}
	if jobs, _ := site.Jobs("alice"); len(jobs) > 0 && jobs[0].State == "RUNNING" {
		t.Errorf("job %s still runs", ready.Session.JobID)
	}
	nothingLeft(t, site)
}

// TestTakenOverWhilePending: a window reloads while its job waits in the queue.
func TestTakenOverWhilePending(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	fillNodes(t, site)
	dir := t.TempDir()
	old := openWindow(t, site, reloadGraceSetting(30), stateDirSetting(dir))
	old.begin(protocol.KernelRequest{})
	pending := old.await("pending", func(s protocol.Session) bool {
		return s.State == protocol.StatePending && s.JobID != "" && s.Pending != nil
	})
	_ = old.rpc.Close()
	next := openWindow(t, site, stateDirSetting(dir))
	site.MustExec(t, "ctl", "root", "scancel", "-u", "bob")
	var after protocol.KernelStartResult
	if err := next.call(protocol.MethodKernelTakeOver, protocol.KernelTakeOverParams{SessionID: pending.ID}, &after); err != nil {
		t.Fatal(err)
	}
	if after.Session.JobID != pending.JobID {
		t.Errorf("adopted job %s, want %s", after.Session.JobID, pending.JobID)
	}
	checkAnswers(t, after)
	next.close()
	nothingLeft(t, site)
}

// TestStoppedFromAnotherWindow: the owner is notified, and does not cancel again.
func TestStoppedFromAnotherWindow(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	owner := openWindow(t, site, stateDirSetting(dir))
	ready := owner.start(protocol.KernelRequest{})
	other := openWindow(t, site, stateDirSetting(dir))
	var stopped protocol.KernelStopResult
	if err := other.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: ready.Session.ID, WaitUntilFree: true}, &stopped); err != nil {
		t.Fatal(err)
	}
	if len(stopped.Released) != 1 || stopped.Released[0].Outcome != protocol.ReleaseNodeFree {
		t.Errorf("released %+v", stopped.Released)
	}
	s := owner.await("ended", inState(protocol.StateEnded))
	if s.Cause == nil || s.Cause.Code != "ended.stopped-elsewhere" {
		t.Errorf("the owner's cause: %+v", s.Cause)
	}
	owner.close()
	other.close()
	nothingLeft(t, site)
}

// TestUsedByItsPreviousOwner: a kernel that another window or computer has taken over can be stopped
// and used from the previous window as from any other.
func TestUsedByItsPreviousOwner(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	first, other, computer := openWindow(t, site, stateDirSetting(dir)), openWindow(t, site, stateDirSetting(dir)), openWindow(t, site)
	for _, row := range []struct {
		next *window
		stop protocol.KernelStopParams
		end  string
	}{
		{other, protocol.KernelStopParams{}, "ended.stopped-elsewhere"},
		{computer, protocol.KernelStopParams{Cluster: "alice@login"}, "ended.cancelled"},
		{computer, protocol.KernelStopParams{Cluster: "alice@login", All: true}, "ended.cancelled"},
	} {
		id := first.start(protocol.KernelRequest{}).Session.ID
		row.next.takeOver(protocol.KernelTakeOverParams{SessionID: id, Cluster: "alice@login"})
		first.awaitTakenOver(id)
		if row.next == other {
			must(t, first.call(protocol.MethodKernelUse, protocol.KernelUseParams{SessionID: id}, &protocol.KernelUseResult{}))
			must(t, first.call(protocol.MethodKernelLog, protocol.KernelLogParams{SessionID: id}, &protocol.KernelLogResult{}))
			first.openShell(id, protocol.ShellOpenParams{Command: []string{"true"}})
			err := first.call(protocol.MethodKernelLink, protocol.KernelLinkParams{SessionID: id}, &protocol.KernelLinkResult{})
			if problem := problemOf(t, err); problem.Code != "session.unknown" {
				t.Errorf("a link that leads nowhere: %+v", problem)
			}
		}
		if !row.stop.All {
			row.stop.SessionID = id
		}
		var stopped protocol.KernelStopResult
		must(t, first.call(protocol.MethodKernelStop, row.stop, &stopped))
		if len(stopped.Released) != 1 || stopped.Released[0].Outcome != protocol.ReleaseDone {
			t.Errorf("%+v: released %+v", row.stop, stopped.Released)
		}
		if cause := row.next.awaitEnd(id); cause.Code != row.end {
			t.Errorf("%+v: the owner's cause: %+v", row.stop, cause)
		}
	}
	first.close()
	other.close()
	computer.close()
	nothingLeft(t, site)
}

// checkRefusesToken checks that a token is not accepted at an address.
func checkRefusesToken(t *testing.T, url, token string) {
	t.Helper()
	if status, answer := probeURL(t, protocol.KernelStartResult{URL: url, Token: token}); status != http.StatusForbidden && status != http.StatusServiceUnavailable {
		t.Errorf("with another token: %d %s", status, answer)
	}
}

// checkAnswers checks that Jupyter answers at the session's address.
func checkAnswers(t *testing.T, ready protocol.KernelStartResult) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, ready.URL+"api/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "token "+ready.Token)
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		t.Errorf("/api/status: %s", res.Status)
	}
}
