//go:build unix

package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// The gap is the time between Slurm's taking a job and our learning its number.

// The wrapper of sbatch that makes the gap long: it reports that the job exists, and
// waits before it prints its number.
const (
	gapSubmittedFile = "/home/alice/made"
	gapContinueFile  = "/home/alice/leave"

	gapWrapper = `#!/bin/sh
[ "$1" = --version ] && exec %[1]s --version
number=$(%[1]s "$@") || exit
echo "$number" >` + gapSubmittedFile + `
for try in $(seq 200); do
  [ -e ` + gapContinueFile + ` ] && break
  sleep 0.1
done
echo "$number"
`
)

// startGapSite makes sbatch on login wait before it prints the job's number.
func startGapSite(t *testing.T) *testcluster.Site {
	t.Helper()
	site := testcluster.Start(t, testcluster.Options{})
	const sbatch, elsewhere = "/usr/bin/sbatch", "/usr/lib/sbatch.real"
	site.MustExec(t, "login", "root", "cp", sbatch, elsewhere)
	must(t, site.WriteFile("login", "/usr/local/bin/sbatch", 0o755, fmt.Sprintf(gapWrapper, elsewhere)))
	return site
}

// awaitGap waits until Slurm has accepted a job whose number is not known yet.
func awaitGap(t *testing.T, site *testcluster.Site) {
	t.Helper()
	eventually(t, waitLimit, func() bool {
		files, err := site.Files(gapSubmittedFile)
		must(t, err)
		return len(files) == 1 && len(activeJobs(t, site)) == 1
	}, func() string { return "sbatch was not called" })
}

// endGap lets sbatch print the job's number.
func endGap(t *testing.T, site *testcluster.Site) {
	t.Helper()
	site.MustExec(t, "login", "alice", "touch", gapContinueFile)
}

// resetGap prepares the next gap.
func resetGap(t *testing.T, site *testcluster.Site) {
	t.Helper()
	site.MustExec(t, "login", "alice", "rm", "-f", gapSubmittedFile, gapContinueFile)
}

// TestCancelledInTheGap: both ways to cancel wait for the number, and cancel the
// job by it. The job must not even start: it waits until the nodes are free.
func TestCancelledInTheGap(t *testing.T) {
	t.Parallel()
	site := startGapSite(t)
	for _, row := range []struct {
		name   string
		cancel func(w *window, id string)
	}{
		{"cancelRequest", func(w *window, id string) {
			must(t, w.rpc.Notify(t.Context(), protocol.MethodCancelRequest, protocol.CancelParams{ID: id}))
		}},
		{"closed stdin", func(w *window, _ string) { _ = w.rpc.Close() }},
	} {
		for _, hold := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, held %v", row.name, hold), func(t *testing.T) {
				w := openWindow(t, site)
				var request protocol.KernelRequest
				if hold {
					request.SbatchOptions = []string{"--hold"} // no job script runs that could notice it
				}
				id, answer := w.begin(request)
				awaitGap(t, site)
				row.cancel(w, id.Str)
				endGap(t, site)
				select {
				case s := <-answer:
					if s.err == nil {
						t.Error("the start was answered with a kernel")
					}
				case <-time.After(waitLimit):
					t.Error("the start was not answered")
				}
				w.close()
				resetGap(t, site)
				nothingLeft(t, site)
			})
		}
	}
}

// TestLaptopDiesInTheGap: the script on the login node cancels the job as soon as it
// cannot report the number.
func TestLaptopDiesInTheGap(t *testing.T) {
	t.Parallel()
	site := startGapSite(t)
	p := run(t, site, "--sbatch-option=--hold")
	awaitGap(t, site)
	p.killAll()
	endGap(t, site)
	nothingLeftWithin(t, site, waitLimit, gapSubmittedFile, gapContinueFile) // the job is held: nothing else ends it
}

// TestLaptopLosesPowerInTheGap: not even its connection ends, so the script on the login
// node waits 10 s for the confirmation that the number has arrived.
func TestLaptopLosesPowerInTheGap(t *testing.T) {
	t.Parallel()
	site := startGapSite(t)
	p := run(t, site, "--sbatch-option=--hold")
	awaitGap(t, site)
	must(t, site.Cut())
	p.killAll()
	endGap(t, site)
	died := time.Now()
	eventually(t, waitLimit, func() bool { return len(activeJobs(t, site)) == 0 }, func() string { return "the job is still there" }) // it is held: nothing else ends it
	measure(t, "job gone after", "%s", seconds(time.Since(died)))
	must(t, site.Uncut()) // now login's sshd learns that its client is gone
	nothingLeftWithin(t, site, waitLimit, gapSubmittedFile, gapContinueFile)
}

// TestLoginDiesInTheGap: the script on the login node is killed too, so the job has to
// notice by itself that it has no owner.
func TestLoginDiesInTheGap(t *testing.T) {
	t.Parallel()
	site := startGapSite(t)
	p := run(t, site, "--grace", shortGrace.String(), "--sbatch-option=--begin=now+3seconds")
	awaitGap(t, site)
	p.killAll()
	processes, err := site.Processes("login", "alice")
	must(t, err)
	for _, process := range processes {
		if proc, err := os.FindProcess(process.PID); err == nil {
			_ = proc.Kill()
		}
	}
	// The script that watched the folder may have been killed before it removed the folder;
	// then the job starts, and its lease ends it, which leaves an end record.
	eventually(t, waitLimit, func() bool { return len(remainingJobs(t, site)) == 0 }, func() string { return fmt.Sprintf("jobs %v", remainingJobs(t, site)) })
	site.MustExec(t, "login", "alice", "sh", "-c", "rm -rf ~/.sunpyter/ended; rmdir ~/.sunpyter 2>/dev/null; true")
	nothingLeftWithin(t, site, waitLimit, gapSubmittedFile, gapContinueFile)
}

// nothingLeftWithin is nothingLeft with a limit of its own, after which the
// test's own files are removed.
func nothingLeftWithin(t *testing.T, site *testcluster.Site, limit time.Duration, own ...string) {
	t.Helper()
	eventually(t, limit, func() bool { return len(findLeftovers(t, site)) == 0 }, func() string { return fmt.Sprintf("left behind: %v", findLeftovers(t, site)) })
	site.MustExec(t, "login", "alice", "rm", append([]string{"-f"}, own...)...)
}
