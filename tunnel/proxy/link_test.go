package proxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

func TestLink(t *testing.T) {
	t.Parallel()
	f, c := listen(t), browser(t)
	if _, err := f.Link(); err == nil {
		t.Error("a link to nothing")
	}
	f.SetTarget("/lab", "s3cret&x")
	link, err := f.Link()
	sshtest.Must(t, err)
	nonce := strings.TrimPrefix(link, strings.TrimSuffix(f.URL(), "/")+linkPath)
	if len(nonce) != 52 || strings.Contains(link, "s3cret") {
		t.Errorf("link %s", link)
	}
	if code, _, _ := get(t, c, link); code != 503 {
		t.Errorf("while disconnected: %d", code)
	}
	f.Connect(nil, func(context.Context) (net.Conn, error) { return nil, errors.New("none") })
	foreign, err := http.NewRequest("GET", link, nil)
	sshtest.Must(t, err)
	foreign.Host = "evil.example.org:" + strconv.Itoa(f.Port())
	resp, err := c.Do(foreign)
	sshtest.Must(t, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("under a foreign name: %d", resp.StatusCode)
	}
	if resp, err := c.Head(link); err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("HEAD: %v %v", resp, err)
	}
	ahead, err := http.NewRequest("GET", link, nil)
	sshtest.Must(t, err)
	ahead.Header.Set("Sec-Purpose", "prefetch;prerender")
	resp, err = c.Do(ahead)
	sshtest.Must(t, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("looked up ahead: %d", resp.StatusCode)
	}
	code, _, header := get(t, c, link)
	if code != http.StatusFound || header.Get("Location") != "/lab" ||
		header.Get("Cache-Control") != "no-store" || header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", code, header)
	}
	if cookie := header.Get("Set-Cookie"); !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("cookie %q", cookie)
	}
	if code, body, _ := get(t, c, link); code != http.StatusGone || !strings.Contains(body, "works once") {
		t.Errorf("used again: %d %q", code, body)
	}
	if code, _, _ := get(t, c, f.URL()+"sunpyter/open/"+strings.Repeat("a", 43)); code != http.StatusGone {
		t.Errorf("unknown: %d", code)
	}
}
