package server

import (
	"context"

	"github.com/sa2c/sunpyter/protocol"
)

// KernelLink returns a link that works once in a browser, and opens it if the client asks for that.
func (s *server) KernelLink(_ context.Context, params *protocol.KernelLinkParams) (*protocol.KernelLinkResult, error) {
	h, ok := s.kernels.find(params.SessionID)
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
