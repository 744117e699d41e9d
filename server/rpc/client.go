package rpc

import (
	"context"
	"errors"
	"fmt"

	"go.lsp.dev/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// Client sends requests and notifications to the client. It may be used by many
// goroutines, also before Serve and after the connection is closed.
type Client struct {
	protocol.ClientStub
	conn *Conn
}

var (
	_ protocol.Client              = (*Client)(nil)
	_ protocol.ClientNotifications = (*Client)(nil)
)

// call sends a request and waits for the answer until ctx is done or the connection
// is closed. A request whose ctx is done is cancelled at the client. The error is
// ctx's, or a fault with code prompt.unanswered.
func (c *Client) call(ctx context.Context, method string, params, result any) error {
	raw, err := encode(params, c.conn.style.get())
	if err != nil {
		return promptError(method, err)
	}
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.conn.closed, cancel)()
	id, err := c.conn.rpc.Call(wait, method, raw, result)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		c.sendCancel(id)
		return ctx.Err()
	case c.conn.closed.Err() != nil:
		return promptError(method, ErrClosed)
	}
	return promptError(method, err)
}

// sendCancel tells the client that a request needs no answer any more.
func (c *Client) sendCancel(id jsonrpc2.ID) {
	number, ok := id.Number()
	if !ok {
		return
	}
	params, err := encode(&protocol.CancelParams{ID: number}, c.conn.style.get())
	if err != nil {
		return
	}
	frame := frameOf(jsonrpc2.NewNotification(protocol.MethodCancelRequest, params))
	c.conn.out.pushLatest(fmt.Sprint("cancel/", number), frame)
}

// promptError returns the fault of a prompt without an answer.
func promptError(method string, err error) error {
	answer := err.Error()
	if e, ok := errors.AsType[*jsonrpc2.Error](err); ok {
		answer = fmt.Sprintf("the client answered: %s", e.Message)
	}
	return &fault.Error{
		Code:   fault.PromptUnanswered,
		Tried:  "showing a prompt (" + method + ")",
		Answer: answer,
		Err:    err,
	}
}

// notify sends a notification. It never blocks, and does nothing once the
// connection is closed. The error is always nil: callers could do nothing about it.
func (c *Client) notify(_ context.Context, method string, params any) error {
	raw, err := encode(params, c.conn.style.get())
	if err != nil {
		return nil //nolint:nilerr // see above; only an oversized message can fail
	}
	frame := frameOf(jsonrpc2.NewNotification(method, raw))
	if key := latestKey(params); key != "" {
		c.conn.out.pushLatest(key, frame)
	} else {
		c.conn.out.tryPush(frame)
	}
	return nil
}

// latestKey returns the key of notifications of which a slow client needs only the
// latest, or "" for those that may be dropped.
func latestKey(params any) string {
	switch p := params.(type) {
	case *protocol.SessionDidChangeParams:
		return "session/" + p.Session.ID
	case *protocol.ProgressParams:
		return "progress/" + string(p.Kind) + "/" + p.Token
	case *protocol.ShellDidEndParams:
		return "shell/" + p.ShellID
	}
	return ""
}
