//go:build unix

package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestSmallerKernelReplacesAWaitingOne: while a job waits, the jobs ahead of it are counted and what would start
// now is found, without more calls of Slurm. A smaller kernel then takes its place, or the waiting one
// starts first: the two never run at the same time.
func TestSmallerKernelReplacesAWaitingOne(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{CountCalls: true, ExtraConf: "SchedulerParameters=bf_interval=1\n", ExtraPart: "PartitionName=down Nodes=ALL State=DOWN\n"})
	occupy(t, site, "30", "120")
	site.MustExec(t, "login", "bob", "sbatch", "--parsable", "-n1", "-c40", "--mem=1000", "--time=120", "-o", "/dev/null", "--wrap", "true")
	site.MustExec(t, "login", "bob", "sbatch", "--parsable", "-n1", "-c40", "--mem=1000", "--hold", "-o", "/dev/null", "--wrap", "true")
	must(t, site.WriteFile("login", "/etc/sunpyter/site.toml", 0o644, "[caps]\nkernels = 1\n")) // two that wait for one node count as one
	w := openWindow(t, site, reloadGraceSetting(60), timingSetting(func(timing *session.Timing) { timing.Poll = 4 * time.Second }))
	must(t, site.ResetCalls())
	_, first := w.begin(protocol.KernelRequest{CPUs: 40})
	waiting := w.await("waiting, and something smaller would start", func(s protocol.Session) bool { return s.Pending != nil && s.Pending.Smaller != nil })
	if p := waiting.Pending; p.Reason != "Priority" || p.JobsAhead != 1 || p.Smaller.CPUs != 10 || p.Smaller.TimeLimitSeconds < 5400 || p.Smaller.TimeLimitSeconds > 7200 {
		t.Errorf("pending %+v, smaller %+v", p, p.Smaller)
	}
	looks := 0
	for _, call := range slurmCalls(t, site)[2:] { // after scontrol and sbatch
		looks++
		if !strings.HasPrefix(call, "squeue ") && !strings.HasPrefix(call, "sinfo ") {
			t.Errorf("asked %s", call)
		}
	}
	t.Logf("%d looks at the queue", looks)

	// The smaller one runs first.
	second := w.beginStart(jsonrpc2.ID{Str: "smaller", IsString: true}, protocol.KernelStartParams{
		Cluster: "alice@login", Request: protocol.KernelRequest{CPUs: 10, TimeLimitSeconds: waiting.Pending.Smaller.TimeLimitSeconds}, Replaces: waiting.ID})
	small := answerOf(t, second)
	must(t, small.err)
	if old := answerOf(t, first); problemOf(t, old.err).Code != "cancelled" {
		t.Errorf("the waiting kernel: %v", old.err)
	}
	if jobs := jobsOf(t, site, "alice"); len(jobs) != 1 || jobs[0].ID != small.Session.JobID {
		t.Errorf("jobs %+v", jobs)
	}
	if p := problemOf(t, w.call(protocol.MethodKernelStart, protocol.KernelStartParams{Cluster: "alice@login", Replaces: small.Session.ID}, nil)); p.Code != "request.invalid" {
		t.Errorf("replacing a kernel that runs: %+v", p)
	}
	w.stopAll()

	// The waiting one runs first.
	_, first = w.begin(protocol.KernelRequest{CPUs: 40})
	waiting = w.await("waiting again", func(s protocol.Session) bool { return s.State == protocol.StatePending && s.ID != waiting.ID })
	second = w.beginStart(jsonrpc2.ID{Str: "late", IsString: true}, protocol.KernelStartParams{
		Cluster: "alice@login", Request: protocol.KernelRequest{Partition: "down"}, Replaces: waiting.ID})
	w.await("two wait", func(s protocol.Session) bool { return s.State == protocol.StatePending && s.Partition == "down" })
	site.MustExec(t, "ctl", "root", "scancel", "-u", "bob")
	if late := answerOf(t, second); problemOf(t, late.err).Code != "cancelled" {
		t.Errorf("the smaller kernel: %v", late.err)
	}
	old := answerOf(t, first)
	must(t, old.err)
	checkAnswers(t, old.KernelStartResult)
	w.stopAll()

	// The window goes while both wait: only the first is kept for its successor.
	_, _ = w.begin(protocol.KernelRequest{Partition: "down", CPUs: 40})
	waiting = w.await("waiting once more", func(s protocol.Session) bool { return s.State == protocol.StatePending && s.CPUs == 40 })
	w.beginStart(jsonrpc2.ID{Str: "left", IsString: true}, protocol.KernelStartParams{
		Cluster: "alice@login", Request: protocol.KernelRequest{Partition: "down"}, Replaces: waiting.ID})
	w.await("two wait again", func(s protocol.Session) bool { return s.State == protocol.StatePending && s.CPUs == 1 })
	_ = w.rpc.Close()
	eventually(t, waitLimit, func() bool {
		jobs := jobsOf(t, site, "alice")
		return len(jobs) == 1 && jobs[0].ID == waiting.JobID
	}, func() string { return "both are kept" })
	next := openWindow(t, site, stateDirSetting(w.env["SUNPYTER_STATE"]))
	must(t, next.rpc.Call(context.Background(), protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: waiting.ID}, nil))
	next.close()
	w.waitServed(waitLimit)
	nothingLeft(t, site)
}

// answerOf waits for the answer to a start.
func answerOf(t *testing.T, answer <-chan started) started {
	t.Helper()
	select {
	case s := <-answer:
		return s
	case <-time.After(2 * waitLimit):
		t.Fatal("no answer")
	}
	panic("unreachable")
}
