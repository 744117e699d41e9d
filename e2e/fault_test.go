//go:build unix

package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// The files fault_*_test.go test the faults in docs/reliability.md.

// survivor is a kernel that must survive a fault, with its variables.
type survivor struct {
	*kernel
	ready protocol.KernelStartResult
	pid   string
}

// openSurvivor opens a kernel and sets a variable.
func openSurvivor(t *testing.T, ready protocol.KernelStartResult) *survivor {
	t.Helper()
	k := openKernel(t, ready)
	return &survivor{k, ready, k.run("import os\nx = 42\nprint(os.getpid())")}
}

// checkSurvived waits until the kernel answers at its old address, and checks that it
// is the same one.
func (s *survivor) checkSurvived() {
	s.t.Helper()
	begun := time.Now()
	eventually(s.t, waitLimit, s.answers, func() string { return "no answer from the kernel of session " + s.ready.Session.ID })
	if out := s.reconnect().run("print(os.getpid(), x)"); out != s.pid+" 42" {
		s.t.Errorf("the kernel printed %q; its pid was %s", out, s.pid)
	}
	s.t.Logf("answers after %v", time.Since(begun).Round(10*time.Millisecond))
	measure(s.t, "pid and variables", "kept")
}

// answers reports whether Jupyter answers now.
func (s *survivor) answers() bool {
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.ready.URL+"api/status", nil)
	must(s.t, err)
	req.Header.Set("Authorization", "token "+s.ready.Token)
	res, err := (&http.Client{Timeout: pace.Limit(noHang), Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// hasJob reports whether a session's job exists and is not ending.
func hasJob(t *testing.T, site *testcluster.Site, session string) bool {
	t.Helper()
	for _, job := range activeJobs(t, site) {
		if strings.HasSuffix(job.Comment, "session="+session) {
			return true
		}
	}
	return false
}

// jobGone waits until Slurm has accepted the end of the session's job, and returns
// when that was seen.
func jobGone(t *testing.T, site *testcluster.Site, session string, limit time.Duration) time.Time {
	t.Helper()
	eventually(t, limit, func() bool { return !hasJob(t, site, session) }, func() string {
		return fmt.Sprintf("after %v the job of %s is still there: %v", limit, session, activeJobs(t, site))
	})
	return time.Now()
}

// awaitError waits for the program's end and checks the reported cause.
func (p *program) awaitError(code fault.Code) *protocol.Problem {
	p.t.Helper()
	e, ok := p.await(func(e event) bool { return e.Event == "error" })
	if !ok || e.Error.Code != string(code) || e.Error.Advice == "" {
		p.t.Errorf("reported %+v, want %s\n%s", e.Error, code, p.stderr.String())
	}
	p.wait(waitLimit)
	return e.Error
}
