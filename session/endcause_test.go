package session

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// TestCauseDoesNotDependOnWhatWasSeenFirst: of a job that was killed for its memory, the
// batch script may have noticed only that Jupyter died, and the session a lost link.
func TestCauseDoesNotDependOnWhatWasSeenFirst(t *testing.T) {
	died := "jupyter-died " + base64.StdEncoding.EncodeToString([]byte("[I] the end of the log"))
	lost := &fault.Error{Code: fault.LinkLost, Tried: "x", Answer: "y"}
	refused := &fault.Error{Code: fault.ForwardRefused, Tried: "x", Answer: "y"}
	for name, row := range map[string]struct {
		seen     error  // what ended the session's life
		recorded string // by the job
		state    string // that Slurm reports in the end
		kills    int    // that the job survived
		want     fault.Code
	}{
		"Jupyter's death":                    {seen: remote.Failure(died), state: "OUT_OF_MEMORY", want: fault.JobOutOfMemory},
		"the job is gone":                    {seen: errGone, recorded: "failed " + died, state: "OUT_OF_MEMORY", want: fault.JobOutOfMemory},
		"the job is gone without a record":   {seen: errGone, state: "OUT_OF_MEMORY", want: fault.JobOutOfMemory},
		"the link is lost":                   {seen: lost, recorded: "failed " + died, state: "OUT_OF_MEMORY", want: fault.JobOutOfMemory},
		"the link is lost, without a record": {seen: lost, state: "OUT_OF_MEMORY", want: fault.JobOutOfMemory},
		"Jupyter died":                       {seen: remote.Failure(died), state: "FAILED", want: fault.JupyterDied},
		"Jupyter died, as the job recorded":  {seen: errGone, recorded: "failed " + died, state: "FAILED", want: fault.JupyterDied},
		"a kernel had been killed before":    {seen: remote.Failure(died), state: "OUT_OF_MEMORY", kills: 1, want: fault.JupyterDied},
		"the socket refuses us":              {seen: refused, state: "FAILED", want: fault.JobFailed},
		"another record":                     {seen: errGone, recorded: "failed jupyter-missing", state: "OUT_OF_MEMORY", want: fault.JupyterMissing},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				login := &fakeConn{ended: make(chan struct{}), host: fakeHost{
					"command squeue": func(_ io.Reader, out io.Writer) { _, _ = io.WriteString(out, frameOf("squeue", "")) },
					"command scontrol": func(_ io.Reader, out io.Writer) {
						state := "COMPLETING"
						if asked.Add(1) > 1 {
							state = row.state
						}
						_, _ = io.WriteString(out, frameOf("scontrol", fmt.Sprintf("JobId=7 JobName=sunpyter JobState=%s Reason=None ExitCode=1:0", state)))
					},
					"grep -h '^failed '": func(_ io.Reader, out io.Writer) { _, _ = io.WriteString(out, row.recorded+"\n") },
				}}
				conn := tunnel.NewRemote(login, sshconfig.Target{Name: "login", Host: "login"}, tunnel.ConnInfo{}, tunnel.Options{})
				snap := Snapshot{ID: "k0123456789a", Job: store.Job{JobID: "7", Node: store.Node{Private: "/tmp/x"}, MemoryKills: row.kills}}
				f := &causeFinder{login: fakeLogin{conn, nil}, snap: snap, wasReady: true, log: zap.NewNop()}
				cause := f.explain(t.Context(), row.seen)
				if !fault.Is(cause, row.want) {
					t.Errorf("%v, want %s", cause, row.want)
				}
				if found, ok := errors.AsType[*fault.Error](cause); ok && row.want == fault.JupyterDied && found.Tried != "running Jupyter in job 7" {
					t.Errorf("tried %q", found.Tried)
				}
				if asked.Load() > 12 {
					t.Errorf("Slurm was asked %d times", asked.Load())
				}
				_ = conn.Close()
				login.all.Wait()
			})
		})
	}
}
