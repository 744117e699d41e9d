package terminal

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
)

// handler takes what the server says unasked: notifications in their order, and
// questions for the user, each on a goroutine that ends with the connection.
// A function that is nil is not interested.
type handler struct {
	session  func(protocol.Session)
	progress func(protocol.ProgressParams)
	message  func(protocol.LogMessageParams)
	show     func(protocol.ShowMessageParams)
	ask      *asker

	work      sync.WaitGroup // goroutines that end with the connection
	mu        sync.Mutex
	cancelOne map[jsonrpc2.ID]context.CancelFunc
}

// Handle implements jsonrpc2.Handler. The connection reads on when it returns.
func (h *handler) Handle(ctx context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) {
	if r.Notif {
		h.notified(r)
		return
	}
	ctx = h.begin(ctx, r.ID)
	h.work.Go(func() {
		defer h.cancel(r.ID)
		result, err := h.answer(ctx, r)
		if err != nil {
			_ = conn.ReplyWithError(ctx, r.ID, err)
			return
		}
		_ = conn.Reply(ctx, r.ID, result)
	})
}

func (h *handler) notified(r *jsonrpc2.Request) {
	switch r.Method {
	case protocol.MethodSessionDidChange:
		deliver(r, h.session, func(p protocol.SessionDidChangeParams) protocol.Session { return p.Session })
	case protocol.MethodProgress:
		deliver(r, h.progress, func(p protocol.ProgressParams) protocol.ProgressParams { return p })
	case protocol.MethodLogMessage:
		deliver(r, h.message, func(p protocol.LogMessageParams) protocol.LogMessageParams { return p })
	case protocol.MethodShowMessage:
		deliver(r, h.show, func(p protocol.ShowMessageParams) protocol.ShowMessageParams { return p })
	case protocol.MethodCancelRequest:
		deliver(r, h.cancel, func(p struct {
			ID jsonrpc2.ID `json:"id"`
		}) jsonrpc2.ID {
			return p.ID
		})
	}
}

// deliver hands the part of a notification's params that to is interested in to it. Params
// that cannot be read are no reason to end a running kernel: they are left out.
func deliver[P, T any](r *jsonrpc2.Request, to func(T), part func(P) T) {
	var params P
	if to == nil || r.Params == nil || json.Unmarshal(*r.Params, &params) != nil {
		return
	}
	to(part(params))
}

func (h *handler) answer(ctx context.Context, r *jsonrpc2.Request) (any, *jsonrpc2.Error) {
	switch r.Method {
	case protocol.MethodPromptSecret:
		return question(ctx, r, h.ask.secret)
	case protocol.MethodPromptConfirm:
		return question(ctx, r, h.ask.confirm)
	}
	return nil, &jsonrpc2.Error{Code: int64(protocol.ErrMethodNotFound), Message: "there is no method " + r.Method}
}

func question[P, R any](ctx context.Context, r *jsonrpc2.Request, ask func(context.Context, P) R) (any, *jsonrpc2.Error) {
	var params P
	if r.Params == nil {
		return nil, &jsonrpc2.Error{Code: int64(protocol.ErrInvalidParams), Message: "the params are missing"}
	}
	if err := json.Unmarshal(*r.Params, &params); err != nil {
		return nil, &jsonrpc2.Error{Code: int64(protocol.ErrInvalidParams), Message: err.Error()}
	}
	return ask(ctx, params), nil
}

// begin returns the context of a question, which the server can cancel by its id.
func (h *handler) begin(ctx context.Context, id jsonrpc2.ID) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cancelOne == nil {
		h.cancelOne = map[jsonrpc2.ID]context.CancelFunc{}
	}
	h.cancelOne[id] = cancel
	return ctx
}

func (h *handler) cancel(id jsonrpc2.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if cancel := h.cancelOne[id]; cancel != nil {
		cancel()
		delete(h.cancelOne, id)
	}
}
