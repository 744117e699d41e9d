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
	rec, err := s.store.Take(params.SessionID, s.owner, false)
	if errors.Is(err, os.ErrNotExist) {
		return nil, unknownSession(params.SessionID)
	}
	if err != nil {
		return nil, err
	}
	p := profileAt(rec.Place)
	request := profile.Request{CPUs: rec.CPUs, GPUs: rec.GPUs, Account: rec.Account}
	cfg := s.config(rec.ID, p, request, rec.Grace)
	cfg.Request, cfg.Idle = slurmRequest(request), rec.Idle
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

// profileAt is what is needed of a profile to reach a session's job. It comes from
// the record alone: the job stays where it is, whatever becomes of the profile.
func profileAt(place session.Place) profile.Profile {
	return profile.Profile{
		Name: place.Cluster, Title: place.Title, Host: place.Host, User: place.User, SSHConfig: place.SSHConfig, KeysOnly: place.KeysOnly,
	}
}

// placeOf is the other way round.
func placeOf(p profile.Profile) session.Place {
	return session.Place{Cluster: p.Name, Title: p.Title, Host: p.Host, User: p.User, SSHConfig: p.SSHConfig, KeysOnly: p.KeysOnly}
}

func unknownSession(id string) error {
	return &fault.Error{
		Code: fault.UnknownSession, Tried: "looking for the kernel " + id, Answer: "this computer knows none of this name",
		Advice: "List the kernels to see what there is.",
	}
}

// KernelReconnect is not there yet.
func (s *server) KernelReconnect(context.Context, *protocol.KernelReconnectParams) (*protocol.KernelReconnectResult, error) {
	return nil, nil
}
