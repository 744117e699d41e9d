package session

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// startUp enters the job while Jupyter starts, and returns when Jupyter is reached
// through the local port.
func (s *Session) startUp(ctx context.Context) error {
	s.setState(Starting)
	if err := s.openPort(ctx); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, s.cfg.Timing.Jupyter)
	defer cancel()
	if err := s.attach(limit); err != nil {
		if errors.Is(err, context.DeadlineExceeded) && limit.Err() != nil && ctx.Err() == nil {
			return s.jupyterSilent()
		}
		return err
	}
	s.closeDir() // from here on none of our processes is on the login node
	snap := s.status.snap
	s.cfg.Log.Info("kernel ready", zap.String("session", s.cfg.ID), zap.String("job", snap.JobID), zap.String("node", snap.Node.Name),
		zap.String("route", string(snap.Route)))
	s.setState(Ready)
	return nil
}

// openPort opens the local port, the same as before if that can be had.
func (s *Session) openPort(ctx context.Context) error {
	forward, err := call(s, ctx, s.port.open(s.cfg.Timing.OwnerCheck/4))
	if forward == nil {
		return err
	}
	s.port.forward.Store(forward)
	forward.OnReuse(s.linkReused)
	if s.port.wanted != 0 && forward.Port() != s.port.wanted {
		s.notices.add("the previous local port is taken; open notebooks must be connected again")
	}
	s.record(func(rec *store.Record) { rec.Port = forward.Port() })
	return err
}

// attach enters the job and connects the local port to Jupyter. A route over which
// Jupyter's socket is unreachable counts as failed.
func (s *Session) attach(ctx context.Context) error {
	var refusals []refusal
	for {
		if err := s.enterJob(ctx, refusals); err != nil {
			return err
		}
		err := s.awaitJupyter(ctx)
		if !fault.Is(err, fault.ForwardRefused) || len(refusals) > 0 || s.cfg.Pinned != "" {
			return err
		}
		refusals = append(refusals, refusal{s.status.snap.Route, err})
		s.node.take().close()
	}
}

// prefetchNode begins to connect to the job's node by ssh, if that was the route. A
// step is not begun early: it asks Slurm's controller, and may be begun once only.
func (s *Session) prefetchNode(ctx context.Context) {
	snap := s.status.snap
	if !snap.Node.Reported() || snap.Route != store.Jump || s.cfg.Pinned == store.Step {
		return
	}
	login, job, timeout := s.login, jobAccess{node: snap.Node}, s.cfg.Timing.Attach
	s.node.early = begin(&s.work.group, func() (*tunnel.Conn, error) {
		limit, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return dialNode(limit, login, store.Jump, job)
	})
}

// enterJob connects into the job by the first route that leads there. refusals are
// those that are known not to.
func (s *Session) enterJob(ctx context.Context, refusals []refusal) error {
	snap := s.status.snap
	d := nodeDialer{
		login: s.login, redial: s.redial(),
		job:   jobAccess{snap.Node, snap.JobID, snap.Generation, s.cfg.NodePort},
		plan:  routePlan(s.cfg.Pinned, snap.Route, s.cfg.Routes.For(s.cfg.Place)),
		usual: s.cfg.Timing.Attach, homeTook: s.job.homeTook, log: s.cfg.Log,
		refusals: append(append([]refusal{}, s.node.closed...), refusals...), early: s.node.early,
	}
	s.node.early = nil
	w, err := call(s, ctx, d.connect)
	s.login = d.login
	s.node.closed = append(s.node.closed, d.closed...)
	if w == nil {
		return err
	}
	s.node.set(w)
	if err != nil {
		return err
	}
	s.recordRoute(d.route, d.refusals)
	s.lease.restart()
	s.timers.renew.Reset(s.cfg.Timing.Renew) // Jupyter may take longer than the grace
	s.sendLease()
	return nil
}

// recordRoute saves the route that worked for this session and, if earlier failures
// reflect the site's policy, for the site.
func (s *Session) recordRoute(route store.Route, refusals []refusal) {
	if s.status.snap.Route != route {
		s.status.update(func(snap *Snapshot) { snap.Route = route })
		s.record(func(rec *store.Record) { rec.Route = route })
	}
	for _, r := range refusals {
		if (route != store.Jump && !isSitePolicy(r.err)) || s.status.wasReady() {
			return // what fails for a session that had worked is of this moment
		}
	}
	if err := s.cfg.Routes.Save(s.cfg.Place, route); err != nil {
		s.cfg.Log.Warn("the route into jobs could not be saved", zap.Error(err))
	}
}

// awaitJupyter waits until the agent reports where Jupyter listens, and connects the
// local port to it.
func (s *Session) awaitJupyter(ctx context.Context) error {
	w := s.node.conn()
	if w == nil {
		return s.node.current.Load().lost()
	}
	if err := s.wait(ctx, func() bool { return s.node.lost || s.node.jupyter != nil }); err != nil {
		return err
	}
	if s.node.jupyter == nil {
		return w.lost()
	}
	j, forward, timeout := *s.node.jupyter, s.port.forward.Load(), s.cfg.Timing.Renew
	_, err := call(s, ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, connect(ctx, forward, w, j, timeout) })
	if err != nil {
		return err
	}
	if j.Network == "tcp" {
		s.notices.add("this Jupyter is too old for a private socket: on the node, other users could reach its port (they would need the token). Ask for a newer one.")
	}
	s.status.update(func(snap *Snapshot) { snap.URL, snap.Token = forward.URL(), forward.Token() })
	return nil
}

// steadyLink is how long a link must have lasted to be restored without a pause.
const steadyLink = time.Minute

// running is the time in which cells run. It returns the cause of the end. The pauses
// before a lost link is restored grow while links break at once: the node's sshd may
// put each connection into a job that is just ending.
func (s *Session) running(ctx context.Context) error {
	backoff := retry.Backoff{Min: time.Second, Max: maxPause}
	for {
		connected := time.Now()
		s.startActivity()
		if err := s.wait(ctx, func() bool { return s.node.lost }); err != nil {
			return err
		}
		s.timers.activity.Stop()
		s.port.disconnect()
		s.node.take().close()
		s.setState(Disconnected)
		if time.Since(connected) >= steadyLink {
			backoff.Reset()
		} else if _, err := s.rest(ctx, backoff.Next()); err != nil {
			return err
		}
		if err := s.reconnect(ctx); err != nil {
			return err
		}
		s.cfg.Log.Info("connected again", zap.String("session", s.cfg.ID))
		s.setState(Ready)
	}
}

// reconnect restores the link, for as long as it takes: the lease in the job, not a
// guess of ours, decides when it is too late. Slurm, which may not answer, is asked
// only if no route leads into the job: is there anything to go back to?
func (s *Session) reconnect(ctx context.Context) error {
	var asked time.Time
	return s.retry(ctx, func(ctx context.Context) error {
		if err := s.connect(ctx, false); err != nil {
			return err
		}
		err := s.attach(ctx)
		if err == nil {
			return nil
		}
		s.node.take().close()
		if err = unwrapNoRoute(err); !isTransient(err) || time.Since(asked) <= s.cfg.Timing.Poll {
			return err
		}
		finder := s.newCauseFinder()
		over, unknown := call(s, ctx, finder.jobEnded)
		if unknown == nil {
			asked = time.Now()
		}
		if over {
			return errGone
		}
		return err
	})
}
