package tunnel

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// downloadBytes is one download of the benchmarks.
const downloadBytes = 128 << 20

// farServer is an HTTP server on a unix socket beside a node's sshd. /big is a
// download, everything else a short answer.
func farServer(b *testing.B, s *site) (socket string) {
	b.Helper()
	socket = filepath.Join(s.node.dir, "socket")
	l, err := net.Listen("unix", socket)
	must(b, err)
	must(b, os.Chmod(socket, 0o777))
	chunk := make([]byte, 64<<10)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/big" {
			_, _ = w.Write([]byte("ok"))
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(downloadBytes))
		for range downloadBytes / len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	b.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return socket
}

func benchmarkDownload(b *testing.B, url string) {
	c := browser(b)
	c.Timeout = 0
	b.SetBytes(downloadBytes)
	for b.Loop() {
		resp, err := c.Get(url + "big")
		must(b, err)
		n, err := io.Copy(io.Discard, resp.Body)
		must(b, err)
		_ = resp.Body.Close()
		if n != downloadBytes {
			b.Fatalf("%d bytes", n)
		}
	}
}

func benchmarkRequest(b *testing.B, url string) {
	c := browser(b)
	for b.Loop() {
		if code, _, _ := get(b, c, url+"small"); code != 200 {
			b.Fatal(code)
		}
	}
}

// trips are the round trips of the benchmarks.
var trips = []time.Duration{0, 50 * time.Millisecond}

// distant is s with login behind a wire of that round trip.
func distant(b *testing.B, s *site, trip time.Duration) (target Target) {
	target = s.target()
	if trip > 0 {
		target.Port = newWire(b, s.login.port, trip).port
	}
	target.HostKeyAlias = "login"
	target.KnownHosts = []string{s.person.write("known", "login "+s.login.hostKey+"\nnode "+s.node.hostKey+"\n")}
	return target
}

// BenchmarkForward goes from the local port through login and node.
func BenchmarkForward(b *testing.B) {
	for _, trip := range trips {
		s := newSite(b)
		socket := farServer(b, s)
		node, err := dial(b, distant(b, s, trip), Options{}).Jump(within(b), s.nodeTarget())
		must(b, err)
		f := listen(b)
		first, err := node.DialUnix(within(b), socket)
		must(b, err)
		f.ConnectWith(first, (&behind{socket: socket, conn: node}).dial)
		benchmarkURL(b, trip, f.URL())
	}
}

// BenchmarkOpenSSH is the yardstick: `ssh -J login -L port:socket node`.
func BenchmarkOpenSSH(b *testing.B) {
	needSSH(b)
	for _, trip := range trips {
		s := newSite(b)
		socket := farServer(b, s)
		target := distant(b, s, trip)
		port := freePort(b)
		config := s.person.write("config", fmt.Sprintf("Host *\nUser %s\nIdentityFile %s\nUserKnownHostsFile %s\nHostName 127.0.0.1\n"+
			"Host login\nPort %d\nHostKeyAlias login\nHost node\nPort %d\nHostKeyAlias node\nProxyJump login\n",
			testUser, s.key, target.KnownHosts[0], target.Port, s.node.port))
		cmd := exec.Command("ssh", "-F", config, "-N", "-L", fmt.Sprintf("127.0.0.1:%d:%s", port, socket), "node")
		tieToUs(cmd)
		must(b, cmd.Start())
		b.Cleanup(func() {
			_ = cmd.Process.Kill() // its hop, an ssh -W, ends with its pipe
			_ = cmd.Wait()
		})
		waitFor(b, "ssh listens", func() bool {
			c, err := net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
			if err == nil {
				_ = c.Close()
			}
			return err == nil
		})
		benchmarkURL(b, trip, fmt.Sprintf("http://127.0.0.1:%d/", port))
	}
}

func benchmarkURL(b *testing.B, trip time.Duration, url string) {
	b.Run(fmt.Sprintf("download/trip=%v", trip), func(b *testing.B) { benchmarkDownload(b, url) })
	b.Run(fmt.Sprintf("request/trip=%v", trip), func(b *testing.B) { benchmarkRequest(b, url) })
}
