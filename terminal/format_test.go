package terminal

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

func TestClock(t *testing.T) {
	now := time.Date(2026, 3, 4, 23, 0, 0, 0, time.FixedZone("east", 3600))
	for at, want := range map[time.Time]string{
		now.Add(30 * time.Minute).UTC():             "23:30",
		now.Add(2 * time.Hour).UTC():                "Thu 5 Mar 01:00",
		now.Add(-24 * time.Hour):                    "Tue 3 Mar 23:00",
		now.Add(time.Minute).In(time.UTC):           "23:01",
		now.AddDate(1, 0, 0).In(time.UTC):           "Thu 4 Mar 23:00",
		now.Add(-23 * time.Hour).In(now.Location()): "00:00",
	} {
		if got := clockText(at, now); got != want {
			t.Errorf("clock(%v) = %q, want %q", at, got, want)
		}
	}
}

func TestPower(t *testing.T) {
	for want, s := range map[string]protocol.Session{
		"a compute node":          {},
		"1 CPU":                   {CPUs: 1},
		"2 CPUs, 4 GB":            {CPUs: 2, MemoryMiB: 4096},
		"2 CPUs, 1.5 GB, GPU a:1": {CPUs: 2, MemoryMiB: 1536, GPUs: "a:1"},
	} {
		if got := resourcesText(s); got != want {
			t.Errorf("power(%+v) = %q, want %q", s, got, want)
		}
	}
}

// TestNoHiddenCharacterReachesTheTerminal covers every method that writes to the screen.
func TestNoHiddenCharacterReachesTheTerminal(t *testing.T) {
	const said = "a\x1b[2Jb\r\nc\td\x07\u009bK\x00\u202e\u2066\u200f\u200b\U000e0041\ufe0f\u2029"
	const want = "a[2Jb\nc\tdK"
	var out strings.Builder
	s := console.NewScreen(&out)
	s.Line("%s", said)
	s.MarkedLine("+", said)
	messages{screen: s, err: &out}.printNote(said)
	if got := out.String(); got != want+"\n  + "+want+"\n"+want+"\n" {
		t.Errorf("the terminal gets %q", got)
	}
	if got := dash(said); got != want {
		t.Errorf("a table gets %q", got)
	}
	if got := indent(said); strings.ContainsAny(got, "\x1b\u202e\u2066\u200b") {
		t.Errorf("a failure gets %q", got)
	}
}

func TestReadyHelpSaysWhereCellsRun(t *testing.T) {
	for environment, want := range map[string]string{
		"":   "Cells run on n1 in /home/alice, with 2 CPUs.",
		"ml": "Cells run on n1 in /home/alice, with the environment ml, 2 CPUs.",
	} {
		var out strings.Builder
		printer := progressPrinter{screen: console.NewScreen(&out), now: time.Now}
		s := protocol.Session{Node: "n1", WorkingDirectory: "/home/alice", CPUs: 2, Environment: environment}
		printer.printReadyHelp(protocol.KernelStartResult{Session: s})
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q does not have %q", out.String(), want)
		}
	}
}

func TestReleaseTexts(t *testing.T) {
	s := protocol.Session{GraceSeconds: 60}
	for outcome, want := range map[protocol.ReleaseOutcome]string{
		protocol.ReleaseDone:        "Stopped: Slurm has cancelled job 7.",
		protocol.ReleaseNodeFree:    "Stopped: job 7 has ended and its node is free.",
		protocol.ReleaseNoJob:       "Nothing to stop: the job does not exist or has ended.",
		protocol.ReleaseUnconfirmed: "Warning: Slurm did not confirm that job 7 was cancelled. It stops by itself within 1 min.",
		protocol.ReleaseHandedOver:  "Not stopped: another window or terminal uses job 7.",
		"new-outcome":               "Job 7: new-outcome.",
	} {
		if got := releaseText(protocol.Release{JobID: "7", Outcome: outcome}, s); got != want {
			t.Errorf("%s: %q, want %q", outcome, got, want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for code, want := range map[fault.Code]int{
		fault.BadConfig: exitUsage, fault.BadRequest: exitUsage, fault.UnknownCluster: exitUsage,
		fault.ReleaseUnconfirmed: exitUnconfirmed, fault.AuthRefused: exitFailed, "new.code": exitFailed,
	} {
		if got := exitCode(protocol.Problem{Code: string(code)}); got != want {
			t.Errorf("%s: exit code %d, want %d", code, got, want)
		}
	}
	p := &program{err: &strings.Builder{}}
	if got := p.report(errors.Join(errInterrupted, rpcclient.NewFailure(fault.Cancelled, "x", "y", "z")), "sunpyter"); got != exitInterrupted {
		t.Errorf("an interrupted command: exit code %d", got)
	}
}

func TestProblemTextIndentsLaterLines(t *testing.T) {
	got := problemText(protocol.Problem{Code: "c", Tried: "starting Jupyter", Answer: "line one\nline two\n", Advice: "Look."})
	want := "Failed: starting Jupyter\n  Answer:     line one\n              line two\n  What to do: Look.\n  Code:       c\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := problemText(protocol.Problem{Message: "all in one"}); got != "Failed: all in one\n" {
		t.Errorf("got %q", got)
	}
}
