//go:build unix

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
)

// beginFullCheck begins a check whose small job is held in the queue, and returns once it is there.
func (w *window) beginFullCheck(id jsonrpc2.ID) jsonrpc2.Waiter {
	w.t.Helper()
	call, err := w.rpc.DispatchCall(context.Background(), protocol.MethodClusterCheck, protocol.ClusterCheckParams{Cluster: "lab", Full: true}, jsonrpc2.PickID(id))
	must(w.t, err)
	eventually(w.t, waitLimit, func() bool {
		return len(remainingJobs(w.t, w.site)) == 1
	}, func() string { return "no job is in the queue" })
	return call
}

var held = brokenSetup{profile: withRequest(func(r *protocol.KernelRequest) { r.SbatchOptions = []string{"--hold"} })}

// TestFullCheckCancelled: its job ends before the response.
func TestFullCheckCancelled(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	w := held.window(t, site)
	id := jsonrpc2.ID{Str: "full", IsString: true}
	call := w.beginFullCheck(id)
	if err := w.call(protocol.MethodKernelList, protocol.KernelListParams{}, &protocol.KernelListResult{}); err != nil {
		t.Error(err)
	}
	must(t, w.rpc.Notify(context.Background(), protocol.MethodCancelRequest, protocol.CancelParams{ID: id.Str}))
	if problem := problemOf(t, call.Wait(t.Context(), nil)); problem.Code != string(fault.Cancelled) {
		t.Errorf("%+v", problem)
	}
	for _, job := range remainingJobs(t, site) {
		if job.State == "PENDING" || job.State == "RUNNING" {
			t.Errorf("answered, and still there: %+v", job)
		}
	}
	nothingLeft(t, site)
	w.check("lab", false)
}

// TestWindowClosedDuringAFullCheck: its job ends with the window, also if kernels would
// wait for a reload.
func TestWindowClosedDuringAFullCheck(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	x := held
	x.around = func(*testing.T) []setting { return []setting{reloadGraceSetting(60)} }
	w := x.window(t, site)
	w.beginFullCheck(jsonrpc2.ID{Str: "full", IsString: true})
	begun := time.Now()
	w.close()
	if took := time.Since(begun); took > pace.Limit(30*time.Second) {
		t.Errorf("it took %v", took)
	}
	nothingLeft(t, site)
}

// TestFullCheckOnABusyCluster: a long queue is not a failure; the job is cancelled.
func TestFullCheckOnABusyCluster(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	x := held
	limit := pace.Limit(6 * time.Second).Round(time.Second) // the reason is asked for meanwhile
	x.around = func(*testing.T) []setting {
		return []setting{timingSetting(func(t *session.Timing) { t.Jupyter, t.FirstPoll = limit, time.Second })}
	}
	result := x.window(t, site).check("lab", true)
	if s := findStep(t, result, "job"); s.Outcome != protocol.CheckWarning || !strings.Contains(s.Detail, "did not start within "+units.Duration(limit)+": ") || !strings.Contains(s.Detail, "on hold") || !result.OK {
		t.Errorf("%+v", s)
	}
	for name, want := range map[string]protocol.CheckOutcome{"jupyter": protocol.CheckSkipped, "route": protocol.CheckSkipped, "cell": protocol.CheckSkipped, "release": protocol.CheckOK} {
		if s := findStep(t, result, name); s.Outcome != want {
			t.Errorf("%+v", s)
		}
	}
	nothingLeft(t, site)
}

// TestCheckCommand: with a small job, a report in a file, and as JSON.
func TestCheckCommand(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	p := runAtTerminal(t, site)
	p.cmd.Env = append(p.cmd.Env, "SUNPYTER_SHARE_LOGIN=false")
	file := filepath.Join(t.TempDir(), "report.txt")
	p.runCommand("check", "alice@login", "--full", "--report", file).check(t, 0, "✓ Jupyter in the job", "✓ A cell: host scs015", "Everything works", "The report is in "+file)
	report, err := os.ReadFile(file)
	must(t, err)
	if text := string(report); !strings.HasPrefix(text, "Sunpyter check of login (USER@login)\n") || strings.Contains(text, "alice") || !strings.Contains(text, "[ok] Connection to the job") {
		t.Errorf("the report is\n%s", text)
	}
	p.runCommand("check", "alice@login", "--report", file).check(t, 2, "file exists", "Choose a new file")
	checked := p.runCommand("check", "--json", "mallory@login").lines(t)
	if len(checked) != 1 || checked[0].Check == nil || checked[0].Check.OK || strings.Contains(checked[0].Check.Report, "mallory") {
		t.Errorf("check --json: %+v", checked)
	}
	nothingLeft(t, site)
}
