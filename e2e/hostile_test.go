//go:build unix

package e2e

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// owned is the file that hostile words create if something executes them.
const owned = "/tmp/owned"

// hostileWords do harm if they are executed.
var hostileWords = []string{
	"; touch " + owned, "$(touch " + owned + ")", "`touch " + owned + "`", "x\ntouch " + owned + "\n", "x\r\ny", "-x", "--wrap=touch " + owned,
	"'; touch " + owned + "; '", `"; touch ` + owned + `; "`, "| touch " + owned, "&& touch " + owned, "käse – 日本", "\x00", "\x1b]0;x\x07", "a b", "%j", "!!",
}

// TestHostileNames: each of the words in each field that is a name is refused by
// the field's option, before anything is sent anywhere.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	checkNothingOwned(t, site)
	w := openWindow(t, site)
	fields := map[string]func(word string) protocol.KernelRequest{
		"gpus":        func(s string) protocol.KernelRequest { return protocol.KernelRequest{GPUs: s} },
		"gres":        func(s string) protocol.KernelRequest { return protocol.KernelRequest{Gres: s} },
		"partition":   func(s string) protocol.KernelRequest { return protocol.KernelRequest{Partition: s} },
		"account":     func(s string) protocol.KernelRequest { return protocol.KernelRequest{Account: s} },
		"qos":         func(s string) protocol.KernelRequest { return protocol.KernelRequest{QOS: s} },
		"reservation": func(s string) protocol.KernelRequest { return protocol.KernelRequest{Reservation: s} },
		"constraint": func(s string) protocol.KernelRequest {
			return protocol.KernelRequest{Constraint: strings.ReplaceAll(s, "!!", "! !")} // an exclamation mark is allowed
		},
		"workingDirectory":    func(s string) protocol.KernelRequest { return protocol.KernelRequest{WorkingDirectory: s} },
		"sbatchOptions":       func(s string) protocol.KernelRequest { return protocol.KernelRequest{SbatchOptions: []string{s}} },
		"environment.modules": environment(func(e *protocol.Environment, s string) { e.Modules = []string{s} }),
		"environment.conda":   environment(func(e *protocol.Environment, s string) { e.Conda = s }),
		"environment.venv":    environment(func(e *protocol.Environment, s string) { e.Venv = s }),
		"environment.variables": environment(func(e *protocol.Environment, s string) {
			e.Variables = map[string]string{s: "value"}
		}),
	}
	for field, request := range fields {
		for _, word := range hostileWords {
			problem := w.failStart("alice@login", request(word))
			if problem.Code != string(fault.BadRequest) || !strings.Contains(problem.Message, fault.Terminal.Render(fault.Field(field))) {
				t.Errorf("%s = %q: %s: %s", field, word, problem.Code, problem.Message)
			}
		}
	}
	w.checkStillWorks()
}

// TestHostileConstraintsAndPaths: fields that allow such characters pass them to
// Slurm or to the shell unchanged.
func TestHostileConstraintsAndPaths(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	checkNothingOwned(t, site)
	w := openWindow(t, site)
	for _, row := range []struct {
		request protocol.KernelRequest
		want    fault.Code
	}{
		{protocol.KernelRequest{Constraint: "!!"}, fault.SlurmRejected},
		{protocol.KernelRequest{Constraint: "a|b&(c)"}, fault.SlurmRejected},
		{protocol.KernelRequest{SbatchOptions: []string{"--exclude=$(touch " + owned + ")"}}, fault.SlurmRejected},
		{protocol.KernelRequest{WorkingDirectory: "/cdt_storage/alice/$(touch " + owned + ")"}, fault.WorkdirMissing},
		{protocol.KernelRequest{WorkingDirectory: "~/`touch " + owned + "`"}, fault.WorkdirMissing},
		{protocol.KernelRequest{WorkingDirectory: "~/'; touch " + owned + "; '"}, fault.WorkdirMissing},
		{protocol.KernelRequest{Environment: &protocol.Environment{Venv: "~/'; touch " + owned + "; '"}}, fault.EnvironmentFailed},
		{protocol.KernelRequest{Environment: &protocol.Environment{Conda: "/x/$(touch " + owned + ")"}}, fault.EnvironmentFailed},
		{protocol.KernelRequest{Environment: &protocol.Environment{Conda: "; touch " + owned}}, fault.BadRequest},
	} {
		if problem := w.failStart("alice@login", row.request); problem.Code != string(row.want) {
			t.Errorf("%+v: %s: %s; want %s", row.request, problem.Code, problem.Message, row.want)
		}
	}
	w.checkStillWorks()
}

