package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel"
)

// behind is an HTTP server on a unix socket behind an sshd.
type behind struct {
	*httptest.Server
	Socket string
	Conn   *tunnel.Conn
}

func newBackend(t testing.TB, handler http.Handler) *behind {
	t.Helper()
	s, conn := proxySession(t)
	b := &behind{Socket: filepath.Join(s.Dir, "socket"), Conn: conn}
	l, err := net.Listen("unix", b.Socket)
	sshtest.Must(t, err)
	sshtest.Must(t, os.Chmod(b.Socket, 0o777))
	b.Server = httptest.NewUnstartedServer(handler)
	_ = b.Server.Listener.Close()
	b.Server.Listener = l
	b.Start()
	t.Cleanup(func() {
		b.CloseClientConnections()
		b.Close()
	})
	return b
}

func (b *behind) dial(ctx context.Context) (net.Conn, error) { return b.Conn.DialUnix(ctx, b.Socket) }

func listen(t testing.TB) *Server {
	t.Helper()
	f, err := Listen(0)
	sshtest.Must(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// browser is an HTTP client that neither reuses connections nor follows redirects.
func browser(t testing.TB) *http.Client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: sshtest.Patience(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func get(t testing.TB, c *http.Client, url string) (int, string, http.Header) {
	t.Helper()
	resp, err := c.Get(url)
	sshtest.Must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	sshtest.Must(t, err)
	return resp.StatusCode, string(body), resp.Header
}

func TestForwardPassesRequestsUnchanged(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	b := newBackend(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short"))
	}))
	f := listen(t)
	f.Connect(nil, b.dial)
	req, err := http.NewRequest("PATCH", f.URL()+"a%2Fb/c?q=1;2&bad=%zz", strings.NewReader("payload"))
	sshtest.Must(t, err)
	req.Host = "localhost:1234" // as a forwarded port has it
	req.Header.Set("Origin", "http://localhost:1234")
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := browser(t).Do(req)
	sshtest.Must(t, err)
	answer, err := io.ReadAll(resp.Body)
	sshtest.Must(t, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusTeapot || string(answer) != "short" || resp.Header.Get("X-Answer") != "yes" {
		t.Errorf("got %d %q", resp.StatusCode, answer)
	}
	if got.Method != "PATCH" || got.RequestURI != "/a%2Fb/c?q=1;2&bad=%zz" || string(body) != "payload" || got.Host != "localhost:1234" ||
		got.Header.Get("Origin") != "http://localhost:1234" || got.Header.Get("Accept-Encoding") != "identity" {
		t.Errorf("arrived as %s %s, host %s, %v, %q", got.Method, got.RequestURI, got.Host, got.Header, body)
	}
	for name := range got.Header {
		if strings.HasPrefix(name, "X-Forwarded") || name == "Forwarded" {
			t.Error("added ", name)
		}
	}
}

func TestForward503(t *testing.T) {
	t.Parallel()
	sshtest.Slow(t, "a stream that is given up after 5 s")
	f := listen(t)
	c := browser(t)
	want503 := func(name string, words string) {
		t.Helper()
		start := time.Now()
		code, body, header := get(t, c, f.URL()+"api")
		if code != 503 || !strings.Contains(body, words) || header.Get("Retry-After") == "" || time.Since(start) > streamTimeout+8*time.Second {
			t.Errorf("%s: %d %q %v after %v", name, code, body, header, time.Since(start))
		}
	}
	want503("no link", "being restored")
	f.Connect(nil, func(ctx context.Context) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	want503("no channel", "in time")
	f.Connect(nil, func(context.Context) (net.Conn, error) { return nil, errors.New("no") })
	want503("dial fails", "lost during the request")
	f.Connect(nil, func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		return near, far.Close()
	})
	want503("reset", "lost during the request")
	f.Disconnect()
	want503("disconnected", "being restored")
}

func TestPreopenedStream(t *testing.T) {
	t.Parallel()
	b := newBackend(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }))
	f, c := listen(t), browser(t)
	first, err := b.dial(sshtest.Context(t))
	sshtest.Must(t, err)
	dials := 0
	f.Connect(first, func(ctx context.Context) (net.Conn, error) { dials++; return b.dial(ctx) })
	if code, body, _ := get(t, c, f.URL()); code != 200 || body != "ok" || dials != 0 {
		t.Errorf("%d %q with %d dials", code, body, dials)
	}
	dead, err := b.dial(sshtest.Context(t))
	sshtest.Must(t, err)
	sshtest.WaitFor(t, "the stream has ended", func() bool {
		b.CloseClientConnections() // of those accepted by now
		return dead.(*tunnel.Stream).Ended()
	})
	f.Connect(dead, b.dial)
	if code, body, _ := get(t, c, f.URL()); code != 200 || body != "ok" {
		t.Errorf("after a dead spare: %d %q", code, body)
	}
}

func TestResponseIsStreamed(t *testing.T) {
	t.Parallel()
	step := make(chan struct{})
	b := newBackend(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 3 {
			_, _ = w.Write([]byte("tick\n"))
			w.(http.Flusher).Flush()
			select {
			case <-step:
			case <-r.Context().Done():
				return
			}
		}
	}))
	f := listen(t)
	f.Connect(nil, b.dial)
	resp, err := browser(t).Get(f.URL())
	sshtest.Must(t, err)
	defer resp.Body.Close()
	for range 3 {
		line := make([]byte, 5)
		_, err := io.ReadFull(resp.Body, line)
		sshtest.Must(t, err)
		step <- struct{}{}
	}
}

// echo is a websocket server that sends back what it receives.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"v1.kernel"}, InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer ws.CloseNow()
	ws.SetReadLimit(1 << 20)
	for {
		kind, message, err := ws.Read(r.Context())
		if err != nil || ws.Write(r.Context(), kind, message) != nil {
			return
		}
	}
})

