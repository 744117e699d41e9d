package rpcclient

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
)

// Handler receives the server's notifications, in order, and its prompts, each on a goroutine that
// ends with the connection. A nil function ignores its notification.
type Handler struct {
	Session    func(protocol.SessionDidChangeParams)
	Progress   func(protocol.ProgressParams)
	Message    func(protocol.LogMessageParams)
	Show       func(protocol.ShowMessageParams)
	Output     func(protocol.ShellOutputParams)
	ShellEnded func(protocol.ShellDidEndParams)
	Prompter   *console.Prompter

	work    sync.WaitGroup // goroutines that end with the connection
	mu      sync.Mutex
	cancels map[jsonrpc2.ID]context.CancelFunc
}

// Handle implements jsonrpc2.Handler. The connection continues to read when it returns.
func (h *Handler) Handle(ctx context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) {
	if r.Notif {
		h.handleNotification(r)
		return
	}
	ctx = h.registerPrompt(ctx, r.ID)
	h.work.Go(func() {
		defer h.cancel(r.ID)
		result, err := h.answerPrompt(ctx, r)
		if err != nil {
			_ = conn.ReplyWithError(ctx, r.ID, err)
			return
		}
		_ = conn.Reply(ctx, r.ID, result)
	})
}

func (h *Handler) handleNotification(r *jsonrpc2.Request) {
	switch r.Method {
	case protocol.MethodSessionDidChange:
		deliver(r, h.Session)
	case protocol.MethodProgress:
		deliver(r, h.Progress)
	case protocol.MethodLogMessage:
		deliver(r, h.Message)
	case protocol.MethodShowMessage:
		deliver(r, h.Show)
	case protocol.MethodShellDidEnd:
		deliver(r, h.ShellEnded)
	case protocol.MethodCancelRequest:
		deliver(r, func(p struct {
			ID jsonrpc2.ID `json:"id"`
		}) {
			h.cancel(p.ID)
		})
	}
}

// deliver passes a notification's params to a function. Params that cannot be read are ignored,
// because they are no reason to end a running kernel.
func deliver[P any](r *jsonrpc2.Request, to func(P)) {
	var params P
	if to != nil && r.Params != nil && json.Unmarshal(*r.Params, &params) == nil {
		to(params)
	}
}

func (h *Handler) answerPrompt(ctx context.Context, r *jsonrpc2.Request) (any, *jsonrpc2.Error) {
	switch r.Method {
	case protocol.MethodPromptSecret:
		return callPrompt(ctx, r, h.Prompter.Secret)
	case protocol.MethodPromptConfirm:
		return callPrompt(ctx, r, h.Prompter.Confirm)
	case protocol.MethodShellOutput:
		deliver(r, h.Output)
		return protocol.ShellOutputResult{}, nil
	}
	return nil, &jsonrpc2.Error{Code: int64(protocol.ErrMethodNotFound), Message: "there is no method " + r.Method}
}

func callPrompt[P, R any](ctx context.Context, r *jsonrpc2.Request, ask func(context.Context, P) R) (any, *jsonrpc2.Error) {
	var params P
	if r.Params == nil {
		return nil, &jsonrpc2.Error{Code: int64(protocol.ErrInvalidParams), Message: "the params are missing"}
	}
	if err := json.Unmarshal(*r.Params, &params); err != nil {
		return nil, &jsonrpc2.Error{Code: int64(protocol.ErrInvalidParams), Message: err.Error()}
	}
	return ask(ctx, params), nil
}

// registerPrompt returns the context of a prompt, which the server can cancel by its id.
func (h *Handler) registerPrompt(ctx context.Context, id jsonrpc2.ID) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cancels == nil {
		h.cancels = map[jsonrpc2.ID]context.CancelFunc{}
	}
	h.cancels[id] = cancel
	return ctx
}

func (h *Handler) cancel(id jsonrpc2.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if cancel := h.cancels[id]; cancel != nil {
		cancel()
		delete(h.cancels, id)
	}
}
