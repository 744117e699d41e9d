package server

import (
	"context"
	"errors"
	"fmt"

	"go.lsp.dev/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// Client is the other side of the conversation: whom the server asks and tells.
// It may be used by many goroutines, also before and after the conversation.
type Client struct {
	protocol.ClientStub
	conn *Conn
}

var (
	_ protocol.Client              = (*Client)(nil)
	_ protocol.ClientNotifications = (*Client)(nil)
)

func newClient(conn *Conn) *Client {
	c := &Client{conn: conn}
	c.ClientStub = protocol.ClientStub{Call: c.call, Notify: c.notify}
	return c
}

// call asks the client and waits for the answer as long as ctx and the
// conversation last. A question that is no longer wanted is taken back. The
// error is ctx's, or a fault with code prompt.unanswered.
func (c *Client) call(ctx context.Context, method string, params, result any) error {
	raw, err := encode(params)
	if err != nil {
		return unanswered(method, err)
	}
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.conn.over, cancel)()
	id, err := c.conn.rpc.Call(wait, method, raw, result)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		c.takeBack(id)
		return ctx.Err()
	case c.conn.over.Err() != nil:
		return unanswered(method, errHungUp)
	}
	return unanswered(method, err)
}

// takeBack tells the client that a question needs no answer any more.
func (c *Client) takeBack(id jsonrpc2.ID) {
	number, ok := id.Number()
	if !ok {
		return
	}
	params, err := encode(&protocol.CancelParams{ID: number})
	if err != nil {
		return
	}
	frame := frameOf(jsonrpc2.NewNotification(protocol.MethodCancelRequest, params))
	c.conn.out.replace(fmt.Sprint("cancel/", number), frame)
}

// unanswered is the fault of a question without an answer.
func unanswered(method string, err error) error {
	answer := err.Error()
	if e, ok := errors.AsType[*jsonrpc2.Error](err); ok {
		answer = fmt.Sprintf("the editor said: %s", e.Message)
	}
	return &fault.Error{
		Code:   fault.PromptUnanswered,
		Tried:  "asking the person through the editor (" + method + ")",
		Answer: answer,
		Err:    err,
	}
}

// notify tells the client something. It never waits; after the conversation it
// does nothing. The error is always nil: whoever tells cannot do anything about it.
func (c *Client) notify(_ context.Context, method string, params any) error {
	raw, err := encode(params)
	if err != nil {
		return nil //nolint:nilerr // see above; only an oversized message can fail
	}
	frame := frameOf(jsonrpc2.NewNotification(method, raw))
	if key := newestOnly(params); key != "" {
		c.conn.out.replace(key, frame)
	} else {
		c.conn.out.offer(frame)
	}
	return nil
}

// newestOnly gives the key under which only the newest notification matters to a
// client that does not read; empty for those that may be lost then.
func newestOnly(params any) string {
	switch p := params.(type) {
	case *protocol.SessionDidChangeParams:
		return "session/" + p.Session.ID
	case *protocol.ProgressParams:
		return "progress/" + string(p.Kind) + "/" + p.Token
	}
	return ""
}
