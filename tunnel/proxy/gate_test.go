package proxy

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

// TestGate: which requests may use a port whose server has a token, and what the server receives.
func TestGate(t *testing.T) {
	t.Parallel()
	var got *http.Request
	b := newBackend(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Add("Set-Cookie", "_xsrf=2|a|b; Path=/")
		w.Header().Add("Set-Cookie", `username-127-0-0-1="2|1:0|10"; HttpOnly`)
	}))
	f, other := listen(t), listen(t)
	for _, one := range []*Server{f, other} {
		one.SetTarget("/lab", "servers-own")
		one.Connect(nil, b.dial)
	}
	cookie := logIn(t, f)
	name, _, _ := strings.Cut(cookie, "=")
	own := strings.TrimSuffix(f.URL(), "/")
	rows := map[string]struct {
		method, path string
		header       map[string]string
		want         int
	}{
		"nothing":                        {want: 403},
		"the token":                      {header: map[string]string{"Authorization": "token " + f.Token()}, want: 200},
		"as a bearer":                    {header: map[string]string{"Authorization": "Bearer " + f.Token()}, want: 200},
		"in the address":                 {path: "api?a=1&token=" + f.Token() + "&b=%zz;2", want: 200},
		"the token from another page":    {method: "POST", header: map[string]string{"Authorization": "token " + f.Token(), "Origin": "http://elsewhere"}, want: 403},
		"the server's own token":         {header: map[string]string{"Authorization": "token servers-own"}, want: 403},
		"another port's":                 {header: map[string]string{"Authorization": "token " + other.Token()}, want: 403},
		"no token":                       {header: map[string]string{"Authorization": "token "}, want: 403},
		"a login":                        {header: map[string]string{"Cookie": "x=1; " + cookie + "; _xsrf=2|a|b"}, want: 200},
		"a login with a wrong token":     {header: map[string]string{"Cookie": cookie, "Authorization": "token servers-own"}, want: 200},
		"a login that is none":           {header: map[string]string{"Cookie": name + "=x"}, want: 403},
		"the server's cookie":            {header: map[string]string{"Cookie": `username-127-0-0-1="2|1:0|10"`}, want: 403},
		"a page's own request":           {method: "POST", header: map[string]string{"Cookie": cookie, "Origin": own}, want: 200},
		"another page's":                 {method: "POST", header: map[string]string{"Cookie": cookie, "Origin": "http://elsewhere"}, want: 403},
		"another port's page":            {method: "POST", header: map[string]string{"Cookie": cookie, "Origin": "http://127.0.0.1:1"}, want: 403},
		"a file's":                       {method: "DELETE", header: map[string]string{"Cookie": cookie, "Origin": "null"}, want: 403},
		"a page that does not say":       {method: "PUT", header: map[string]string{"Cookie": cookie}, want: 403},
		"a script of another port":       {header: map[string]string{"Cookie": cookie, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, want: 403},
		"a click on another port's page": {header: map[string]string{"Cookie": cookie, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, want: 200},
		"a websocket of another page":    {header: map[string]string{"Cookie": cookie, "Origin": "http://127.0.0.1:1", "Connection": "Upgrade", "Upgrade": "websocket"}, want: 403},
		"a websocket of nobody's":        {header: map[string]string{"Cookie": cookie, "Connection": "Upgrade", "Upgrade": "websocket"}, want: 403},
	}
	if code, _, header := get(t, browser(t), f.URL()+"api?token=old"); code != 503 || header.Get("Retry-After") == "" {
		t.Errorf("a token of before, until the new one is known: %d", code)
	}
	if code, _, _ := get(t, browser(t), f.URL()+"api?token="+f.Token()); code != 200 {
		t.Errorf("the token: %d", code)
	}
	for what, row := range rows {
		t.Run(what, func(t *testing.T) {
			got = nil
			req, err := http.NewRequest(row.method, f.URL()+row.path, nil)
			sshtest.Must(t, err)
			for name, value := range row.header {
				req.Header.Set(name, value)
			}
			res, err := browser(t).Do(req)
			sshtest.Must(t, err)
			body, err := io.ReadAll(res.Body)
			sshtest.Must(t, err)
			sshtest.Must(t, res.Body.Close())
			if res.StatusCode != row.want {
				t.Fatalf("%d, want %d: %s", res.StatusCode, row.want, body)
			}
			if row.want != 200 {
				if got != nil {
					t.Error("it came through")
				}
				return
			}
			if got.Header.Get("Authorization") != "token servers-own" || strings.Contains(got.RequestURI, "token") || strings.Contains(got.Header.Get("Cookie"), "sunpyter") {
				t.Errorf("the server got %s %v", got.RequestURI, got.Header)
			}
			if set := res.Header.Values("Set-Cookie"); len(set) != 1 || !strings.HasPrefix(set[0], "_xsrf=") {
				t.Errorf("the browser got %q", set)
			}
			if row.path != "" && got.RequestURI != "/api?a=1&b=%zz;2" {
				t.Errorf("it arrived as %s", got.RequestURI)
			}
			if strings.Contains(row.header["Cookie"], "_xsrf") && got.Header.Get("Cookie") != "_xsrf=2|a|b" {
				t.Errorf("the server got the cookies %q", got.Header.Get("Cookie"))
			}
		})
	}
}

// logIn opens a link and returns the cookie that it sets.
func logIn(t *testing.T, f *Server) string {
	t.Helper()
	link, err := f.Link()
	sshtest.Must(t, err)
	_, _, header := get(t, browser(t), link)
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	return cookie
}

// TestGateRedirect: a browser that opens an address with the token is redirected to one without.
func TestGateRedirect(t *testing.T) {
	t.Parallel()
	b := newBackend(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	f := listen(t)
	f.SetTarget("/lab", "servers-own")
	f.Connect(nil, b.dial)
	req, err := http.NewRequest("GET", f.URL()+"/evil.example.org/tree?a=b&token="+f.Token(), nil)
	sshtest.Must(t, err)
	req.Header.Set("Accept", "text/html,*/*")
	res, err := browser(t).Do(req)
	sshtest.Must(t, err)
	sshtest.Must(t, res.Body.Close())
	if res.StatusCode != http.StatusFound || res.Header.Get("Location") != "/evil.example.org/tree?a=b" || !strings.Contains(res.Header.Get("Set-Cookie"), "HttpOnly") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

// TestLinkReused: the first browser is logged out, its open websocket ends, and the user
// is warned once. The browser that has used the link may open it again.
func TestLinkReused(t *testing.T) {
	t.Parallel()
	b := newBackend(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			return
		}
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		_, _, _ = conn.Read(r.Context())
	}))
	f, warned := listen(t), 0
	f.OnReuse(func() { warned++ })
	f.SetTarget("/lab", "servers-own")
	f.Connect(nil, b.dial)
	link, err := f.Link()
	sshtest.Must(t, err)
	visitor := func() *http.Client {
		c := browser(t)
		c.Jar, err = cookiejar.New(nil)
		sshtest.Must(t, err)
		return c
	}
	first, second := visitor(), visitor()
	for range 2 {
		if code, _, _ := get(t, first, link); code != http.StatusFound || warned != 0 {
			t.Fatalf("the first browser: %d, %d warnings", code, warned)
		}
	}
	conn, _, err := websocket.Dial(sshtest.Context(t), "ws"+strings.TrimPrefix(f.URL(), "http")+"ws", &websocket.DialOptions{HTTPClient: first, HTTPHeader: http.Header{"Origin": {strings.TrimSuffix(f.URL(), "/")}}})
	sshtest.Must(t, err)
	ended := make(chan error, 1)
	go func() {
		_, _, err := conn.Read(context.Background())
		ended <- err
	}()
	for range 3 {
		if code, _, _ := get(t, second, link); code != http.StatusGone || warned != 1 {
			t.Fatalf("the second browser: %d, %d warnings", code, warned)
		}
	}
	select {
	case <-ended:
	case <-sshtest.Context(t).Done():
		t.Error("the first browser's websocket is still open")
	}
	if code, _, _ := get(t, first, f.URL()); code != http.StatusForbidden {
		t.Errorf("the first browser afterwards: %d", code)
	}
	if code, _, _ := get(t, second, f.URL()); code != http.StatusForbidden {
		t.Errorf("the second browser: %d", code)
	}
	sshtest.Must(t, conn.CloseNow())
}
