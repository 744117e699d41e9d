//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// commandResult is the output of one run of the program.
type commandResult struct {
	out, err string
	code     int
}

// runCommand runs a command of the program to its end, as in a second terminal of
// the same laptop.
func (p *program) runCommand(args ...string) commandResult {
	p.t.Helper()
	return p.runWithEnv(p.cmd.Env, args...)
}

// runOnOtherComputer does the same on another laptop of the same user.
func (p *program) runOnOtherComputer(args ...string) commandResult {
	p.t.Helper()
	return p.runWithEnv(append(p.cmd.Env, "SUNPYTER_STATE="+p.t.TempDir()), args...)
}

func (p *program) runWithEnv(env []string, args ...string) commandResult {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), p.cmd.Path, args...)
	cmd.Env = env
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		p.t.Fatal(err)
	}
	a := commandResult{out.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	p.t.Logf("sunpyter %s: exit code %d\n%s%s", strings.Join(args, " "), a.code, a.out, a.err)
	return a
}

// check checks the exit code, and that each of the words is said.
func (a commandResult) check(t *testing.T, code int, words ...string) {
	t.Helper()
	if a.code != code {
		t.Errorf("exit code %d, want %d", a.code, code)
	}
	for _, word := range words {
		if !strings.Contains(a.out+a.err, word) {
			t.Errorf("it does not say %q: %s%s", word, a.out, a.err)
		}
	}
}

// line is a line of any command with --json.
type line struct {
	event
	Text    *string                      `json:"text"`
	Version string                       `json:"version"`
	Check   *protocol.ClusterCheckResult `json:"check"`
	Cluster *protocol.Cluster            `json:"cluster"`
}

// lines reads the events of a command.
func (a commandResult) lines(t *testing.T) (all []line) {
	t.Helper()
	for text := range strings.Lines(a.out) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Errorf("on stdout: %q: %v", text, err)
		}
		all = append(all, l)
	}
	return all
}

// TestCommands: what a second terminal can do while a kernel runs, and what the
// first one reports when the second stops it.
func TestCommands(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t)
	s := p.ready().Session

	p.runCommand("list", "--local").check(t, 0, s.ID, s.JobID, s.Node, "/home/alice")
	p.runCommand("list", "alice@login").check(t, 0, s.ID, s.JobID, "ready")
	p.runCommand("list", "login").check(t, 0, s.ID) // a host of the ssh configuration, not a user's name
	for _, args := range [][]string{{"list", "--json", "--local"}, {"list", "--json", "alice@login"}} {
		listed := p.runCommand(args...).lines(t)
		if len(listed) != 1 || listed[0].Event != "session" || listed[0].Session.ID != s.ID || listed[0].Session.JobID != s.JobID {
			t.Errorf("%v: %+v", args, listed)
		}
	}
	p.runCommand("log").check(t, 0, "Jupyter")
	p.runCommand("log", s.ID, "-n", "3").check(t, 0)
	if logged := p.runCommand("log", "--json").lines(t); len(logged) != 1 || logged[0].Text == nil || !strings.Contains(*logged[0].Text, "Jupyter") {
		t.Errorf("log --json: %+v", logged)
	}
	p.runCommand("top").check(t, 0, s.Node+": ", " of 1 CPU, ", "(at most ")
	if looked := p.runCommand("top", s.ID, "--json").lines(t); len(looked) != 1 || looked[0].Event != "use" || looked[0].Session.Use.CPUPercent < 0 || looked[0].Session.Use.MemoryMiB < 20 {
		t.Errorf("top --json: %+v", looked)
	}
	p.runCommand("check", "alice@login").check(t, 0, "alice", "Slurm", "No problem was found. Use --full")
	if checked := p.runCommand("check", "--json", "alice@login").lines(t); len(checked) != 1 || checked[0].Check == nil || !checked[0].Check.OK || checked[0].Check.User != "alice" {
		t.Errorf("check --json: %+v", checked)
	}
	p.runCommand("clusters").check(t, 0, "sunbird", "login", "scs0151")
	p.runCommand("version").check(t, 0, "sunpyter ", "protocol 2")
	p.runCommand("log", "k00000000000").check(t, 1, "k00000000000")
	p.runCommand("top", "k00000000000").check(t, 1, "k00000000000")
	p.runCommand("stop", "k00000000000").check(t, 1, "k00000000000")
	p.runCommand("stop", "99999", "alice@login").check(t, 1, "99999")
	p.runCommand("check", "mallory@login").check(t, 1, "mallory")

	p.runCommand("stop", s.ID).check(t, 0, s.JobID)
	p.awaitStoppedElsewhere()
	nothingLeft(t, site)
}

// TestStopCommandVariants: by the job's number, the only one, and all.
func TestStopCommandVariants(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	for _, row := range usual(t, 2, []struct {
		name string
		args func(s protocol.Session) []string
	}{
		{"only, and wait", func(protocol.Session) []string { return []string{"stop", "--wait"} }},
		{"all", func(protocol.Session) []string { return []string{"stop", "--all", "alice@login"} }},
		{"job", func(s protocol.Session) []string { return []string{"stop", s.JobID, "alice@login"} }}, // TestCommandsFromAnotherComputer, too
	}) {
		t.Run(row.name, func(t *testing.T) {
			p := run(t, site)
			s := p.ready().Session
			p.runCommand(row.args(s)...).check(t, 0, s.JobID)
			p.awaitStoppedElsewhere()
			nothingLeft(t, site)
		})
	}
}

// TestCommandsFromAnotherComputer: it finds the kernel by its job, and can
// stop it; the owner reports that the job was cancelled.
func TestCommandsFromAnotherComputer(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t)
	s := p.ready().Session
	p.runOnOtherComputer("list", "--local").check(t, 0)
	listed := p.runOnOtherComputer("list", "--json", "alice@login").lines(t)
	if len(listed) != 1 || listed[0].Session.JobID != s.JobID || listed[0].Session.ID != s.ID || listed[0].Session.Node != s.Node || listed[0].Session.Owned {
		t.Errorf("another laptop lists %+v", listed)
	}
	if stopped := p.runOnOtherComputer("stop", "--json", s.JobID, "alice@login"); stopped.code != 0 || !strings.Contains(stopped.out, s.JobID) {
		t.Errorf("stopped: %+v", stopped)
	}
	e, ok := p.await(func(e event) bool { return e.Event == "error" })
	if !ok || e.Error.Code != "ended.cancelled" {
		t.Errorf("the first laptop reports %+v", e.Error)
	}
	if code := p.wait(waitLimit); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	nothingLeft(t, site)
}

// awaitStoppedElsewhere waits for the program's end, and checks the reported cause.
func (p *program) awaitStoppedElsewhere() {
	p.t.Helper()
	begun := time.Now()
	e, ok := p.await(func(e event) bool { return e.Event == "error" })
	if !ok || e.Error.Code != "ended.stopped-elsewhere" || !strings.Contains(e.Error.Message, "stopped from another window or terminal") {
		p.t.Errorf("the first terminal reports %+v", e.Error)
	}
	if code := p.wait(waitLimit); code != 1 {
		p.t.Errorf("exit code %d, want 1", code)
	}
	if took := time.Since(begun); took > pace.Limit(30*time.Second) {
		p.t.Errorf("the first terminal learnt of it after %v", took)
	}
}
