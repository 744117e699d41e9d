package server

import (
	"context"
	"errors"
	"os"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
)

// KernelAdopt takes over a session of this computer and answers when cells can
// run in it again.
func (s *server) KernelAdopt(ctx context.Context, params *protocol.KernelAdoptParams) (*protocol.KernelStartResult, error) {
	if h, ok := s.find(params.SessionID); ok {
		select {
		case <-h.Done():
		default:
			return s.awaitReady(ctx, h) // ours already
		}
	}
	if s.store == nil {
		return nil, unknownSession(params.SessionID)
	}
	owner := session.NewID()
	rec, err := s.store.Take(params.SessionID, owner, false)
	if errors.Is(err, os.ErrNotExist) {
		return nil, unknownSession(params.SessionID)
	}
	if err != nil {
		return nil, err
	}
	p, err := s.profileOf(ctx, rec)
	if err != nil {
		return nil, err
	}
	request := profile.Request{CPUs: rec.CPUs, GPUs: rec.GPUs}
	cfg := s.config(rec.ID, p, request, rec.Grace)
	cfg.Request = slurmRequest(request)
	report := s.progress(params.ProgressToken, "Taking over the kernel on "+p.Title)
	defer report.end()
	s.tell(&cfg, p, request, rec.Grace, report)
	begin := func(cfg session.Config) *session.Session { return session.Adopt(cfg, rec) }
	h, err := s.hold(p, request, rec.Grace, begin, cfg)
	if err != nil {
		return nil, err
	}
	return s.awaitReady(ctx, h)
}

// profileOf finds the profile that a record was made with.
func (s *server) profileOf(ctx context.Context, rec session.Record) (profile.Profile, error) {
	return s.resolve(ctx, rec.Cluster, rec.User)
}

func unknownSession(id string) error {
	return &fault.Error{
		Code: fault.UnknownSession, Tried: "looking for the session " + id, Answer: "there is none of this name on this computer",
		Advice: "List the kernels to see what there is.",
	}
}
