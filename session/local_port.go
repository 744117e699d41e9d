package session

import (
	"context"
	"io"
	"net"
	"net/http"
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
// listens, so a stream to its socket proves enough; waiting for an answer would cost
// each start one more round trip. It runs in a goroutine of its own.
func connect(ctx context.Context, forward *proxy.Server, w *nodeconn.Conn, j remote.Jupyter, timeout time.Duration) error {
	forward.SetTarget(j.Page(), j.Token)
	first, err := w.FirstStream(ctx, j)
	if err != nil {
		return err
	}
	forward.ConnectWith(first, func(ctx context.Context) (net.Conn, error) { return w.DialJupyter(ctx, j) })
	if first != nil {
		return nil
	}
	return awaitHTTP(ctx, forward, w, j, timeout)
}

// awaitHTTP waits until /api/status answers 200, while the connection lasts. Jupyter
// listens a moment before it answers, so the first request usually waits for the
// answer by itself. A Jupyter that does not listen for as long as timeout has ended.
func awaitHTTP(ctx context.Context, forward *proxy.Server, w *nodeconn.Conn, j remote.Jupyter, timeout time.Duration) error {
	begun := time.Now()
	client := &http.Client{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: true, Proxy: nil}}
	for backoff := (retry.Backoff{Min: 100 * time.Millisecond, Max: time.Second}); !answersOK(ctx, client, forward.URL()+"api/status", forward.Token()); {
		select {
		case <-w.Done():
			return w.Lost()
		default:
		}
		if time.Since(begun) > timeout && !w.Listens(ctx, j) {
			return &fault.Error{Code: fault.LinkLost, Tried: "talking to Jupyter in the job", Answer: "it no longer listens", Advice: "Sunpyter retries automatically."}
		}
		if !backoff.Wait(ctx) {
			return context.Cause(ctx)
		}
	}
	return nil
}

// answersOK reports whether url answers 200.
func answersOK(ctx context.Context, client *http.Client, url, token string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "token "+token)
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}
