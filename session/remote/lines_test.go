package remote

import (
	"encoding/base64"
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/store"
)

func TestNodeFactsAreCompleteOnlyWithTheLastLine(t *testing.T) {
	var facts store.Node
	for _, line := range []string{"node scs0151 12 /tmp/sunpyter.x", "key ssh-ed25519 AAAA", "key "} {
		if complete, err := ReadNodeLine(&facts, line); complete || err != nil {
			t.Fatalf("%q: %v, %v", line, complete, err)
		}
	}
	complete, err := ReadNodeLine(&facts, "up")
	if !complete || err != nil {
		t.Fatalf("up: %v, %v", complete, err)
	}
	if facts.Name != "scs0151" || facts.Private != "/tmp/sunpyter.x" || !slices.Equal(facts.HostKeys, []string{"ssh-ed25519 AAAA"}) {
		t.Errorf("facts %+v", facts)
	}
	// Read again from the beginning, nothing is there twice.
	_, _ = ReadNodeLine(&facts, "node scs0151 12 /tmp/sunpyter.x")
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
		err := Failure(code + " " + said)
		if !fault.Is(err, want) {
			t.Errorf("%s: code %s, want %s", code, fault.CodeOf(err), want)
		}
	}
	if err := Failure("jupyter-died %%% not base64"); !fault.Is(err, fault.JupyterDied) {
		t.Error(err)
	}
}

func FuzzLinesOfTheScripts(f *testing.F) {
	f.Add("node a 1 /tmp/x", "unix /tmp/s lab abc")
	f.Add("failed x y", "tcp 127.0.0.1:8888 notebook t")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, line, where string) {
		var facts store.Node
		if complete, _ := ReadNodeLine(&facts, line); complete {
			t.Errorf("complete after one line %q", line)
		}
		if j, ok := ParseJupyter(where); ok && (j.Address == "" || j.Token == "") {
			t.Errorf("%q gave %+v", where, j)
		}
	})
}
