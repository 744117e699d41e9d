package session

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/sa2c/sunpyter/tunnel/proxy"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
)

// errGone means that the job's private folder is gone: the job is ending.
var errGone = errors.New("the job has left its node")

// errAbsent means that the private folder is not to be seen where the way in leads.
var errAbsent = errors.New("the job's private folder is not there")

// reach makes the way into the job while Jupyter starts, and returns when
// Jupyter answers at the local port.
func (s *Session) reach(ctx context.Context) error {
	s.enter(Starting)
	if err := s.listen(ctx); err != nil {
		return err
	}
	limit, cancel := context.WithTimeoutCause(ctx, s.cfg.Timing.Jupyter, s.jupyterSilent())
	defer cancel()
	if err := s.during(limit, s.attach); err != nil {
		return s.why(ctx, err)
	}
	s.folder.Close() // from here on no process of ours is on the login node
	s.folder = nil
	s.cfg.Log.Info("kernel ready", zap.String("session", s.cfg.ID), zap.String("job", s.snap.JobID), zap.String("node", s.snap.Node.Name),
		zap.String("route", string(s.snap.Route)))
	s.enter(Ready)
	return nil
}

// why looks behind an error met on the way into the job: if the job is over,
// that is the cause, and the closed door only its consequence.
func (s *Session) why(ctx context.Context, err error) error {
	if ctx.Err() != nil || s.over {
		return err
	}
	switch {
	case errors.Is(err, errGone):
		return s.fate(ctx)
	case errors.Is(err, errAbsent) && s.wasReady():
		return s.swept(ctx)
	case fault.Is(err, fault.NoRoute), fault.Is(err, fault.WrongJob), fault.Is(err, fault.LinkLost):
		if word := remote.ReadEnd(ctx, s.login, s.cfg.ID); word != nil {
			s.over = true
			return word
		}
		if over, _ := s.isOver(ctx); over {
			return s.fate(ctx)
		}
	}
	return err
}

// swept is the end of a kernel whose private folder has gone from under it. Slurm may
// learn only later that the node was booted.
func (s *Session) swept(ctx context.Context) error {
	const patience = 15 * time.Second
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if cause := s.fate(limit); s.over || ctx.Err() != nil {
		return cause
	}
	return &fault.Error{
		Code: fault.JobNodeFailed, Tried: "keeping job " + s.snap.JobID,
		Answer: "its private folder on " + s.snap.Node.Name + " is gone, as when the node was booted, and the kernel with it",
		Advice: "Start a new kernel.",
	}
}

// wasReady reports whether cells could run once.
func (s *Session) wasReady() bool {
	select {
	case <-s.ready:
		return true
	default:
		return false
	}
}

// listen opens the local port, the same as before where that can be had.
func (s *Session) listen(ctx context.Context) error {
	forward, err := s.portOrLater(ctx)
	if err != nil {
		return err
	}
	if s.port != 0 && forward.Port() != s.port {
		s.note("the local port of before is taken; open notebooks must be connected again")
	}
	forward.OnReuse(s.linkReused)
	s.mu.Lock()
	s.forward = forward
	s.mu.Unlock()
	s.remember(func(rec *store.Record) { rec.Port = forward.Port() })
	return nil
}

// linkReused warns the user: one of the two who opened a link has no right to it.
func (s *Session) linkReused() {
	s.cfg.Log.Warn("a link to Jupyter was opened a second time; the login that it gave was withdrawn", zap.String("session", s.cfg.ID))
	if s.cfg.Warn != nil {
		s.cfg.Warn("A link to Jupyter on "+s.cfg.Title+" was opened a second time, by another browser. What the first one could reach is closed now.",
			"Links work once. If you did not open it twice yourself, somebody else on this computer has used it and could run code as you on the cluster: "+
				"stop the kernel, and tell whoever looks after this computer. Otherwise open Jupyter again.")
	}
}

// portOrLater gives the port that was begun, or opens one.
func (s *Session) portOrLater(ctx context.Context) (*proxy.Server, error) {
	if begun := s.early.port; begun != nil {
		s.early.port = nil
		return begun.get()
	}
	return openPort(ctx, s.port, s.cfg.Timing.Watch/4)
}

// openPort opens a port, and any other where it cannot be had.
func openPort(ctx context.Context, port int, gap time.Duration) (*proxy.Server, error) {
	forward, err := proxy.Listen(port)
	for try := 0; err != nil && port != 0 && try < 20; try++ {
		// The owner before us gives it up as soon as it sees that we took over.
		if !pause(ctx, gap) {
			return nil, context.Cause(ctx)
		}
		forward, err = proxy.Listen(port)
	}
	if err != nil && port != 0 {
		forward, err = proxy.Listen(0)
	}
	return forward, err
}

