package tunnel

import (
	"context"
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

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/proxy"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// downloadBytes is one download of the benchmarks.
const downloadBytes = 128 << 20

// httpServer is an HTTP server on a unix socket of a node. /big is a
// download, everything else a short answer.
func httpServer(b *testing.B, s *site) (socket string) {
	b.Helper()
	socket = filepath.Join(s.node.Dir, "socket")
	l, err := net.Listen("unix", socket)
	sshtest.Must(b, err)
	sshtest.Must(b, os.Chmod(socket, 0o777))
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

func httpClient(b *testing.B) *http.Client {
	transport := &http.Transport{}
	b.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func benchmarkDownload(b *testing.B, url string) {
	c := httpClient(b)
	c.Timeout = 0
	b.SetBytes(downloadBytes)
	for b.Loop() {
		resp, err := c.Get(url + "big")
		sshtest.Must(b, err)
		n, err := io.Copy(io.Discard, resp.Body)
		sshtest.Must(b, err)
		_ = resp.Body.Close()
		if n != downloadBytes {
			b.Fatalf("%d bytes", n)
		}
	}
}

func benchmarkRequest(b *testing.B, url string) {
	c := httpClient(b)
	for b.Loop() {
		resp, err := c.Get(url + "small")
		sshtest.Must(b, err)
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			b.Fatal(resp.Status)
		}
	}
}

// trips are the round trips of the benchmarks.
var trips = []time.Duration{0, 50 * time.Millisecond}

// delayedTarget is s with login behind a wire of that round trip.
func delayedTarget(b *testing.B, s *site, trip time.Duration) (target sshconfig.Target) {
	target = s.target()
	if trip > 0 {
		target.Port = sshtest.NewWire(b, s.login.Port, trip).Port
	}
	target.HostKeys.Alias = "login"
	target.HostKeys.KnownHosts = []string{s.user.Write("known", "login "+s.login.HostKey+"\nnode "+s.node.HostKey+"\n")}
	return target
}

// BenchmarkForward goes from the local port through login and node.
func BenchmarkForward(b *testing.B) {
	for _, trip := range trips {
		s := newSite(b)
		socket := httpServer(b, s)
		node, err := dial(b, delayedTarget(b, s, trip), Options{}).Jump(sshtest.Context(b), s.nodeTarget())
		sshtest.Must(b, err)
		f, err := proxy.Listen(0)
		sshtest.Must(b, err)
		b.Cleanup(func() { _ = f.Close() })
		first, err := node.DialUnix(sshtest.Context(b), socket)
		sshtest.Must(b, err)
		f.Connect(first, func(ctx context.Context) (net.Conn, error) { return node.DialUnix(ctx, socket) })
		benchmarkURL(b, trip, f.URL())
	}
}

// BenchmarkOpenSSH is the reference: `ssh -J login -L port:socket node`.
func BenchmarkOpenSSH(b *testing.B) {
	sshtest.NeedSSH(b)
	for _, trip := range trips {
		s := newSite(b)
		socket := httpServer(b, s)
		target := delayedTarget(b, s, trip)
		port := sshtest.FreePort(b)
		config := s.user.Write("config", fmt.Sprintf("Host *\nUser %s\nIdentityFile %s\nUserKnownHostsFile %s\nHostName 127.0.0.1\n"+
			"Host login\nPort %d\nHostKeyAlias login\nHost node\nPort %d\nHostKeyAlias node\nProxyJump login\n",
			sshtest.UserName, s.key, target.HostKeys.KnownHosts[0], target.Port, s.node.Port))
		cmd := exec.Command("ssh", "-F", config, "-N", "-L", fmt.Sprintf("127.0.0.1:%d:%s", port, socket), "node")
		sshtest.TieToParent(cmd)
		sshtest.Must(b, cmd.Start())
		b.Cleanup(func() {
			_ = cmd.Process.Kill() // its hop, an ssh -W, ends with its pipe
			_ = cmd.Wait()
		})
		sshtest.WaitFor(b, "ssh listens", func() bool {
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
