package proxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

const (
	// streamTimeout bounds the opening of a stream to the far end.
	streamTimeout = 5 * time.Second
	// answerTimeout bounds the wait for the far end's first byte of a response.
	answerTimeout = 60 * time.Second
	// idleStreams streams are kept open for further requests, for idleTimeout.
	idleStreams = 16
	idleTimeout = 90 * time.Second
	// copyBuffer is the size of a buffer for bodies, in bytes.
	copyBuffer = 64 << 10
	// streamBuffer is the size of a stream's buffers, in bytes.
	streamBuffer = 32 << 10
)

// upstream is one link to the far end and all that runs over it.
type upstream struct {
	dial      func(ctx context.Context) (net.Conn, error)
	transport *http.Transport
	open      connSet
	spare     atomic.Pointer[net.Conn] // preopened; nil once used
}

func newUpstream(first net.Conn, dial func(ctx context.Context) (net.Conn, error)) *upstream {
	u := &upstream{dial: dial}
	if first != nil {
		u.spare.Store(&first)
	}
	u.transport = &http.Transport{
		DialContext:           func(ctx context.Context, _, _ string) (net.Conn, error) { return u.stream(ctx) },
		DisableCompression:    true, // pass the client's encoding through
		MaxIdleConnsPerHost:   idleStreams,
		IdleConnTimeout:       idleTimeout,
		ResponseHeaderTimeout: answerTimeout,
		ReadBufferSize:        streamBuffer,
		WriteBufferSize:       streamBuffer,
	}
	return u
}

// stream returns the preopened stream if it is still open, or opens one.
func (u *upstream) stream(ctx context.Context) (net.Conn, error) {
	if spare := u.spare.Swap(nil); spare != nil {
		if s, ok := (*spare).(interface{ Ended() bool }); !ok || !s.Ended() {
			return u.open.add(*spare)
		}
		_ = (*spare).Close()
	}
	ctx, cancel := context.WithTimeout(ctx, streamTimeout)
	defer cancel()
	conn, err := u.dial(ctx)
	if err != nil {
		return nil, err
	}
	return u.open.add(conn)
}

// close closes everything that runs over the link.
func (u *upstream) close() {
	if spare := u.spare.Swap(nil); spare != nil {
		_ = (*spare).Close()
	}
	u.open.close()
	u.transport.CloseIdleConnections()
}

// handler answers the link path itself and passes on admitted requests.
func (f *Server) handler() http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport: linkTransport{f},
		Rewrite: func(r *httputil.ProxyRequest) {
			rewrite(r)
			f.gate.login(r.Out)
		},
		ModifyResponse: f.gate.answered,
		FlushInterval:  -1, // streamed output is passed on at once
		BufferPool:     &bufferPool{},
		ErrorLog:       noLog,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			unavailable(w, reason(err))
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if why := misdirected(r); why != "" {
			http.Error(w, "Sunpyter: "+why, http.StatusForbidden)
			return
		}
		if f.answerLink(w, r) {
			return
		}
		if f.upstream.Load() == nil {
			unavailable(w, reason(errNoLink))
			return
		}
		if r := f.gate.admit(w, r); r != nil {
			proxy.ServeHTTP(w, r)
		}
	})
}

// otherPage is why a request of a page of another site is rejected.
const otherPage = "this request comes from another page and is refused."

// misdirected returns why r must be rejected whatever login or token it has, or "".
// A web page can make its own name resolve to this port (DNS rebinding), and
// can send requests here with its own Origin.
func misdirected(r *http.Request) string {
	if name := (&url.URL{Host: r.Host}).Hostname(); name != "127.0.0.1" && name != "localhost" {
		return "this request names another host and is refused."
	}
	for _, origin := range r.Header.Values("Origin") {
		if from, err := url.Parse(origin); err != nil || from.Host != r.Host {
			return otherPage
		}
	}
	return ""
}

// rewrite passes the request on unchanged: the server at the far end checks
// Host and Origin itself, and no forwarding headers are added.
func rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host = "http", "upstream"
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	r.Out.Host = r.In.Host
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values := r.In.Header.Values(name); len(values) > 0 {
			r.Out.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
}

// linkTransport sends a request over the current link.
type linkTransport struct{ server *Server }

var errNoLink = errors.New("there is no connection to the remote end now")

func (t linkTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	u := t.server.upstream.Load()
	if u == nil {
		return nil, errNoLink
	}
	return u.roundTrip(r)
}

// unavailable is the response to every failure on the way: clients of Jupyter
// drop a kernel after 502, 403 and 404, and retry after a 503.
func unavailable(w http.ResponseWriter, why string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", retryAfter)
	http.Error(w, "Sunpyter: "+why, http.StatusServiceUnavailable)
}

// reason returns why there is no response.
func reason(err error) string {
	var timeout net.Error
	if f := fault.As(err); f != nil {
		return f.Error()
	}
	switch {
	case errors.Is(err, errNoLink):
		return "the connection to the cluster is down and is being restored. Your kernel keeps running."
	case errors.Is(err, errSilent):
		return "the cluster is not responding. If that continues, Sunpyter reconnects; your kernel keeps running."
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the server on the cluster did not answer in time. Try again in a moment."
	}
	return "the connection to the server on the cluster was lost during the request. Try again in a moment."
}

// bufferPool provides buffers for copying bodies.
type bufferPool struct{ pool sync.Pool }

func (p *bufferPool) Get() []byte {
	if b, ok := p.pool.Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, copyBuffer)
}

func (p *bufferPool) Put(b []byte) { p.pool.Put(&b) }
