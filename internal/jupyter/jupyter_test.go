package jupyter_test

import (
	"context"
	"errors"
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

// start starts a Jupyter server on a unix socket, whose user has a kernelspec of this text
// in place of the usual one, unless it is empty.
func start(t *testing.T, kernelspec string) *jupyter.Client {
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
	if kernelspec != "" {
		folder := filepath.Join(dir, ".local/share/jupyter/kernels/python3")
		if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, "kernel.json"), []byte(kernelspec), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
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
	client := start(t, "")
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

// TestKernelThatCannotStart: the error says why no kernel came.
func TestKernelThatCannotStart(t *testing.T) {
	t.Run("its program is missing", func(t *testing.T) {
		client := start(t, `{"argv": ["/gone/python", "{connection_file}"], "display_name": "Mine", "language": "python"}`)
		spec, err := client.DefaultKernelspec(t.Context())
		if err != nil || spec.Name != "python3" || spec.Title != "Mine" || spec.Language != "python" || spec.Argv[0] != "/gone/python" {
			t.Errorf("%+v, %v", spec, err)
		}
		_, err = client.StartKernel(t.Context())
		status, ok := errors.AsType[*jupyter.StatusError](err)
		if !ok {
			t.Fatalf("%v", err)
		}
		// jupyter_server 2 says why in its log only.
		if reason := status.Reason(); reason != "" && !strings.Contains(reason, "No such file or directory: '/gone/python'") {
			t.Errorf("%v", err)
		}
	})
	t.Run("it ends at once", func(t *testing.T) {
		client := start(t, `{"argv": ["/bin/false", "{connection_file}"], "display_name": "Mine", "language": "python"}`)
		ctx, cancel := context.WithTimeout(t.Context(), pace.Limit(50*time.Second))
		defer cancel()
		if _, err := client.StartKernel(ctx); !errors.Is(err, jupyter.ErrKernelDied) {
			t.Errorf("%v", err)
		}
	})
}

func TestWrongTokenIsReported(t *testing.T) {
	client := start(t, "")
	client.Token = "wrong"
	_, err := client.StartKernel(t.Context())
	if err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("got %v, want 403", err)
	}
}