// TestHostileClusters: users and hosts are not executed either.
func TestHostileClusters(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	checkNothingOwned(t, site)
	w := openWindow(t, site)
	for _, word := range hostileWords {
		for _, cluster := range []string{word + "@login", "alice@" + word} {
			problem := w.failStart(cluster, protocol.KernelRequest{})
			t.Logf("%q: %s: %s", cluster, problem.Code, problem.Message)
			if problem.Code == string(fault.Internal) {
				t.Errorf("%q: %s", cluster, problem.Message)
			}
		}
	}
	w.checkStillWorks()
}

// TestSpecialCharactersArriveUnchanged: a directory and variables may have any characters.
func TestSpecialCharactersArriveUnchanged(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	checkNothingOwned(t, site)
	const dir = "/cdt_storage/alice/it's $(touch owned) `touch owned` \"ü 日本\" \\ ! -x; #"
	site.MustExec(t, "login", "alice", "mkdir", "--", dir)
	t.Cleanup(func() { site.MustExec(t, "login", "alice", "rmdir", "--", dir) })
	variables := map[string]string{"EMPTY": "", "QUOTES": `it's "quoted"`, "LINES": "one\ntwo\r\n\ttab\n", "UNICODE": "é – 日本 🐍", "CODE": strings.Join(hostileWords[:5], "|"), "DASH": "-n", "BACK": `\n\`, "GLOB": "* ? [a] {a,b} ~ !!"}
	w := openWindow(t, site)
	ready := w.start(protocol.KernelRequest{
		WorkingDirectory: dir,
		Environment:      &protocol.Environment{Variables: variables, Setup: []string{"export FROM_SETUP='it works'\nexport SECOND=\"$FROM_SETUP, \\\"twice\\\"\""}},
	})
	if ready.Session.WorkingDirectory != dir {
		t.Errorf("working directory %q", ready.Session.WorkingDirectory)
	}
	var got struct {
		Dir     string
		Environ map[string]string
	}
	out := execute(t, ready, "import json, os\nprint(json.dumps({'Dir': os.getcwd(), 'Environ': dict(os.environ)}))")
	must(t, json.Unmarshal([]byte(out), &got))
	if got.Dir != dir {
		t.Errorf("the kernel is in %q", got.Dir)
	}
	variables["SECOND"] = `it works, "twice"`
	arrived := map[string]string{}
	for name := range variables {
		if value, there := got.Environ[name]; there {
			arrived[name] = value
		}
	}
	if !reflect.DeepEqual(arrived, variables) {
		t.Errorf("arrived %q,\nwant %q", arrived, variables)
	}
	jobs := remainingJobs(t, site)
	if want := "sunpyter/0.0.0-test session=" + ready.Session.ID; len(jobs) != 1 || jobs[0].Comment != want || jobs[0].Name != "sunpyter" {
		t.Errorf("jobs %+v, want the comment %q", jobs, want)
	}
	w.stopAll()
	w.checkStillWorks()
}

// environment makes a request of which only one part of the environment is set.
func environment(set func(e *protocol.Environment, word string)) func(string) protocol.KernelRequest {
	return func(word string) protocol.KernelRequest {
		var e protocol.Environment
		set(&e, word)
		return protocol.KernelRequest{Environment: &e}
	}
}

// checkNothingOwned checks, when the test has ended, that no word was read as code, on any
// host of the site and on the laptop.
func checkNothingOwned(t *testing.T, site *testcluster.Site) {
	t.Helper()
	t.Cleanup(func() {
		for _, host := range append([]string{"login"}, site.Nodes()...) {
			if _, err := site.ReadFile(host, owned); err == nil {
				t.Errorf("%s: there is %s", host, owned)
				must(t, site.RemoveFile(host, owned))
			}
		}
		if files, err := site.Files("/*/alice/owned*"); err != nil || len(files) > 0 {
			t.Errorf("%v, %v", files, err)
		}
		if _, err := site.LaptopCommand(t.Context(), "test", "-e", owned).CombinedOutput(); err == nil {
			t.Errorf("on the laptop: there is %s", owned)
		}
	})
}
