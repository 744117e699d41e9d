//go:build unix

package files

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sftptest"
)

func TestOpenedOnceAndClosedAfterUse(t *testing.T) {
	h, _ := newTest(t)
	c := New(Options{Where: "Test", Log: zaptest.NewLogger(t), idle: 50 * time.Millisecond, Connect: h.connect})
	defer c.Close()
	for range 3 {
		if _, err := c.Stat(t.Context(), "~"); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.Started.Load(); n != 1 {
		t.Errorf("%d servers were started", n)
	}
	h.Wait() // the server ends when it is not used any more
	for h.Released.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := c.Stat(t.Context(), "~"); err != nil || h.Started.Load() != 2 {
		t.Errorf("after the pause: %v, %d servers", err, h.Started.Load())
	}
}

// TestServerByItsPath: the subsystem is missing, or its output is no SFTP because of login
// files that print something.
func TestServerByItsPath(t *testing.T) {
	for _, h := range []*sftptest.Host{{NoSFTP: errors.New("subsystem request failed")}, {Wrap: []string{"sh", "-c", "echo Welcome to the cluster, have fun; exec \"$@\"", "sh"}}} {
		test, c := newTest(t)
		test.NoSFTP, test.Wrap, test.Shell = h.NoSFTP, h.Wrap, true
		test.write("a", "text")
		content, err := c.Read(t.Context(), "a", 0, 0)
		if err != nil || string(content.Data) != "text" {
			t.Errorf("read %q, %v", content.Data, err)
		}
	}
}

func TestNoSFTP(t *testing.T) {
	h, c := newTest(t)
	h.NoSFTP = errors.New("subsystem request failed")
	_, err := c.Stat(t.Context(), "~")
	wantCode(t, err, fault.NoSFTP)
	if h.Released.Load() != 1 {
		t.Error("the connection was not released")
	}
	if f := fault.As(err); f == nil || !strings.Contains(f.Advice, "Subsystem sftp") {
		t.Errorf("advice: %v", err)
	}
}

// TestNoSFTPButAJob: the job's node is used where the login node has no SFTP.
func TestNoSFTPButAJob(t *testing.T) {
	login, _ := newTest(t)
	login.NoSFTP = errors.New("subsystem request failed")
	job, _ := newTest(t)
	job.write("a", "text")
	running := false
	c := New(Options{Where: "Test", Log: zaptest.NewLogger(t), Connect: login.connect, ConnectJob: func() Host {
		if !running {
			return nil
		}
		return job.Host
	}})
	defer c.Close()
	_, err := c.Stat(t.Context(), "~")
	wantCode(t, err, fault.NoSFTP)
	if f := fault.As(err); f == nil || !strings.Contains(f.Advice, "Start a kernel") {
		t.Errorf("advice: %v", err)
	}
	running = true
	if content, err := c.Read(t.Context(), "a", 0, 0); err != nil || string(content.Data) != "text" {
		t.Errorf("read %q, %v", content.Data, err)
	}
	job.NoSFTP = login.NoSFTP
	must(t, job.Process().Kill())
	job.Wait()
	_, err = c.Stat(t.Context(), "~")
	wantCode(t, err, fault.NoSFTP)
	if f := fault.As(err); f == nil || !strings.HasPrefix(f.Advice, "Ask the site") {
		t.Errorf("advice with a job that has none either: %v", err)
	}
}

// TestSilentHost: a call returns when it is cancelled, though the host does not answer.
func TestSilentHost(t *testing.T) {
	h, c := newTest(t)
	if _, err := c.Home(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := h.Process()
	must(t, server.Signal(syscall.SIGSTOP))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := c.Stat(ctx, "~")
	wantCode(t, err, fault.Cancelled)
}

// TestKilledServer: what only reads is tried again on a new channel; a write is not.
func TestKilledServer(t *testing.T) {
	h, c := newTest(t)
	h.write("a", "text")
	kill := func() {
		t.Helper()
		if _, err := c.Home(t.Context()); err != nil {
			t.Fatal(err)
		}
		must(t, h.Process().Kill())
		h.Wait()
	}
	kill()
	if content, err := c.Read(t.Context(), "a", 0, 0); err != nil || string(content.Data) != "text" {
		t.Errorf("read %q, %v", content.Data, err)
	}
	kill()
	if _, err := c.Write(t.Context(), "a", []byte("new"), Precondition{}); err != nil {
		wantCode(t, err, fault.LinkLost)
	}
	if _, err := c.Write(t.Context(), "a", []byte("new"), Precondition{}); err != nil {
		t.Error(err)
	}
	h.wantFile("a", "new")
}

func TestList(t *testing.T) {
	h, c := newTest(t)
	h.write("big/.keep", "")
	for i := range 20_000 {
		must(t, os.WriteFile(h.Path(fmt.Sprintf("big/%05d", i)), nil, 0o644))
	}
	names := map[string]bool{}
	after, pages := "", 0
	for {
		page, err := c.List(t.Context(), "big", after, 0)
		must(t, err)
		if page.Total != 20_001 || page.Path != h.Path("big") || len(page.Entries) > MaxPage {
			t.Fatalf("a page of %d of %d in %s", len(page.Entries), page.Total, page.Path)
		}
		for _, e := range page.Entries {
			names[e.Name] = true
		}
		if pages++; !page.More {
			break
		}
		after = page.Entries[len(page.Entries)-1].Name
	}
	if len(names) != 20_001 || pages != 5 {
		t.Errorf("%d names on %d pages", len(names), pages)
	}
}

func TestListTypes(t *testing.T) {
	h, c := newTest(t)
	h.write("caf\xe9\n", "12345")
	h.write("d/x", "")
	must(t, os.Symlink("d", h.Path("to-d")))
	must(t, os.Symlink("nowhere", h.Path("to-nowhere")))
	must(t, syscall.Mkfifo(h.Path("pipe"), 0o644))
	page, err := c.List(t.Context(), "", "", 0)
	must(t, err)
	var got []string
	for _, e := range page.Entries {
		got = append(got, fmt.Sprint(Escape(e.Name), " ", e.Type, " ", e.Link, " ", e.Mode.Perm()))
	}
	want := []string{"caf%E9%0A file false -rw-r--r--", "d directory false -rwxr-xr-x", "pipe other false -rw-r--r--",
		"to-d directory true -rwxr-xr-x", "to-nowhere other true -rwxrwxrwx"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	_, err = c.List(t.Context(), "caf\xe9\n", "", 0)
	wantCode(t, err, fault.FileNotDirectory)
	_, err = c.List(t.Context(), "none", "", 0)
	wantCode(t, err, fault.FileNotFound)
	if e, err := c.Stat(t.Context(), "to-d"); err != nil || e.Type != Directory || !e.Link || e.Name != h.Path("to-d") {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestManyUsers: calls at once share one channel.
func TestManyUsers(t *testing.T) {
	h, c := newTest(t)
	h.write("a", "text")
	var failed atomic.Int32
	finished := make(chan struct{})
	for range 50 {
		go func() {
			if _, err := c.Read(t.Context(), "a", 0, 0); err != nil {
				failed.Add(1)
			}
			finished <- struct{}{}
		}()
	}
	for range 50 {
		<-finished
	}
	if failed.Load() > 0 || h.Started.Load() != 1 {
		t.Errorf("%d failed, %d servers", failed.Load(), h.Started.Load())
	}
}
