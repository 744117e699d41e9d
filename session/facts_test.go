package session

import (
	"encoding/base64"
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

func TestNodeFactsAreCompleteOnlyWithTheLastLine(t *testing.T) {
	var facts nodeFacts
	for _, line := range []string{"node scs0151 12 /tmp/sunpyter.x", "key ssh-ed25519 AAAA", "key "} {
		if complete, err := facts.take(line); complete || err != nil {
			t.Fatalf("%q: %v, %v", line, complete, err)
		}
	}
	complete, err := facts.take("up")
	if !complete || err != nil {
		t.Fatalf("up: %v, %v", complete, err)
	}
	if facts.Name != "scs0151" || facts.Private != "/tmp/sunpyter.x" || !slices.Equal(facts.HostKeys, []string{"ssh-ed25519 AAAA"}) {
		t.Errorf("facts %+v", facts)
	}
	// Read again from the beginning, nothing is there twice.
	_, _ = facts.take("node scs0151 12 /tmp/sunpyter.x")
	if len(facts.HostKeys) != 0 {
		t.Errorf("keys %v", facts.HostKeys)
	}
}

func TestFailuresOfTheScriptsBecomeFaults(t *testing.T) {
	said := base64.StdEncoding.EncodeToString([]byte("module load nonsense: not found"))
	for code, want := range map[string]fault.Code{
		"environment-failed": fault.EnvironmentFailed, "jupyter-died": fault.JupyterDied, "workdir-missing": fault.WorkdirMissing,
		"home-not-writable": fault.HomeNotWritable, "requeued": fault.JobRequeued, "something-new": fault.JobFailed,
	} {
		err := failure(code + " " + said)
		if !fault.Is(err, want) {
			t.Errorf("%s: code %s, want %s", code, fault.CodeOf(err), want)
		}
	}
	if err := failure("jupyter-died %%% not base64"); !fault.Is(err, fault.JupyterDied) {
		t.Error(err)
	}
}

func FuzzLinesOfTheScripts(f *testing.F) {
	f.Add("node a 1 /tmp/x", "unix /tmp/s lab abc")
	f.Add("failed x y", "tcp 127.0.0.1:8888 notebook t")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, line, where string) {
		var facts nodeFacts
		if complete, _ := facts.take(line); complete {
			t.Errorf("complete after one line %q", line)
		}
		if j, ok := parseJupyter(where); ok && (j.address == "" || j.token == "") {
			t.Errorf("%q gave %+v", where, j)
		}
	})
}
