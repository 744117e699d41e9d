package login

import (
	"context"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// attempt is one try to log in.
type attempt struct {
	done chan struct{} // closed when it is over
	up   *tunnel.Conn
	err  error
}

// connect gives the connection there is, or makes it for c. Clients that want it
// meanwhile wait for the outcome: what was refused to one is refused to all of
// them. Only where nobody answered a question does the next one get a turn.
func (k *keeper) connect(ctx context.Context, c *client, req *loginRequest) (*tunnel.Conn, error) {
	for {
		try, mine := k.enter(!req.Join)
		if try == nil {
			return nil, errNothing
		}
		if mine {
			k.settle(try, func() (*tunnel.Conn, error) { return k.dial(ctx, c, req) })
			return try.up, try.err
		}
		select {
		case <-try.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		switch {
		case try.err == nil && alive(try.up):
			return try.up, nil
		case try.err == nil:
			k.forget(try)
			continue
		case fault.Is(try.err, fault.PromptUnanswered), fault.Is(try.err, fault.Cancelled):
			continue // nobody's login was refused
		}
		return nil, try.err
	}
}

// errNothing: there is nothing to join.
var errNothing = &fault.Error{Code: fault.Cancelled, Tried: "looking for a connection", Answer: "there is none"}

// enter gives the attempt that is under way or has led to the connection; mine
// says that it is a new one, and the caller's. Without begin there may be none.
func (k *keeper) enter(begin bool) (try *attempt, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.attempt != nil || !begin {
		return k.attempt, false
	}
	k.attempt = &attempt{done: make(chan struct{})}
	return k.attempt, true
}

// settle makes the attempt. One that led to a connection counts until that ends.
func (k *keeper) settle(try *attempt, dial func() (*tunnel.Conn, error)) {
	try.up, try.err = dial()
	if try.err != nil {
		k.forget(try)
	} else {
		k.work.Go(func() {
			<-try.up.Done()
			k.forget(try)
		})
	}
	close(try.done)
}

// forget makes room for another attempt.
func (k *keeper) forget(try *attempt) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.attempt == try {
		k.attempt = nil
	}
}

func alive(u *tunnel.Conn) bool {
	select {
	case <-u.Done():
		return false
	default:
		return true
	}
}

// dial logs in, once; what is asked is asked of c.
func (k *keeper) dial(ctx context.Context, c *client, req *loginRequest) (*tunnel.Conn, error) {
	log := k.log.WithOptions(zap.WrapCore(c.logToo))
	conn, err := tunnel.Dial(ctx, req.Target, tunnel.Options{
		Prompter: c, Log: log, ConnectTimeout: req.ConnectTimeout, Prefer: req.Prefer, Sockets: k.sockets,
		Notice: func(n prompts.Notice) { _ = c.frames.tell(notice, n) },
	})
	if err != nil {
		if ctx.Err() != nil && !fault.Is(err, fault.AuthRefused) {
			return nil, cancelled(&req.Target) // whatever else it says of the question that nobody is there to answer
		}
		return nil, err
	}
	return conn, nil
}
