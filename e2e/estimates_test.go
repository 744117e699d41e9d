//go:build unix

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestEstimates: what would start now, later and never on real nodes of which some CPUs are in use, in a
// cluster whose time zone is another.
func TestEstimates(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{CountCalls: true, Delay: 25 * time.Millisecond,
		ExtraPart: "PartitionName=closed Nodes=ALL AllowGroups=bob State=UP\nPartitionName=down Nodes=ALL State=DOWN\n"})
	writeStartupFile(t, site, ".bash_profile", "export TZ=Asia/Kolkata\n")
	occupy(t, site, "30", "120")
	w := openWindow(t, site)
	estimate := func(request protocol.KernelRequest) []protocol.Estimate {
		t.Helper()
		var r protocol.ClusterEstimatesResult
		must(t, w.call(protocol.MethodClusterEstimates, protocol.ClusterEstimatesParams{Cluster: "alice@login", Request: request}, &r))
		return r.Estimates
	}
	expect := func(request protocol.KernelRequest, want ...string) []protocol.Estimate {
		t.Helper()
		got := estimate(request)
		if strings.Join(shapesOf(got), "\n") != strings.Join(want, "\n") {
			t.Errorf("%+v\ngot  %q\nwant %q", request, shapesOf(got), want)
		}
		return got
	}

	// Each node has 10 free CPUs for the next two hours.
	whole := protocol.KernelRequest{CPUs: 40, TimeLimitSeconds: 4 * 3600}
	must(t, site.ResetCalls())
	begun := time.Now()
	later := expect(whole, "none 40 4h0m0s s_compute_cdt later", "fewer-cpus 10 4h0m0s s_compute_cdt now",
		"shorter-time 40 1h0m0s s_compute_cdt later", "partition 40 4h0m0s s_highmem_cdt later")
	t.Logf("asked in %v, of which two round trips are 100 ms", time.Since(begun))
	if at := later[0].StartsAt; at == nil || time.Until(*at) < 90*time.Minute || time.Until(*at) > 125*time.Minute {
		t.Errorf("starts at %v; the nodes are free in two hours", at)
	}
	calls := slurmCalls(t, site)
	expect(whole, shapesOf(later)...) // again, within a minute
	if again := slurmCalls(t, site); len(calls) != 7 || len(again) != len(calls) {
		t.Errorf("calls %q, and when asked again %q", calls, again[len(calls):])
	}

	expect(protocol.KernelRequest{CPUs: 60, TimeLimitSeconds: 600, Partition: "short"},
		"none 60 10m0s short never: more than any node has", "fewer-cpus 15 10m0s short later")
	expect(protocol.KernelRequest{TimeLimitSeconds: 600}, "none 1 10m0s s_compute_cdt now", "partition 1 10m0s s_highmem_cdt now")
	if closed := estimate(protocol.KernelRequest{TimeLimitSeconds: 600, Partition: "closed"}); closed[0].Outcome != protocol.EstimateNever || len(closed) != 2 {
		t.Errorf("in a partition that alice may not use: %q", shapesOf(closed))
	}

	// A maintenance in 90 minutes: only what ends before it starts now.
	site.MustExec(t, "ctl", "root", "scontrol", "create", "reservation", "ReservationName=maint", "StartTime=now+90minutes", "Duration=60",
		"Nodes=ALL", "Users=root", "Flags=MAINT,IGNORE_JOBS")
	expect(protocol.KernelRequest{CPUs: 2, TimeLimitSeconds: 14_400, Partition: "s_highmem_cdt"}, "none 2 4h0m0s s_highmem_cdt later",
		"fewer-cpus 1 4h0m0s s_highmem_cdt later", "shorter-time 2 1h0m0s s_highmem_cdt now", "partition 2 4h0m0s s_compute_cdt later")
	site.MustExec(t, "ctl", "root", "scontrol", "delete", "ReservationName=maint")

	var bad protocol.ClusterEstimatesResult
	err := w.call(protocol.MethodClusterEstimates, protocol.ClusterEstimatesParams{Cluster: "alice@login", Request: protocol.KernelRequest{Partition: "none"}}, &bad)
	if p := problemOf(t, err); p.Code != "slurm.rejected" {
		t.Errorf("%+v", p)
	}

	free := map[string]protocol.PartitionFree{}
	var r protocol.ClusterResourcesResult
	must(t, w.call(protocol.MethodClusterResources, protocol.ClusterResourcesParams{Cluster: "alice@login"}, &r))
	for _, p := range r.Partitions {
		if p.Free == nil {
			t.Fatalf("%s does not say what is free", p.Name)
		}
		free[p.Name] = *p.Free
	}
	if f := free["s_compute_cdt"]; f.CPUs != 20 || f.Nodes != 0 || len(free) != 4 || r.AskedAt == nil {
		t.Errorf("free: %+v at %v", free, r.AskedAt)
	}
	if jobs := jobsOf(t, site, "alice"); len(jobs) != 0 {
		t.Errorf("jobs %+v", jobs)
	}
	site.CancelAll(t)
	w.close()
	nothingLeft(t, site)
}

