package check

import (
	"context"
	"fmt"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/session"
)

// JobGrace is how long a full check's job runs on without this computer: longer than
// it takes to find out that the job cannot be reached.
const JobGrace = 2 * time.Minute

// jobTimeLimit is the time limit of a full check's job.
const jobTimeLimit = 10 * time.Minute

// checkJob is the small job of a full check: a session like any other.
type checkJob struct {
	*session.Session
	running chan struct{} // closed when the job runs
	settled bool          // the session is ready, or failed with cause
	cause   error
	queued  bool // the job was still in the queue at the limit
}

// end releases the job; it may be called on nil, and twice.
func (j *checkJob) end() {
	if j != nil && j.Session != nil {
		j.Stop(context.Background()) // has a deadline of its own
	}
}

func (c *checker) checkJobRuns(ctx context.Context) finding {
	request := c.Profile.Request
	request.CPUs, request.MemoryMiB, request.TimeLimit, request.GPUs, request.Gres = 1, 0, jobTimeLimit, "", ""
	if err := request.Validate(); err != nil {
		return failed(err)
	}
	c.job = &checkJob{running: make(chan struct{})}
	started, err := c.StartJob(request, func(snap session.Snapshot) {
		if snap.State == session.Starting && !channels.IsClosed(c.job.running) {
			close(c.job.running)
		}
	})
	if err != nil {
		return failed(err)
	}
	c.job.Session = started
	return c.awaitJob(ctx)
}

func (c *checker) awaitJob(ctx context.Context) finding {
	limit := time.NewTimer(c.QueueLimit)
	defer limit.Stop()
	select {
	case <-c.job.running:
	case <-c.job.Ready():
	case <-c.job.Done():
	case <-ctx.Done():
		return skipped()
	case <-limit.C:
		return c.clusterBusy()
	}
	snap := c.job.Snapshot()
	if !channels.IsClosed(c.job.running) && snap.Cause != nil {
		return failed(snap.Cause)
	}
	return ok(fmt.Sprintf("job %s runs on %s", snap.JobID, snap.Node.Name))
}

// clusterBusy returns a warning: a long queue is not a failure.
func (c *checker) clusterBusy() finding {
	c.job.queued = true
	snap := c.job.Snapshot()
	found := fmt.Sprintf("job %s did not start within %s", snap.JobID, units.Duration(c.QueueLimit))
	if snap.Waiting == nil {
		return warning(found, "The cluster is busy. Try again later, or in another partition.")
	}
	return warning(found+": "+snap.Waiting.Message, snap.Waiting.Advice)
}

// settle waits until the session is ready or has failed. It reports false if neither
// is to be waited for.
func (j *checkJob) settle(ctx context.Context) bool {
	if j.queued || j.settled {
		return j.settled
	}
	select {
	case <-j.Ready():
	case <-j.Done():
		j.cause = j.Snapshot().Cause
	case <-ctx.Done():
		return false
	}
	j.settled = true
	return true
}

// routeFailures are failures to reach the job, as opposed to those of Jupyter in it.
var routeFailures = map[fault.Code]bool{
	fault.NoRoute: true, fault.NodeKeyMismatch: true, fault.WrongJob: true, fault.ForwardRefused: true, fault.LinkLost: true,
	fault.AuthRefused: true, fault.PortTaken: true,
}

func (c *checker) checkJupyter(ctx context.Context) finding {
	switch {
	case !c.job.settle(ctx), c.job.cause != nil && routeFailures[fault.CodeOf(c.job.cause)]:
		return skipped()
	case c.job.cause != nil:
		return failed(c.job.cause)
	}
	return ok("found, and it answers")
}

func (c *checker) checkRoute(ctx context.Context) finding {
	switch {
	case !c.job.settle(ctx):
		return skipped()
	case c.job.cause != nil:
		return failed(c.job.cause)
	}
	snap := c.job.Snapshot()
	return ok("open, from a port of this computer to Jupyter's socket on " + snap.Node.Name + ", " + snap.Route.Describe())
}

func (c *checker) checkRelease(context.Context) finding {
	release := c.job.Stop(context.Background())
	if release.Outcome == session.Unconfirmed {
		return warning(release.Err.Error(), "")
	}
	return ok("job " + release.JobID + " has ended")
}
