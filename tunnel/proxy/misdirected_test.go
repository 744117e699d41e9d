package proxy

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

// TestMisdirectedRequests: each request of a connection is checked, also those that are sent
// before the first is answered, and whatever token they have.
func TestMisdirectedRequests(t *testing.T) {
	t.Parallel()
	var came []string
	b := newBackend(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { came = append(came, r.URL.Path) }))
	f := listen(t)
	f.SetTarget("/lab", "servers-own")
	f.Connect(nil, b.dial)
	own := strings.TrimSuffix(strings.TrimPrefix(f.URL(), "http://"), "/")
	rows := []struct {
		path, host, headers string
		want                int
	}{
		{"/own", own, "", 200},
		{"/rebound", "evil.example.org:" + strconv.Itoa(f.Port()), "", 403},
		{"/suffix", "127.0.0.1.evil.example.org", "", 403},
		{"/page", own, "Origin: http://" + own + "\r\n", 200},
		{"/foreign", own, "Origin: https://evil.example.org\r\n", 403},
		{"/two", own, "Origin: http://" + own + "\r\nOrigin: https://evil.example.org\r\n", 403},
		{"/file", own, "Origin: null\r\n", 403},
		{"/port", own, "Origin: http://127.0.0.1:1\r\n", 403},
		{"/websocket", own, "Origin: https://evil.example.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", 403},
		{"/forwarded", "localhost:1234", "", 200},
	}
	conn, err := net.Dial("tcp4", own)
	sshtest.Must(t, err)
	defer func() { _ = conn.Close() }()
	var all strings.Builder
	for _, row := range rows {
		all.WriteString("GET " + row.path + " HTTP/1.1\r\nHost: " + row.host + "\r\nAuthorization: token " + f.Token() + "\r\n" + row.headers + "\r\n")
	}
	_, err = conn.Write([]byte(all.String()))
	sshtest.Must(t, err)
	answers := bufio.NewReader(conn)
	var want []string
	for _, row := range rows {
		res, err := http.ReadResponse(answers, nil)
		sshtest.Must(t, err)
		_ = res.Body.Close()
		if res.StatusCode != row.want {
			t.Errorf("%s: %d, want %d", row.path, res.StatusCode, row.want)
		}
		if row.want == http.StatusOK {
			want = append(want, row.path)
		}
	}
	if strings.Join(came, " ") != strings.Join(want, " ") {
		t.Errorf("%q came through, want %q", came, want)
	}
}
