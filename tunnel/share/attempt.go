package share

import (
	"context"
	"path/filepath"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// attempt is one login.
type attempt struct {
	done chan struct{} // closed when it has ended
	up   *tunnel.Conn
	err  error
}

// connect returns the existing connection, or makes one for m. Clients that want it
// meanwhile wait for the outcome: a refusal is reported to all of
// them. Only if a client did not answer a question, the next one gets a turn.
func (d *daemon) connect(ctx context.Context, m *member, req *loginRequest) (*tunnel.Conn, error) {
	for {
		try, mine := d.enterAttempt(!req.Join)
		if try == nil {
			return nil, errNothing
		}
		if mine {
			try.up, try.err = d.dial(ctx, m, req)
			d.settle(try)
			return try.up, try.err
		}
		select {
		case <-try.done:
		default:
			m.log().Info(waitingForOther, zap.String("host", req.Target.Name))
		}
		select {
		case <-try.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		switch {
		case try.err == nil && !channels.IsClosed(try.up.Done()):
			return try.up, nil
		case try.err == nil:
			d.forget(try)
			continue
		case fault.Is(try.err, fault.PromptUnanswered), fault.Is(try.err, fault.Cancelled):
			continue // no login was refused
		}
		return nil, try.err
	}
}

// waitingForOther is in the log of a client that waits for another one's login.
const waitingForOther = "another window or command is logging in; waiting for it"

// errNothing: there is no connection to join.
var errNothing = &fault.Error{Code: fault.Cancelled, Tried: "looking for a connection", Answer: "there is none"}

// enterAttempt returns the attempt that is in progress or has led to the connection; mine
// reports that it is new, and the caller's. Without begin it may return nil.
func (d *daemon) enterAttempt(begin bool) (try *attempt, mine bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.attempt != nil || !begin {
		return d.attempt, false
	}
	d.attempt = &attempt{done: make(chan struct{})}
	return d.attempt, true
}

// settle ends the attempt. One that led to a connection is kept until that ends.
func (d *daemon) settle(try *attempt) {
	if try.err != nil {
		d.forget(try)
	} else {
		d.work.Go(func() {
			<-try.up.Done()
			d.forget(try)
		})
	}
	close(try.done)
}

// forget removes the attempt, so that there may be another.
func (d *daemon) forget(try *attempt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.attempt == try {
		d.attempt = nil
	}
}

// dial makes one login attempt; prompts go to m.
func (d *daemon) dial(ctx context.Context, m *member, req *loginRequest) (*tunnel.Conn, error) {
	conn, err := tunnel.Dial(ctx, req.Target, tunnel.Options{
		Prompter: m, Log: m.log(), ConnectTimeout: req.ConnectTimeout, Prefer: req.Prefer, Sockets: filepath.Dir(d.socket),
		Notice: func(n prompts.Notice) { _ = send(m.conn, requestNotice, n) },
	})
	if err != nil && ctx.Err() != nil && !fault.Is(err, fault.AuthRefused) {
		return nil, fault.ContextError(ctx, "connecting to "+req.Target.Name) // the client that would have answered has gone
	}
	return conn, err
}
