//go:build unix

package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
)

// slowNotice is what the user reads while a step of the set-up takes long.
var slowNotice = regexp.MustCompile(`^Preparing the kernel on scs015\d: set-up line sleep 600, for (9|1\d) s$`)

// TestSlowStart: the user reads which step runs and for how long, and after start_timeout
// the start fails with the step's name.
func TestSlowStart(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	w := openWindow(t, site, timingSetting(func(t *session.Timing) { t.Renew = session.DefaultTiming.Renew / 10 }),
		clusters(protocol.ClusterProfile{Name: "lab", Host: "login", User: "alice", StartTimeoutSeconds: 15}))
	request := protocol.KernelRequest{Environment: &protocol.Environment{Setup: []string{"sleep 600"}}}
	answer := w.beginAs(jsonrpc2.ID{Str: "slow", IsString: true}, "lab", request)
	s := w.await("with a notice of the slow step", func(s protocol.Session) bool { return s.Notice != "" })
	if !slowNotice.MatchString(s.Notice) {
		t.Errorf("the notice is %q", s.Notice)
	}
	problem := problemOf(t, (<-answer).err)
	wantProblem{fault.JupyterSilent, "no answer within 15 s; at the end of that time the job was at: set-up line sleep 600, for 1", "start_timeout"}.check(t, problem)
	nothingLeft(t, site)
}

// TestSlowStepGoesOn: a step that takes long and ends is no longer shown, and a start that
// start_timeout allows succeeds.
func TestSlowStepGoesOn(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	w := openWindow(t, site, timingSetting(func(t *session.Timing) {
		t.Renew, t.Jupyter = session.DefaultTiming.Renew/10, session.DefaultTiming.Renew
	}),
		clusters(protocol.ClusterProfile{Name: "lab", Host: "login", User: "alice", StartTimeoutSeconds: 600}))
	request := protocol.KernelRequest{Environment: &protocol.Environment{Setup: []string{"sleep 12"}}}
	answer := w.beginAs(jsonrpc2.ID{Str: "slow", IsString: true}, "lab", request)
	w.await("with a notice of the slow step", func(s protocol.Session) bool { return strings.Contains(s.Notice, "set-up line sleep 12, for ") })
	ready := <-answer
	must(t, ready.err)
	if strings.Contains(ready.Session.Notice, "set-up line") { // an old Jupyter has a notice of its own
		t.Errorf("the notice stays: %q", ready.Session.Notice)
	}
}