// TestEstimatesOfAccounts: another QOS of the user's account is proposed, and no partition that the
// account may not use.
func TestEstimatesOfAccounts(t *testing.T) {
	t.Parallel()
	requireFaults(t, "a database has to be set up")
	site := testcluster.Start(t, testcluster.Options{DBD: true, CountCalls: true, ExtraPart: "PartitionName=rich Nodes=ALL AllowAccounts=capped State=UP\n"})
	for _, words := range []string{
		"add qos express", "add qos small set MaxTRESPerJob=cpu=1 Flags=DenyOnLimit", "modify user alice where account=cdt set qos+=express",
		"modify user alice where account=capped set qos=small defaultqos=small",
	} {
		site.MustExec(t, "ctl", "root", "sacctmgr", append([]string{"-i", "-Q"}, strings.Fields(words)...)...)
	}
	w := openWindow(t, site)
	calls := 0
	estimates := func(request protocol.KernelRequest) []protocol.Estimate {
		t.Helper()
		calls++
		request.TimeLimitSeconds = 3600 + calls // the answer to the same request is kept for a minute
		var r protocol.ClusterEstimatesResult
		must(t, w.call(protocol.MethodClusterEstimates, protocol.ClusterEstimatesParams{Cluster: "alice@login", Request: request}, &r))
		return r.Estimates
	}
	var got []string
	eventually(t, waitLimit, func() bool { // the controller learns of the QOS later
		got = shapesOf(estimates(protocol.KernelRequest{CPUs: 1}))
		return strings.Contains(strings.Join(got, " "), "qos 1")
	}, func() string { return fmt.Sprintf("got %q", got) })
	for _, shape := range got {
		if strings.Contains(shape, "rich") || !strings.HasSuffix(shape, " now") {
			t.Errorf("%q", got)
		}
	}
	eventually(t, waitLimit, func() bool { // a job of this account may have one CPU
		all := estimates(protocol.KernelRequest{CPUs: 2, Account: "capped"})
		got = shapesOf(all)
		return all[0].Outcome == protocol.EstimateNever && all[0].Reason != ""
	}, func() string { return fmt.Sprintf("2 CPUs: got %q", got) })
	w.close()
	nothingLeft(t, site)
}

// occupy runs a job of bob's on each node, with so many CPUs and a time limit of so many minutes, and waits until they run.
func occupy(t *testing.T, site *testcluster.Site, cpus, minutes string) {
	t.Helper()
	for _, node := range site.Nodes() {
		site.MustExec(t, "login", "bob", "sbatch", "--parsable", "-n1", "-c"+cpus, "--nodelist="+node, "--mem=1000", "--time="+minutes, "-o", "/dev/null", "--wrap", "exec sleep 1200")
	}
	eventually(t, waitLimit, func() bool {
		running := 0
		for _, job := range jobsOf(t, site, "bob") {
			if job.State == "RUNNING" {
				running++
			}
		}
		return running == len(site.Nodes())
	}, func() string { return "bob's jobs do not run" })
}

// shapesOf returns estimates in one line each.
func shapesOf(estimates []protocol.Estimate) (lines []string) {
	for _, e := range estimates {
		line := fmt.Sprintf("%s %d %v %s %s", e.Change, e.Request.CPUs, time.Duration(e.Request.TimeLimitSeconds)*time.Second, e.Request.Partition, e.Outcome)
		if e.Reason != "" {
			line += ": " + e.Reason
		}
		lines = append(lines, line)
	}
	return lines
}
