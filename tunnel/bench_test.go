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
	"syscall"
	"testing"
)

// downloadBytes is one download of the benchmarks.
const downloadBytes = 256 << 20

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

// BenchmarkForward goes from the local port through login and node.
func BenchmarkForward(b *testing.B) {
	s := newSite(b)
	socket := farServer(b, s)
	node, err := dial(b, s.target(), Options{}).Jump(within(b), s.nodeTarget())
	must(b, err)
	f := listen(b)
	first, err := node.DialUnix(within(b), socket)
	must(b, err)
	f.ConnectWith(first, (&behind{socket: socket, conn: node}).dial)
	b.Run("download", func(b *testing.B) { benchmarkDownload(b, f.URL()) })
	b.Run("request", func(b *testing.B) { benchmarkRequest(b, f.URL()) })
}

// BenchmarkOpenSSH is the yardstick: `ssh -J login -L port:socket node`.
func BenchmarkOpenSSH(b *testing.B) {
	needSSH(b)
	s := newSite(b)
	socket := farServer(b, s)
	port := freePort(b)
	known := s.person.write("both", s.login.knownLine()+s.node.knownLine())
	config := s.person.write("config", fmt.Sprintf("Host *\nUser %s\nIdentityFile %s\nUserKnownHostsFile %s\nHostName 127.0.0.1\nHost login\nPort %d\nHost node\nPort %d\nProxyJump login\n",
		testUser, s.key, known, s.login.port, s.node.port))
	cmd := exec.Command("ssh", "-F", config, "-N", "-L", fmt.Sprintf("127.0.0.1:%d:%s", port, socket), "node")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	must(b, cmd.Start())
	b.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	waitFor(b, "ssh listens", func() bool {
		c, err := net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	url := fmt.Sprintf("http://127.0.0.1:%d/", port)
	b.Run("download", func(b *testing.B) { benchmarkDownload(b, url) })
	b.Run("request", func(b *testing.B) { benchmarkRequest(b, url) })
}

// BenchmarkDial is the login alone.
func BenchmarkDial(b *testing.B) {
	s := newSite(b)
	target := s.target()
	for b.Loop() {
		c, err := Dial(b.Context(), target, Options{})
		must(b, err)
		_ = c.Close()
	}
}
