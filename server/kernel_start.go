package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
)

// KernelStart begins a session and answers when cells can run in it.
func (s *server) KernelStart(ctx context.Context, params *protocol.KernelStartParams) (*protocol.KernelStartResult, error) {
	if s.badConfig != nil {
		return nil, s.badConfig
	}
	p, err := s.resolve(ctx, params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	request := profileRequest(params.Request).Over(p.Request)
	grace, err := s.graceOf(time.Duration(params.Request.GraceSeconds)*time.Second, p.Grace)
	if err != nil {
		return nil, err
	}
	idle, err := s.idleOf(params.Request.IdleSeconds, p.Idle)
	if err != nil {
		return nil, err
	}
	slurmReq := slurmRequest(request)
	if err := slurmReq.Validate(); err != nil {
		return nil, err
	}
	cfg := s.config(store.NewID(), p, request, grace)
	cfg.Request, cfg.Idle = slurmReq, idle
	report := s.progress(params.ProgressToken, "Starting a kernel on "+p.Title)
	defer report.end()
	s.tell(&cfg, p, request, grace, report)
	h, err := s.hold(p, request, grace, session.Start, cfg)
	if err != nil {
		return nil, err
	}
	return s.awaitReady(ctx, h)
}

// awaitReady answers when the session is ready; a request that is cancelled
// meanwhile is answered when nothing is left.
func (s *server) awaitReady(ctx context.Context, h *held) (*protocol.KernelStartResult, error) {
	select {
	case <-h.Ready():
	case <-h.Over():
		return nil, h.Snapshot().Cause
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), rpc.ErrClosed) {
			// What becomes of it is Closed's to decide.
			return nil, &fault.Error{Code: fault.Cancelled, Tried: "starting a kernel", Answer: "the conversation is over"}
		}
		release := h.Stop(context.Background())
		if release.Err != nil {
			return nil, release.Err
		}
		return nil, &fault.Error{Code: fault.Cancelled, Tried: "starting a kernel", Answer: "cancelled; nothing is left behind"}
	}
	link, err := h.Link()
	if err != nil {
		return nil, err
	}
	snap := h.Snapshot()
	return &protocol.KernelStartResult{Session: h.wire(), URL: snap.URL, Token: snap.Token, Link: link}, nil
}

// config is what every session of this server has in common.
func (s *server) config(id string, p profile.Profile, request profile.Request, grace time.Duration) session.Config {
	return session.Config{
		ID: id, Owner: s.owner, Place: placeOf(p), Grace: grace, Version: s.version,
		Connect: func(ctx context.Context, person bool) (session.Login, error) { return s.pool.Connect(ctx, p, person) },
		Store:   s.store, Routes: store.NewRoutes(s.store), Log: s.log, Timing: s.timing,
		Warn: func(message, detail string) { s.notices.Show(protocol.LogWarning, message, detail) },
	}
}

// tell makes the session's changes known to the client and keeps its token out
// of every log.
func (s *server) tell(cfg *session.Config, p profile.Profile, request profile.Request, grace time.Duration, report *report) {
	cfg.Changed = func(snap session.Snapshot) {
		if snap.Token != "" {
			s.redactor.Add(snap.Token)
		}
		w := wireSession(p, request.GPUs, grace, request.Account, snap)
		_ = s.client.SessionDidChange(context.Background(), &protocol.SessionDidChangeParams{Session: w})
		report.session(w)
	}
}

// graceOf is how long the job goes on without a sign of the laptop.
func (s *server) graceOf(asked, profiles time.Duration) (time.Duration, error) {
	grace := cmp.Or(asked, profiles, profile.DefaultGrace)
	if grace < s.shortestGrace || grace > profile.LongestGrace {
		return 0, badRequest("graceSeconds", fmt.Sprintf("%v is not between %v and %v", grace, s.shortestGrace, profile.LongestGrace))
	}
	return grace, nil
}

// report tells a client that gave a progress token how far its request is.
type report struct {
	client *rpc.Client
	token  string
	over   atomic.Bool
}

func (s *server) progress(token, title string) *report {
	r := &report{client: s.client, token: token}
	r.send(protocol.ProgressParams{Kind: protocol.ProgressBegin, Title: title})
	return r
}

func (r *report) send(params protocol.ProgressParams) {
	if r.token == "" {
		return
	}
	params.Token = r.token
	_ = r.client.Progress(context.Background(), &params)
}

func (r *report) session(w protocol.Session) {
	if !r.over.Load() {
		r.send(protocol.ProgressParams{Kind: protocol.ProgressReport, State: w.State, Message: sentence(w)})
	}
}

func (r *report) end() {
	if !r.over.Swap(true) {
		r.send(protocol.ProgressParams{Kind: protocol.ProgressEnd})
	}
}

// sentence says where a session is, in one line for a person.
func sentence(w protocol.Session) string {
	if w.Notice != "" {
		return w.Notice
	}
	switch w.State {
	case protocol.StateConnecting:
		return "Connecting to " + w.Host
	case protocol.StateSubmitting:
		return "Connected; asking Slurm for a compute node"
	case protocol.StatePending:
		if w.Pending != nil {
			return fmt.Sprintf("Job %s waits: %s", w.JobID, w.Pending.Message)
		}
		return fmt.Sprintf("Job %s is in the queue", w.JobID)
	case protocol.StateStarting:
		return fmt.Sprintf("Job %s runs on %s; Jupyter is starting", w.JobID, w.Node)
	case protocol.StateReady:
		return "Jupyter is up on " + w.Node
	case protocol.StateDisconnected:
		return "The connection is down; the kernel lives on and the connection is being made again"
	case protocol.StateEnding:
		return fmt.Sprintf("Releasing job %s", w.JobID)
	default:
		return "Over"
	}
}