func openSocket(t testing.TB, f *Server) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.Dial(sshtest.Context(t), "ws"+strings.TrimPrefix(f.URL(), "http"), &websocket.DialOptions{Subprotocols: []string{"v1.kernel"}})
	sshtest.Must(t, err)
	if ws.Subprotocol() != "v1.kernel" {
		t.Errorf("subprotocol %q", ws.Subprotocol())
	}
	ws.SetReadLimit(1 << 20)
	return ws
}

func exchange(ws *websocket.Conn, ctx context.Context, text string) error {
	if err := ws.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		return err
	}
	_, got, err := ws.Read(ctx)
	if err == nil && string(got) != text {
		err = fmt.Errorf("got %q back for %q", got, text)
	}
	return err
}

func TestHundredWebsockets(t *testing.T) {
	b := newBackend(t, echo)
	f := listen(t)
	f.Connect(nil, b.dial)
	ctx := sshtest.Context(t)
	sockets := make([]*websocket.Conn, 100)
	for i := range sockets {
		sockets[i] = openSocket(t, f)
	}
	var all sync.WaitGroup
	for i, ws := range sockets {
		all.Go(func() {
			for j := range 5 {
				if err := exchange(ws, ctx, fmt.Sprint(i, " ", j, strings.Repeat("x", 10_000*j))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, ws := range sockets {
		_ = ws.CloseNow()
	}
}

// Two small messages in a row show Nagle's algorithm: the second would wait
// for the first one's acknowledgement, which comes after 40 ms.
func TestSmallMessagesDoNotWait(t *testing.T) {
	b := newBackend(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		for {
			if _, _, err := ws.Read(r.Context()); err != nil {
				return
			}
			for _, part := range []string{"one", "two", "three"} {
				if ws.Write(r.Context(), websocket.MessageText, []byte(part)) != nil {
					return
				}
				time.Sleep(time.Millisecond) // so that they are messages of their own
			}
		}
	}))
	f := listen(t)
	f.Connect(nil, b.dial) // the connection has run no command yet
	ws, _, err := websocket.Dial(sshtest.Context(t), f.URL(), nil)
	sshtest.Must(t, err)
	defer ws.CloseNow()
	var took []time.Duration
	for range 21 {
		start := time.Now()
		sshtest.Must(t, ws.Write(sshtest.Context(t), websocket.MessageText, []byte("go")))
		for range 3 {
			_, _, err := ws.Read(sshtest.Context(t))
			sshtest.Must(t, err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	if quick := took[len(took)/4]; quick > 30*time.Millisecond { // a busy machine delays some; what waits for an acknowledgement waits each time
		t.Errorf("a quarter takes %v, all %v", quick, took)
	}
}

func TestWebsocketsReconnect(t *testing.T) {
	t.Parallel()
	b := newBackend(t, echo)
	f := listen(t)
	f.Connect(nil, b.dial)
	ws := openSocket(t, f)
	sshtest.Must(t, exchange(ws, sshtest.Context(t), "one"))
	f.Disconnect()
	if _, _, err := ws.Read(sshtest.Context(t)); err == nil {
		t.Error("the websocket was not dropped")
	}
	_, resp, err := websocket.Dial(sshtest.Context(t), "ws"+strings.TrimPrefix(f.URL(), "http"), nil)
	if err == nil || resp == nil || resp.StatusCode != 503 {
		t.Errorf("while disconnected: %v, %v", resp, err)
	}
	f.Connect(nil, b.dial)
	ws = openSocket(t, f)
	sshtest.Must(t, exchange(ws, sshtest.Context(t), "two"))
	sshtest.Must(t, f.Close()) // also of upgraded connections
	if _, _, err := ws.Read(sshtest.Context(t)); err == nil {
		t.Error("Close left the websocket open")
	}
}

func TestLostLinkReturns503(t *testing.T) {
	t.Parallel()
	b := newBackend(t, echo)
	f := listen(t)
	f.Connect(nil, b.dial)
	ws := openSocket(t, f)
	sshtest.Must(t, b.Conn.Close())
	if _, _, err := ws.Read(sshtest.Context(t)); err == nil {
		t.Error("the websocket was not dropped")
	}
	if code, body, _ := get(t, browser(t), f.URL()); code != 503 {
		t.Errorf("%d %q", code, body)
	}
}

func TestSlowClientBlocksNoOther(t *testing.T) {
	b := newBackend(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/big" {
			_, _ = io.CopyN(w, endless{}, 64<<20)
		}
	}))
	f := listen(t)
	f.Connect(nil, b.dial)
	slow, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(f.Port())))
	sshtest.Must(t, err)
	defer slow.Close()
	_, err = slow.Write([]byte("GET /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
	sshtest.Must(t, err)
	_, err = slow.Read(make([]byte, 100)) // and then no more
	sshtest.Must(t, err)
	c := browser(t)
	for range 20 {
		start := time.Now()
		if code, _, _ := get(t, c, f.URL()+"small"); code != 200 || time.Since(start) > 8*time.Second {
			t.Fatalf("%d after %v", code, time.Since(start))
		}
	}
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	f := listen(t)
	_, err := Listen(f.Port())
	sshtest.WantFault(t, err, fault.PortTaken, strconv.Itoa(f.Port()))
	port := f.Port()
	sshtest.Must(t, f.Close())
	again, err := Listen(port)
	sshtest.Must(t, err)
	sshtest.Must(t, again.Close())
	if again.URL() != fmt.Sprintf("http://127.0.0.1:%d/", port) {
		t.Error(again.URL())
	}
}
