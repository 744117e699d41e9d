package proxy

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

// A request waits for a slow response, but not for a silent link, even if the stream
// to the server is already open.
func TestSlowStreamAndDeadLink(t *testing.T) {
	t.Parallel()
	sshtest.Slow(t, "a link that is silent for 10 s")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			time.Sleep(probeAfter + time.Second) // longer than the link is trusted without a reply
		}
		_, _ = w.Write([]byte("done"))
	}))
	t.Cleanup(server.Close)
	w, c := proxyWired(t)
	f := listen(t)
	f.Connect(nil, func(ctx context.Context) (net.Conn, error) { return c.DialTCP(ctx, server.Listener.Addr().String()) })
	b := browser(t)
	b.Timeout = 30 * time.Second
	if code, body, _ := get(t, b, f.URL()+"slow"); code != http.StatusOK || body != "done" {
		t.Fatalf("a slow answer: %d %q", code, body)
	}
	w.Frozen.Store(true)
	begun := time.Now()
	code, body, _ := get(t, b, f.URL()+"x")
	if took := time.Since(begun); code != http.StatusServiceUnavailable || !strings.Contains(body, "is not responding") || took > probeAfter+streamTimeout+8*time.Second {
		t.Errorf("a silent link: %d %q after %v", code, body, took)
	}
	select {
	case <-c.Done():
		t.Error("the link was given up: ", c.Err())
	default:
	}
}
