//go:build unix

package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// siteFile is what the site of TestSiteFile says.
const siteFile = `
title = "Bird"
support = "help@example.org"
message = "Closed on Monday.\nSorry."
places = ["/cdt_storage/$USER"]
routes = ["srun"]
partitions = ["short", "s_compute_cdt"]
[defaults]
cpus = 2
time = "1h"
workdir = "/cdt_storage/$USER"
[caps]
cpus = 4
memory = "8G"
time = "3h"
gpus = 0
kernels = 1
idle = "2h"
grace = "30m"
poll = "1m"
[partition.short]
title = "Short"
description = "At most 30 minutes"
[[environment]]
title = "Course"
venv = "/apps/course"
`

// TestSiteFile: what a site says about itself counts from the first start on, without a call of
// Slurm more, and no request gets more than it allows.
func TestSiteFile(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{CountCalls: true, ExtraConf: "DefMemPerCPU=0"}) // so that a job without --mem has a whole node's
	must(t, site.WriteFile("login", "/etc/sunpyter/site.toml", 0o644, siteFile))
	state := t.TempDir()
	w := openWindow(t, site, stateDirSetting(state))

	wants := protocol.KernelRequest{GraceSeconds: 4 * 3600, IdleSeconds: -1}
	ready := w.start(wants)
	s := ready.Session
	if s.Title != "Bird" || s.CPUs != 2 || s.MemoryMiB != 8<<10 || s.TimeLimitSeconds != 3600 || s.GraceSeconds != 1800 || s.IdleSeconds != 7200 || s.WorkingDirectory != "/cdt_storage/alice" {
		t.Errorf("the site's defaults and limits: %+v", s)
	}
	notice := "Bird keeps a kernel for at most 30 min while your computer is offline (you asked for 4 h), and stops a kernel after at most 2 h without use (you asked for never). If you need more, ask help@example.org"
	if s.Notice != notice {
		t.Errorf("notice %q", s.Notice)
	}
	if out := execute(t, ready, "import os; print(os.getcwd(), len(os.sched_getaffinity(0)))"); strings.TrimSpace(out) != "/cdt_storage/alice 2" {
		t.Errorf("the cell printed %q", out)
	}
	calls := slurmCalls(t, site)
	for i, call := range calls {
		calls[i], _, _ = strings.Cut(call, " ")
	}
	if want := []string{"scontrol", "sbatch", "srun"}; !slices.Equal(calls, want) {
		t.Errorf("scheduler calls %q, want %q", calls, want)
	}
	about, err := site.ReadFile("login", "/home/alice/.sunpyter/sessions/"+s.ID+"/about")
	if err != nil || !strings.HasPrefix(string(about), "1800 7200 ") {
		t.Errorf("for other computers: %q, %v", about, err)
	}
	wantProblem{fault.SiteLimit, "you asked for one more kernel, and have 1 kernel, and Bird allows a user at most 1", "ask help@example.org"}.
		check(t, w.failStart("alice@login", protocol.KernelRequest{}))
	w.stopAll()

	oneOfTwoStartsIsRefused(t, site, state)

	for _, row := range []struct {
		request       protocol.KernelRequest
		asked, allows string
	}{
		{protocol.KernelRequest{CPUs: 5}, "5 CPUs", "allows a kernel at most 4"},
		{protocol.KernelRequest{MemoryMiB: 9 << 10}, "9 GB of memory", "allows a kernel at most 8 GB"},
		{protocol.KernelRequest{TimeLimitSeconds: 4 * 3600}, "a time limit of 4 h", "allows a kernel at most 3 h"},
		{protocol.KernelRequest{GPUs: "1"}, "1 GPU", "allows a kernel none"},
		{protocol.KernelRequest{SbatchOptions: []string{"--exclusive"}}, "the sbatch option --exclusive", "does not allow it"},
	} {
		wantProblem{fault.SiteLimit, "you asked for " + row.asked + ", and Bird " + row.allows, "If you need more, ask help@example.org."}.
			check(t, w.failStart("alice@login", row.request))
	}
	wantProblem{fault.WorkdirNotWritable, "can't write to it", "ask help@example.org"}.check(t, w.failStart("alice@login", protocol.KernelRequest{WorkingDirectory: "/usr"}))
	pinned := openWindow(t, site, clusters(protocol.ClusterProfile{Name: "lab", Host: "login", User: "alice", Route: "ssh"}))
	wantProblem{fault.SiteLimit, "by ssh alone, and Bird allows them only by srun", "ask help@example.org"}.check(t, pinned.failStart("lab", protocol.KernelRequest{}))

	whole := openWindow(t, site, clusters(protocol.ClusterProfile{Name: "lab", Host: "login", User: "alice", Request: protocol.KernelRequest{SbatchOptions: []string{"--exclusive"}}}))
	if step := findStep(t, whole.check("lab", true), "job"); step.Code != string(fault.SiteLimit) || !strings.Contains(step.Detail, "the sbatch option --exclusive") {
		t.Errorf("a full check's job is within the limits: %+v", step)
	}
	if result := w.check("alice@login", true); !result.OK {
		t.Errorf("a full check: %s", result.Report)
	}

	var resources protocol.ClusterResourcesResult
	must(t, w.call(protocol.MethodClusterResources, protocol.ClusterResourcesParams{Cluster: "alice@login"}, &resources))
	if p := resources.Partitions; resources.Title != "Bird" || len(p) != 2 || p[0].Title != "Short" || p[0].Description != "At most 30 minutes" || p[1].MaxCPUs != 4 || p[1].MemoryMiB != 8<<10 || p[1].MaxTimeSeconds != 3*3600 {
		t.Errorf("resources %+v", resources)
	}
	if r := resources.Request; r == nil || r.CPUs != 2 || r.TimeLimitSeconds != 3600 {
		t.Errorf("defaults %+v", r)
	}
	later := openWindow(t, site, stateDirSetting(state), clusters(protocol.ClusterProfile{Name: "lab", Host: "login", User: "alice"}))
	var list protocol.ClusterListResult
	must(t, later.call(protocol.MethodClusterList, protocol.ClusterListParams{}, &list))
	if !slices.ContainsFunc(list.Clusters, func(c protocol.Cluster) bool { return c.Name == "lab" && c.Title == "Bird" && c.Request.CPUs == 2 }) {
		t.Errorf("a later window knows %+v", list.Clusters)
	}
	var places protocol.FilePlacesResult
	must(t, later.call(protocol.MethodFilePlaces, protocol.FilePlacesParams{Cluster: "lab"}, &places))
	if !slices.Equal(places.Places, []string{"/cdt_storage/alice"}) {
		t.Errorf("places %+v", places)
	}
	later.close() // and so its sftp-server
	learnsSiteByAnyQuestion(t, site)
	var offers protocol.ClusterEnvironmentsResult
	must(t, w.call(protocol.MethodClusterEnvironments, protocol.ClusterEnvironmentsParams{Cluster: "alice@login"}, &offers))
	if e := offers.Environments; len(e) == 0 || e[0].Name != "Course" || e[0].Kind != protocol.EnvironmentSite || e[0].Request == nil || e[0].Request.Venv != "/apps/course" {
		t.Errorf("environments %+v", e)
	}
	if result := w.check("alice@login", false); !result.OK || !strings.Contains(findStep(t, result, "slurm").Detail, "partitions: short (Short), s_compute_cdt") {
		t.Errorf("the check: %s", result.Report)
	}

	// Hostile and broken files.
	for _, text := range []string{strings.Repeat("a", 1<<20), "title = \"\x00\x1b[2J\"", "[caps]\ncpus = \"x\"\n"} {
		must(t, site.WriteFile("login", "/etc/sunpyter/site.toml", 0o644, text))
		wantProblem{fault.WorkdirNotWritable, "can't write to it", ""}.check(t, w.failStart("alice@login", protocol.KernelRequest{CPUs: 5, WorkingDirectory: "/usr"}))
	}
	if step := findStep(t, w.check("alice@login", false), "slurm"); step.Outcome != protocol.CheckWarning || !strings.Contains(step.Detail, "is not used: line 2, caps.cpus: it must be a whole number, not a string") {
		t.Errorf("the check of a broken file: %+v", step)
	}
	site.MustExec(t, "login", "root", "chown", "bob", "/etc/sunpyter/site.toml")
	if step := findStep(t, w.check("alice@login", false), "slurm"); !strings.Contains(step.Detail, "is not used: it does not belong to root") {
		t.Errorf("the check of a file of another user: %+v", step)
	}
	site.MustExec(t, "login", "root", "chown", "root", "/etc/sunpyter/site.toml")
	must(t, site.WriteFile("login", "/etc/sunpyter/site.toml", 0o666, siteFile))
	wantProblem{fault.WorkdirNotWritable, "can't write to it", ""}.check(t, w.failStart("alice@login", protocol.KernelRequest{CPUs: 5, WorkingDirectory: "/usr"}))
	w.mu.Lock()
	defer w.mu.Unlock()
	var shown []string
	for _, m := range w.messages {
		if strings.Contains(m.Message, "Bird") || strings.Contains(m.Message, "for Sunpyter") {
			shown = append(shown, m.Message+" | "+m.Detail)
		}
	}
	const begins = "'s own file for Sunpyter is not used: /etc/sunpyter/site.toml: "
	for i, want := range []string{"Bird says: Closed on Monday. | Sorry.", begins + "the file is larger than 64 KiB", begins + "line 1", begins + "line 2, caps.cpus: ", begins + "it does not belong to root", begins + "all users can write it"} {
		if i >= len(shown) || !strings.Contains(strings.Replace(shown[i], "line 1: the file", "the file", 1), want) {
			t.Errorf("shown %q, want %q", shown, want)
		}
	}
	if len(shown) != 6 {
		t.Errorf("shown %d: %q", len(shown), shown)
	}
	nothingLeft(t, site)
}

