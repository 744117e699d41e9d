//go:build unix

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// brokenSetup is a broken set-up, and what the check must report. All of them are
// items of docs/troubleshooting.md.
type brokenSetup struct {
	// name is what is wrong, as in the document.
	name string
	// step and code are the test that fails and the failure's code.
	step string
	code fault.Code
	// answer and advice are phrases of the cause and the advice.
	answer, advice string

	// host returns directives of ssh_config(5) that break it; nil: none.
	host func(t *testing.T, site *testcluster.Site) map[string]string
	// profile changes the cluster's profile.
	profile func(*protocol.ClusterProfile)
	// around changes the window.
	around func(t *testing.T) []setting
	// person answers questions; nil: dismisses them.
	person func(method string, params json.RawMessage) any
	// site breaks the site, and returns a function that repairs it.
	site func(t *testing.T, site *testcluster.Site) (mend func())
	// full asks for a small job, and long is why the test takes its time.
	full bool
	long string
}

// run breaks the set-up, and checks what is reported.
func (x brokenSetup) run(t *testing.T, site *testcluster.Site) {
	if x.long != "" {
		requireFaults(t, x.long)
	}
	w := x.window(t, site)
	if x.site != nil {
		defer x.site(t, site)()
	}
	result := w.check("lab", x.full)
	if result.OK {
		t.Error("all is well")
	}
	x.compare(t, result)
	logReport(t, result)
}

// window opens a window whose cluster "lab" is the broken site.
func (x brokenSetup) window(t *testing.T, site *testcluster.Site) *window {
	t.Helper()
	var other map[string]string
	if x.host != nil {
		other = x.host(t, site)
	}
	file := filepath.Join(t.TempDir(), "ssh_config")
	must(t, os.WriteFile(file, []byte(hostBlock(t, site, "broken", other)), 0o600))
	p := protocol.ClusterProfile{Name: "lab", Title: "The lab", Host: "broken", User: "alice"}
	if x.profile != nil {
		x.profile(&p)
	}
	settings := []setting{clusters(p), envSetting("SUNPYTER_SSH_CONFIG", file)}
	if x.around != nil {
		settings = append(settings, x.around(t)...)
	}
	w := openWindow(t, site, settings...)
	w.prompt = x.person
	return w
}

// compare compares the tests of a check with what must fail.
func (x brokenSetup) compare(t *testing.T, result protocol.ClusterCheckResult) {
	t.Helper()
	i := slices.IndexFunc(result.Steps, func(s protocol.CheckStep) bool { return s.Outcome == protocol.CheckFailed })
	if i < 0 {
		t.Fatalf("no test fails: %s", result.Report)
	}
	failed := result.Steps[i]
	t.Logf("%s: %s — %s (%s)", failed.Title, failed.Detail, failed.Advice, failed.Code)
	if failed.Title != titles[x.step] || failed.Name != x.step || failed.Code != string(x.code) {
		t.Errorf("%s fails with %s, want %s with %s", failed.Name, failed.Code, x.step, x.code)
	}
	if !strings.Contains(failed.Detail, x.answer) || !strings.Contains(failed.Advice, x.advice) || failed.Advice == "" {
		t.Errorf("it says %q, %q; want %q, %q", failed.Detail, failed.Advice, x.answer, x.advice)
	}
	for _, after := range result.Steps[i+1:] {
		if after.Outcome != protocol.CheckSkipped && after.Name != "release" {
			t.Errorf("%s comes after the failure and is %s", after.Name, after.Outcome)
		}
	}
}

// check runs a check to its end.
func (w *window) check(cluster string, full bool) (result protocol.ClusterCheckResult) {
	w.t.Helper()
	must(w.t, w.call(protocol.MethodClusterCheck, protocol.ClusterCheckParams{Cluster: cluster, Full: full}, &result))
	return result
}

// logReport checks that the report has all results, and no names.
func logReport(t *testing.T, result protocol.ClusterCheckResult) {
	t.Helper()
	for _, step := range result.Steps {
		if !strings.Contains(result.Report, "] "+step.Title+" (") {
			t.Errorf("the report does not tell of %q:\n%s", step.Title, result.Report)
		}
	}
	for _, name := range []string{"alice", "mallory"} {
		if strings.Contains(result.Report, name) {
			t.Errorf("the report has the name %q:\n%s", name, result.Report)
		}
	}
}

// findStep returns one test of a check.
func findStep(t *testing.T, result protocol.ClusterCheckResult, name string) protocol.CheckStep {
	t.Helper()
	i := slices.IndexFunc(result.Steps, func(s protocol.CheckStep) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no test %q: %+v", name, result.Steps)
	}
	return result.Steps[i]
}

// runEach runs troubles as tests of their names.
func runEach(t *testing.T, site *testcluster.Site, all []brokenSetup) {
	for _, x := range all {
		t.Run(x.name, func(t *testing.T) { x.run(t, site) })
	}
}

// shownMessages waits until a message with these words was shown, and returns all
// such messages.
func (w *window) shownMessages(level protocol.LogLevel, words string) (found []protocol.ShowMessageParams) {
	w.t.Helper()
	eventually(w.t, waitLimit, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		found = slices.DeleteFunc(slices.Clone(w.messages), func(m protocol.ShowMessageParams) bool {
			return m.Level != level || !strings.Contains(m.Message+"\n"+m.Detail, words)
		})
		return len(found) > 0
	}, func() string { return "never shown: " + words })
	return found
}
