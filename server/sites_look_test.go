//go:build unix

package server

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
)

// fileHost runs the command that reads a site's file on this machine, with a failure of each kind.
type fileHost struct {
	nodeconn.LoginConn
	env     []string
	fail    func(ctx context.Context) error // instead of the command
	cut     int                             // of the output's bytes, that many are lost
	asked   int
	asking  chan struct{} // if not nil, closed at the beginning of a call
	proceed chan struct{} // if not nil, it waits for this
}

func (h *fileHost) Run(ctx context.Context, command string, _ []byte) (stdout, stderr []byte, exit int, err error) {
	h.asked++
	if h.asking != nil {
		close(h.asking)
		<-h.proceed
	}
	if h.fail != nil {
		return nil, nil, -1, h.fail(ctx)
	}
	cmd := exec.CommandContext(ctx, "bash", "-c", command)
	cmd.Env = h.env
	stdout, err = cmd.Output()
	return stdout[:max(0, len(stdout)-h.cut)], nil, 0, err
}

// TestSiteIsReadAfterFailures: a request reads the site's file if the one before it could not, whatever the cause was;
// requests at the same time ask once, and each has the file then. Where there is no Slurm, nothing is asked again.
func TestSiteIsReadAfterFailures(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("site.toml", "title = \"Bird\"\n", 0o644)
	write("sbatch", "#!/bin/sh\n", 0o755)
	env := []string{"HOME=" + dir, "SUNPYTER_SITE=" + filepath.Join(dir, "site.toml"), "PATH=" + dir + ":/usr/bin:/bin"}
	stored, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := store.Place{Host: "login"}
	s, _ := newTestSites(t, stored)
	look := func(what string, h *fileHost, title string, asked int) {
		t.Helper()
		s.look(t.Context(), h, p)()
		if file := s.file(p); file.Title != title || h.asked != asked {
			t.Errorf("%s: %q, asked %d times", what, file.Title, h.asked)
		}
	}
	look("connection lost", &fileHost{fail: func(context.Context) error { return &fault.Error{Code: fault.LinkLost} }}, "", 1)
	look("another error", &fileHost{fail: func(context.Context) error { return errors.New("broken") }}, "", 1)
	look("half of the answer", &fileHost{env: env, cut: 40}, "", 1)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	h := &fileHost{fail: func(ctx context.Context) error { return ctx.Err() }}
	s.look(cancelled, h, p)()
	if h.asked != 1 {
		t.Error("the cancelled request has not asked")
	}

	h = &fileHost{env: env, asking: make(chan struct{}), proceed: make(chan struct{})}
	first := s.look(t.Context(), h, p)
	<-h.asking
	second := s.look(t.Context(), h, p)
	s.look(cancelled, h, p)() // which does not wait
	close(h.proceed)
	second()
	if file := s.file(p); file.Title != "Bird" || h.asked != 1 {
		t.Errorf("two at a time: %q, asked %d times", file.Title, h.asked)
	}
	first()
	look("once read", &fileHost{env: env}, "Bird", 0)

	p.Host = "other"
	missing := func(context.Context) error { return &fault.Error{Code: fault.SlurmMissing} }
	look("no Slurm", &fileHost{fail: missing}, "", 1)
	look("still no Slurm", &fileHost{fail: missing}, "", 0)
}

// TestSiteStaysReadAfterAFailure: what one request has learnt meanwhile is not asked again because another one's reading
// failed.
func TestSiteStaysReadAfterAFailure(t *testing.T) {
	stored, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := store.Place{Host: "login"}
	s, _ := newTestSites(t, stored)
	h := &fileHost{fail: func(context.Context) error { return errors.New("broken") }, asking: make(chan struct{}), proceed: make(chan struct{})}
	wait := s.look(t.Context(), h, p)
	<-h.asking
	s.learn(p, fileOf("a", "title = \"Bird\"\n"))
	close(h.proceed)
	wait()
	again := &fileHost{}
	s.look(t.Context(), again, p)()
	if file := s.file(p); file.Title != "Bird" || again.asked != 0 {
		t.Errorf("%q, asked %d times", file.Title, again.asked)
	}
}