// learnsSiteByAnyQuestion checks that a computer without the site's file gets it with the first
// request, whichever that is, and shows its message.
func learnsSiteByAnyQuestion(t *testing.T, site *testcluster.Site) {
	t.Helper()
	for what, ask := range map[string]func(w *window) bool{
		"environments": func(w *window) bool {
			var offers protocol.ClusterEnvironmentsResult
			must(t, w.call(protocol.MethodClusterEnvironments, protocol.ClusterEnvironmentsParams{Cluster: "alice@login"}, &offers))
			return offers.Title == "Bird" && len(offers.Environments) > 0 && offers.Environments[0].Name == "Course"
		},
		"places": func(w *window) bool {
			var places protocol.FilePlacesResult
			must(t, w.call(protocol.MethodFilePlaces, protocol.FilePlacesParams{Cluster: "alice@login"}, &places))
			return slices.Equal(places.Places, []string{"/cdt_storage/alice"})
		},
		"estimates": func(w *window) bool {
			var estimates protocol.ClusterEstimatesResult
			must(t, w.call(protocol.MethodClusterEstimates, protocol.ClusterEstimatesParams{Cluster: "alice@login"}, &estimates))
			return len(estimates.Estimates) > 0 && estimates.Estimates[0].Request.CPUs == 2
		},
	} {
		t.Run("first request: "+what, func(t *testing.T) {
			first := openWindow(t, site, stateDirSetting(t.TempDir()))
			if !ask(first) {
				t.Error("the result lacks what the site's file says")
			}
			first.shownMessages(protocol.LogInfo, "Bird says: Closed on Monday.")
			first.close()
		})
	}
}

// oneOfTwoStartsIsRefused checks that, where a user may have one kernel, one of two windows that start
// one at the same time gets it.
func oneOfTwoStartsIsRefused(t *testing.T, site *testcluster.Site, state string) {
	t.Helper()
	windows := []*window{openWindow(t, site, stateDirSetting(state)), openWindow(t, site, stateDirSetting(state))}
	var answers []<-chan started
	for _, w := range windows {
		_, answer := w.begin(protocol.KernelRequest{})
		answers = append(answers, answer)
	}
	var refused []error
	for _, answer := range answers {
		if s := <-answer; s.err != nil {
			refused = append(refused, s.err)
		}
	}
	for _, w := range windows {
		w.close()
	}
	if len(refused) != 1 {
		t.Fatalf("of two kernels, %d were refused: %v", len(refused), refused)
	}
	wantProblem{fault.SiteLimit, "you asked for one more kernel, and have 1 kernel, and Bird allows a user at most 1", "ask help@example.org"}.
		check(t, problemOf(t, refused[0]))
}
