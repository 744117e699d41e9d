//go:build unix

package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestCachedHome: a home directory whose new names stay unseen for 30 s on
// other hosts costs no time, and nothing is left on the file server.
func TestCachedHome(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{HomeCache: true})
	for range 2 { // the second finds what the first left in the caches
		begun := time.Now()
		ready := w.start(protocol.KernelRequest{})
		if took := time.Since(begun); took > pace.Limit(30*time.Second) {
			t.Errorf("ready after %v: it waited for a cache", took)
		} else {
			measure(t, "ready after", "%s", seconds(took))
		}
		checkAnswers(t, ready)
		w.stopAll()
		nothingLeft(t, site)
	}
}

// TestPAM: nodes that let in only users with a job there.
func TestPAM(t *testing.T) {
	t.Parallel()
	for _, pam := range usual(t, 1, []string{"slurm", "adopt"}) { // TestAdoptedIntoAnotherJob has the other
		t.Run(pam, func(t *testing.T) {
			t.Parallel()
			site, w := startWindow(t, testcluster.Options{PAM: pam})
			ready := w.start(protocol.KernelRequest{})
			out := execute(t, ready, "import os, socket\nprint(socket.gethostname(), os.environ['SLURM_JOB_ID'])")
			if want := ready.Session.Node + " " + ready.Session.JobID; strings.TrimSpace(out) != want {
				t.Errorf("the kernel printed %q, want %q", out, want)
			}
			if pam == "adopt" {
				checkInJob(t, site, ready.Session)
			}
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}

// TestAdoptedIntoAnotherJob: with two jobs of a user on one node pam_slurm_adopt
// puts both connections into the older; when that ends, the other kernel keeps running.
func TestAdoptedIntoAnotherJob(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{PAM: "adopt", Nodes: []string{"scs0151"}})
	older := w.start(protocol.KernelRequest{})
	younger := w.start(protocol.KernelRequest{})
	k := openSurvivor(t, younger)
	must(t, w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: older.Session.ID, WaitUntilFree: true}, &protocol.KernelStopResult{}))
	ended := time.Now()
	awaitAnswer(t, younger)
	measure(t, "answers again after", "%s", seconds(time.Since(ended)))
	k.checkSurvived()
	checkInJob(t, site, younger.Session)
	w.stopAll()
	nothingLeft(t, site)
}

// checkInJob checks that our connection ended in the job: sshd gave it the job's environment.
func checkInJob(t *testing.T, site *testcluster.Site, s protocol.Session) {
	t.Helper()
	processes, err := site.Processes(s.Node, "alice")
	must(t, err)
	adopted := 0
	for _, p := range processes {
		if slices.Contains(p.Environ, "SLURM_JOB_ID="+s.JobID) && slices.ContainsFunc(p.Environ, func(v string) bool { return strings.HasPrefix(v, "SSH_CONNECTION=") }) {
			adopted++
		}
	}
	if adopted == 0 {
		t.Errorf("no process that came by ssh is in job %s: %+v", s.JobID, processes)
	}
}
