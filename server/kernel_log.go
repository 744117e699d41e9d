package server

import (
	"context"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
)

// The lines of a log that are given when none are asked for, and at most.
const (
	defaultLogLines = 100
	mostLogLines    = 5000
)

// KernelLog gives the end of Jupyter's log, read over the connection into the job.
func (s *server) KernelLog(ctx context.Context, params *protocol.KernelLogParams) (*protocol.KernelLogResult, error) {
	lines := params.Lines
	switch {
	case lines == 0:
		lines = defaultLogLines
	case lines < 0 || lines > mostLogLines:
		return nil, badRequest("lines", "it must be between 1 and 5000")
	}
	h, ok := s.find(params.SessionID)
	if !ok {
		text, err := s.foreignLog(ctx, params.SessionID, lines)
		if err != nil {
			return nil, err
		}
		return &protocol.KernelLogResult{Text: s.redactor.String(text)}, nil
	}
	text, err := h.Log(ctx, lines)
	if err != nil {
		return nil, err
	}
	return &protocol.KernelLogResult{Text: s.redactor.String(text)}, nil
}

// foreignLog reads the log of a session that another window of this computer
// holds, over a connection of its own.
func (s *server) foreignLog(ctx context.Context, id string, lines int) (string, error) {
	if s.store == nil {
		return "", unknownSession(id)
	}
	rec, ok := s.store.Find(id)
	if !ok {
		return "", unknownSession(id)
	}
	p := profileAt(rec.Place)
	defer s.pool.Acquire(p)()
	login, err := s.pool.Connect(ctx, p, true)
	if err != nil {
		return "", err
	}
	return session.JupyterLog(ctx, login, rec, lines)
}

// KernelLink makes a link for a browser that works once, and opens it if the client asks for that.
func (s *server) KernelLink(_ context.Context, params *protocol.KernelLinkParams) (*protocol.KernelLinkResult, error) {
	h, ok := s.find(params.SessionID)
	if !ok {
		return nil, unknownSession(params.SessionID)
	}
	link, err := h.Link()
	if err != nil {
		return nil, err
	}
	result := &protocol.KernelLinkResult{Link: link}
	if params.Open {
		if err := s.browser.Open(link); err != nil {
			result.Reason = err.Error()
		}
		result.Opened = result.Reason == ""
	}
	return result, nil
}
