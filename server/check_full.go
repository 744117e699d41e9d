package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
)

const (
	// trialLimit is the time limit of a full check's job.
	trialLimit = 10 * time.Minute
	// trialGrace is how long its job goes on without a sign of this computer: longer than
	// it takes to find out that there is no way in.
	trialGrace = 2 * time.Minute
)

// trial is the small job of a full check: a kernel as any other, that no client is told of.
type trial struct {
	*held
	running chan struct{} // closed when the job runs
	cause   error         // why it is not ready; set with tried
	tried   bool          // ready, or not, is known
	late    bool          // it was not waited for any longer
}

// end gives the node back; it may be called on nil, and twice.
func (t *trial) end() {
	if t != nil && t.held != nil {
		t.Stop(context.Background()) // has a deadline of its own
	}
}

// quickLine begins the line of the job's log that has what a cell would find.
const quickLine = "sunpyter-finds: "

// quickChecks are those that a newcomer runs in the first cell.
const quickChecks = `"$(command -v python3 || command -v python)" -c 'import json, os, socket
print("` + quickLine + `" + json.dumps({"host": socket.gethostname(), "cpus": os.cpu_count(), "mine": len(os.sched_getaffinity(0)), "dir": os.getcwd()}))' || :`

// job starts it, and waits until it runs.
func (c *check) job(ctx context.Context) finding {
	request := c.profile.Request
	request.CPUs, request.MemoryMiB, request.TimeLimit, request.GPUs, request.Gres = 1, 0, trialLimit, "", ""
	request.Environment.Setup = append(request.Environment.Setup[:len(request.Environment.Setup):len(request.Environment.Setup)], quickChecks)
	slurmReq := slurmRequest(request)
	if err := slurmReq.Validate(); err != nil {
		return failed(err)
	}
	c.trial = &trial{running: make(chan struct{})}
	cfg := c.server.config(store.NewID(), c.profile, request, trialGrace)
	cfg.Request, cfg.Idle, cfg.Store = slurmReq, profile.NeverIdle, nil
	cfg.Changed = c.trial.watch(c.server.redactor)
	h, err := c.server.holdTrial(c.profile, request, cfg)
	if err != nil {
		return failed(err)
	}
	c.trial.held = h
	return c.awaitJob(ctx)
}

// watch tells when the job runs. Its token is a secret like any other's.
func (t *trial) watch(redactor *Redactor) func(session.Snapshot) {
	return func(snap session.Snapshot) {
		redactor.Add(snap.Token)
		if snap.State == session.Starting && !isClosed(t.running) {
			close(t.running)
		}
	}
}

// awaitJob waits in the queue for as long as Jupyter may take afterwards.
func (c *check) awaitJob(ctx context.Context) finding {
	patience := time.NewTimer(c.server.timing.Jupyter)
	defer patience.Stop()
	select {
	case <-c.trial.running:
	case <-c.trial.Ready():
	case <-c.trial.Done():
	case <-ctx.Done():
		return skipped()
	case <-patience.C:
		return c.tooBusy()
	}
	snap := c.trial.Snapshot()
	if !isClosed(c.trial.running) && snap.Cause != nil {
		return failed(snap.Cause)
	}
	return fine(fmt.Sprintf("job %s runs on %s", snap.JobID, snap.Node.Name))
}

// tooBusy is no failure: the queue is long.
func (c *check) tooBusy() finding {
	c.trial.late = true
	snap := c.trial.Snapshot()
	found := fmt.Sprintf("job %s did not start within %v", snap.JobID, c.server.timing.Jupyter)
	if snap.Waiting == nil {
		return warning(found, "The cluster is busy. Try again later, or in another partition.")
	}
	return warning(found+": "+snap.Waiting.Message, snap.Waiting.Advice)
}

// try waits until the kernel is ready, or is not to be.
func (t *trial) try(ctx context.Context) (open bool) {
	if t.late {
		return false
	}
	if !t.tried {
		select {
		case <-t.Ready():
		case <-t.Done():
			t.cause = t.Snapshot().Cause
		case <-ctx.Done():
			return false
		}
		t.tried = true
	}
	return true
}

// inTheWay are the failures of the way into the job, as opposed to those of what runs in it.
var inTheWay = map[fault.Code]bool{
	fault.NoRoute: true, fault.NodeKeyMismatch: true, fault.WrongJob: true, fault.ForwardRefused: true, fault.LinkLost: true,
	fault.AuthRefused: true, fault.PortTaken: true,
}

func (c *check) jupyter(ctx context.Context) finding {
	switch {
	case !c.trial.try(ctx), inTheWay[fault.CodeOf(c.trial.cause)] && c.trial.cause != nil:
		return skipped()
	case c.trial.cause != nil:
		return failed(c.trial.cause)
	}
	return fine("found, and it answers")
}

func (c *check) wayIn(ctx context.Context) finding {
	switch {
	case !c.trial.try(ctx):
		return skipped()
	case c.trial.cause != nil:
		return failed(c.trial.cause)
	}
	snap := c.trial.Snapshot()
	return fine("open, from a port of this computer to Jupyter's socket on " + snap.Node.Name + ", " + snap.Route.Describe())
}

// found is what the quick checks print.
type found struct {
	Host string `json:"host"`
	CPUs int    `json:"cpus"`
	Mine int    `json:"mine"`
	Dir  string `json:"dir"`
}

func (c *check) quick(ctx context.Context) finding {
	if !c.trial.try(ctx) || c.trial.cause != nil {
		return skipped()
	}
	text, err := c.trial.Log(ctx, 1000)
	if err != nil {
		return failed(err)
	}
	for line := range strings.Lines(text) {
		var f found
		if rest, ok := strings.CutPrefix(line, quickLine); ok && json.Unmarshal([]byte(rest), &f) == nil {
			return fine(fmt.Sprintf("host %s with %d CPUs, %d of them for this job; directory %s", f.Host, f.CPUs, f.Mine, f.Dir))
		}
	}
	return warning("Python did not tell where it runs", "Look at the environment: is there a Python 3 in it?")
}

// release gives the node back, and says what became of it.
func (c *check) release(context.Context) finding {
	release := wireRelease(c.trial.Snapshot().ID, c.trial.Stop(context.Background()))
	if release.Outcome == protocol.ReleaseUnconfirmed {
		return warning(release.Message, "")
	}
	return fine("job " + release.JobID + " is over")
}
