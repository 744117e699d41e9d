package session

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel/proxy"
)

// startUp enters the job while Jupyter starts, and returns when Jupyter is reached
// through the local port.
func (s *Session) startUp(ctx context.Context) error {
	s.status.setState(Starting)
	if err := s.openPort(ctx); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, s.cfg.Timing.Jupyter)
	defer cancel()
	if err := s.attach(limit); err != nil {
		if errors.Is(err, context.DeadlineExceeded) && limit.Err() != nil && ctx.Err() == nil {
			return jupyterSilent(s.status.snap.JobID, s.cfg.Timing.Jupyter, s.status.notices.step)
		}
		return err
	}
	s.dir.Close() // from here on no process of Sunpyter runs on the login node
	s.dir = nil
	snap := s.status.snap
	s.cfg.Log.Info("kernel ready", zap.String("session", s.cfg.ID), zap.String("job", snap.JobID), zap.String("node", snap.Node.Name),
		zap.String("route", string(snap.Route)))
	s.status.setState(Ready)
	return nil
}

// openPort opens the local port, the same as before if that can be had.
func (s *Session) openPort(ctx context.Context) error {
	forward, err := call(&s.loop, ctx, func(ctx context.Context) (*proxy.Server, error) { return s.port.open(ctx, s.cfg.Timing.OwnerCheck/4) })
	if forward == nil {
		return err
	}
	s.port.forward.Store(forward)
	forward.OnReuse(s.cfg.warnOfReuse)
	if s.port.wanted != 0 && forward.Port() != s.port.wanted {
		s.status.notices.add("the previous local port is taken; open notebooks must be connected again")
	}
	s.owner.update(func(rec *store.Record) { rec.Port = forward.Port() })
	return err
}

// attach enters the job and connects the local port to Jupyter. A route over which
// Jupyter's socket is unreachable counts as failed.
func (s *Session) attach(ctx context.Context) error {
	var refusals []nodeconn.Refusal
	for {
		if err := s.enterJob(ctx, refusals); err != nil {
			return err
		}
		err := s.awaitJupyter(ctx)
		if !fault.Is(err, fault.ForwardRefused) || len(refusals) > 0 || s.cfg.Pinned != "" {
			return err
		}
		refusals = append(refusals, nodeconn.Refusal{Route: s.status.snap.Route, Err: err})
		s.node.take().Close()
	}
}

// enterJob connects into the job by the first route that works. refusals are routes that
// are known not to.
func (s *Session) enterJob(ctx context.Context, refusals []nodeconn.Refusal) error {
	snap := s.status.snap
	d := nodeconn.Dialer{
		Login: s.login, Redial: s.cfg.redial,
		Job:     nodeconn.Job{Node: snap.Node, ID: snap.JobID, Generation: snap.Generation, Listen: s.cfg.NodePort},
		Plan:    nodeconn.Plan(s.cfg.Pinned, snap.Route, s.cfg.Routes.Route(s.cfg.Place)),
		Timeout: s.cfg.Timing.Attach, HomeTook: s.job.homeTook, Log: s.cfg.Log,
		Refusals: append(append([]nodeconn.Refusal{}, s.node.closed...), refusals...), Early: s.node.early,
	}
	s.node.early = nil
	w, err := call(&s.loop, ctx, d.Connect)
	s.login = d.Login
	s.node.closed = append(s.node.closed, d.Closed...)
	if w == nil {
		return err
	}
	s.node.set(w)
	if err != nil {
		return err
	}
	s.recordRoute(d.Route, d.Refusals)
	s.lease.restart()
	s.loop.timers.renew.Reset(s.cfg.Timing.Renew) // Jupyter may take longer than the grace
	s.sendLease()
	return nil
}

// recordRoute saves the route that worked for this session and, if earlier failures
// reflect the site's policy, for the site.
func (s *Session) recordRoute(route store.Route, refusals []nodeconn.Refusal) {
	if s.status.snap.Route != route {
		s.status.update(func(snap *Snapshot) { snap.Route = route })
		s.owner.update(func(rec *store.Record) { rec.Route = route })
	}
	for _, r := range refusals {
		if (route != store.Jump && !nodeconn.IsSitePolicy(r.Err)) || s.status.wasReady() {
			return // a route of a session that was ready before says nothing about the site
		}
	}
	if err := s.cfg.Routes.SaveRoute(s.cfg.Place, route); err != nil {
		s.cfg.Log.Warn("the route into jobs could not be saved", zap.Error(err))
	}
}

// awaitJupyter connects the local port to Jupyter once the agent has reported where it
// listens.
func (s *Session) awaitJupyter(ctx context.Context) error {
	w := s.node.conn()
	if w == nil {
		return s.node.current.Load().Lost()
	}
	if err := s.loop.wait(ctx, func() bool { return s.node.lost || s.node.jupyter != nil }); err != nil {
		return err
	}
	if s.node.jupyter == nil {
		return w.Lost()
	}
	j, forward, timeout := *s.node.jupyter, s.port.forward.Load(), s.cfg.Timing.Renew
	_, err := call(&s.loop, ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, connect(ctx, forward, w, j, timeout) })
	if err != nil {
		return err
	}
	if j.Network == "tcp" {
		s.status.notices.add("this Jupyter is too old for a private socket: other users of the node can connect to its port (but need the token). Ask the site for a newer Jupyter.")
	}
	s.status.update(func(snap *Snapshot) { snap.URL, snap.Token = forward.URL(), forward.Token() })
	return nil
}
