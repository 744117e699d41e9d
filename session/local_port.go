package session

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/tunnel/proxy"
)

// localPort is the local port that leads to Jupyter. It stays open for the session's
// life, whether there is a link or not.
type localPort struct {
	wanted  int                                   // the port to ask for; 0: any
	listen  func(port int) (*proxy.Server, error) // proxy.Listen, but in tests
	forward atomic.Pointer[proxy.Server]          // nil: not open yet; other goroutines read it
}

// number returns the number of the open port, or 0.
func (p *localPort) number() int {
	if f := p.forward.Load(); f != nil {
		return f.Port()
	}
	return 0
}

// disconnect makes the port answer 503 until it is connected again.
func (p *localPort) disconnect() {
	if f := p.forward.Load(); f != nil {
		f.Disconnect()
	}
}

func (p *localPort) close() {
	if f := p.forward.Load(); f != nil {
		_ = f.Close()
	}
}

// link returns an address for a browser that works once; see proxy.Server.Link.
func (p *localPort) link() (string, error) {
	f := p.forward.Load()
	if f == nil {
		return "", &fault.Error{Code: fault.BadRequest, Tried: "creating a link to Jupyter", Answer: "the kernel is not ready", Advice: "Wait until it is ready."}
	}
	return f.Link()
}

// portPauses is how many pauses open waits for a port that is in use.
const portPauses = 20

// open opens the port that is wanted, or any other if that stays in use. The previous owner
// closes it as soon as it notices the new one. Another goroutine may call it.
func (p *localPort) open(ctx context.Context, pause time.Duration) (*proxy.Server, error) {
	limit, cancel := context.WithTimeout(ctx, portPauses*pause)
	defer cancel()
	forward, err := p.listen(p.wanted)
	for backoff := (retry.Backoff{Min: pause, Max: pause}); err != nil && p.wanted != 0 && backoff.Wait(limit); {
		forward, err = p.listen(p.wanted)
	}
	switch {
	case err == nil || p.wanted == 0:
		return forward, err
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	return p.listen(0)
}

// connect leads the port to Jupyter at j over w. Jupyter has written where it
// listens, so a stream to it proves enough; waiting for an answer would cost
// each start one more round trip. It runs in a goroutine of its own.
func connect(ctx context.Context, forward *proxy.Server, w *nodeconn.Conn, j remote.Jupyter, timeout time.Duration) error {
	forward.SetTarget(j.Page(), j.Token)
	first, err := firstStream(ctx, w, j, timeout)
	if err == nil {
		forward.Connect(first, func(ctx context.Context) (net.Conn, error) { return w.DialJupyter(ctx, j) })
	}
	return err
}

// firstStream waits for a stream to Jupyter, while the connection lasts. A Jupyter that does not
// listen for as long as timeout has ended.
func firstStream(ctx context.Context, w *nodeconn.Conn, j remote.Jupyter, timeout time.Duration) (net.Conn, error) {
	begun := time.Now()
	for backoff := (retry.Backoff{Min: 100 * time.Millisecond, Max: time.Second}); ; {
		stream, err := w.FirstStream(ctx, j)
		switch {
		case err == nil || fault.Is(err, fault.ForwardRefused):
			return stream, err
		case w.Err() != nil:
			return nil, w.Lost()
		case time.Since(begun) > timeout && fault.Is(err, fault.ConnectRefused):
			return nil, &fault.Error{Code: fault.LinkLost, Tried: "talking to Jupyter in the job", Answer: "it no longer listens", Advice: "Sunpyter retries automatically."}
		}
		if !backoff.Wait(ctx) {
			return nil, context.Cause(ctx)
		}
	}
}
