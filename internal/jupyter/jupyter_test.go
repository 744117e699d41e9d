package jupyter_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/internal/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a-token-of-this-test"

// start starts a Jupyter server on a unix socket.
func start(t *testing.T) *jupyter.Client {
	t.Helper()
	if testing.Short() {
		t.Skip("no Jupyter with -short")
	}
	const program = "/usr/bin/jupyter-server"
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("SUNPYTER_REQUIRE_SITE") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	cmd := exec.Command(program, "--allow-root", "--no-browser", "--ServerApp.sock="+socket)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "JUPYTER_TOKEN=" + token}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = cmd.Process.Signal(syscall.SIGTERM) // it ends its kernels
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		_ = cmd.Wait()
	})
	client := &jupyter.Client{URL: "http://localhost/", Token: token, HTTP: &http.Client{Transport: transport}}
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := client.Do(t.Context(), http.MethodGet, "api/status", nil, nil)
		if err == nil {
			return client
		}
		if pace.Over(begun, pace.Limit(30*time.Second)) {
			t.Fatal(err)
		}
	}
}

func TestExecute(t *testing.T) {
	client := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), pace.Limit(30*time.Second))
	defer cancel()
	k, err := client.StartKernel(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := k.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	for _, c := range []struct{ code, out, err string }{
		{"x = 6 * 7", "", ""},
		{"print(x)\nimport sys; print('not this', file=sys.stderr)", "42\n", ""},
		{"1 / 0", "", "ZeroDivisionError: division by zero"},
		{"print('on')", "on\n", ""},
	} {
		out, err := k.Execute(ctx, c.code)
		if out != c.out || (err == nil) != (c.err == "") || (err != nil && err.Error() != c.err) {
			t.Errorf("%q: %q, %v; want %q, %q", c.code, out, err, c.out, c.err)
		}
	}
}

func TestWrongTokenIsReported(t *testing.T) {
	client := start(t)
	client.Token = "wrong"
	_, err := client.StartKernel(t.Context())
	if err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("got %v, want 403", err)
	}
}