// during does work, and meanwhile listens to what the job says in the folder: a
// failure there ends the work.
func (s *Session) during(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	result := make(chan error, 1)
	s.tasks.Go(func() { result <- work(ctx) })
	lines := s.folder.Lines()
	var left time.Duration // the owner's leave is taken in when nothing else runs
	for {
		select {
		case err := <-result:
			if left > 0 {
				s.part(left)
			}
			if err != nil && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		case line, open := <-lines:
			switch verb, rest := remote.Cut(line); {
			case !open:
				lines = nil // the way into the job tells from here on
			case verb == "failed":
				s.over = true
				cancel(remote.Failure(rest))
				lines = nil
			case verb == "gone":
				cancel(errGone)
				lines = nil
			case verb == "taken":
				cancel(s.takenOver())
				lines = nil
			}
		case left = <-s.leave:
		}
	}
}

// attach gets into the job, learns where Jupyter is and waits for its answer. A way on
// which Jupyter's socket cannot be reached is as none.
func (s *Session) attach(ctx context.Context) error {
	var refused []refusal
	for {
		w, err := s.enterJob(ctx, refused)
		if err != nil {
			return err
		}
		err = s.attachBy(ctx, w)
		if !fault.Is(err, fault.ForwardRefused) || len(refused) > 0 || s.cfg.Pinned != "" {
			return err
		}
		refused = append(refused, refusal{s.snap.Route, err})
		s.dropWay()
	}
}

// attachBy does it by a way into the job.
func (s *Session) attachBy(ctx context.Context, w *way) error {
	s.mu.Lock()
	s.way = w
	s.mu.Unlock()
	s.acked = s.sequence // what an earlier way did not answer is no sign of this one
	if err := w.renew(s); err != nil {
		return err
	}
	renew := time.NewTicker(s.cfg.Timing.Renew)
	defer renew.Stop()
	for {
		var line string
		var open bool
		select {
		case line, open = <-w.holder.Lines():
		case <-renew.C: // Jupyter may take longer than the grace
			if err := w.renew(s); err != nil {
				return err
			}
			continue
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if !open {
			return linkLost(w)
		}
		switch verb, rest := remote.Cut(line); verb {
		case "gone":
			return errGone
		case "renewed":
			s.signed(rest)
		case "taken":
			return s.takenOver()
		case "memory":
			s.killed(rest)
		case "socket":
			w.ahead()
		case "jupyter":
			return s.open(ctx, w, rest)
		}
	}
}

// open connects the local port to Jupyter. Jupyter has written where it is, so it runs: a
// stream to its socket is sign enough that it can be reached. An answer would cost each
// start one more round trip.
func (s *Session) open(ctx context.Context, w *way, where string) error {
	j, ok := remote.ParseJupyter(where)
	if !ok {
		return &fault.Error{Code: fault.JupyterSilent, Tried: "finding Jupyter in the job", Answer: "its address cannot be understood", Advice: "See `sunpyter log`."}
	}
	w.jupyter = j
	s.forward.SetTarget(j.Page(), j.Token)
	first, err := w.firstOf(ctx, j)
	if err != nil {
		return err
	}
	s.forward.ConnectWith(first, w.dial(j))
	if first == nil {
		if err := s.answers(ctx, w, s.forward.Token()); err != nil {
			return err
		}
	}
	if j.Network == "tcp" {
		s.note("this Jupyter is too old for a private socket: on the node, other users could reach its port (they would need the token). Ask for a newer one.")
	}
	s.update(func(snap *Snapshot) { snap.URL, snap.Token = s.forward.URL(), s.forward.Token() })
	return nil
}

// answers waits until /api/status gives 200, for as long as the way lasts.
// Jupyter listens a moment before it answers, so the first question usually waits
// for the answer by itself. One that hangs costs the lease nothing.
func (s *Session) answers(ctx context.Context, w *way, token string) error {
	client := &http.Client{Timeout: s.cfg.Timing.Renew, Transport: &http.Transport{DisableKeepAlives: true, Proxy: nil}}
	for begun := time.Now(); ; {
		if answered(ctx, client, s.forward.URL()+"api/status", token) {
			return nil
		}
		if time.Since(begun) > s.cfg.Timing.Renew {
			begun = time.Now()
			if err := w.renew(s); err != nil {
				return err
			}
		}
		select {
		case <-w.conn.Done():
			return linkLost(w)
		default:
		}
		if !pause(ctx, 100*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
}

// answered reports whether url gives 200.
func answered(ctx context.Context, client *http.Client, url, token string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "token "+token)
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// passing reports whether trying again by itself is right: never after a
// refused login or a wrong host key.
func passing(err error) bool {
	switch fault.CodeOf(err) {
	case fault.ConnectRefused, fault.ConnectTimeout, fault.ConnectFailed, fault.HostUnknown, fault.LinkLost, fault.HandshakeFailed, fault.CommandFailed:
		return true
	}
	return false
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// linkLost is the error of a way that ended by itself.
func linkLost(w *way) error {
	return &fault.Error{
		Code: fault.LinkLost, Tried: "talking to the job", Answer: "the connection into it ended", Err: w.conn.Err(),
		Advice: "It is tried again.",
	}
}
