//go:build linux

package share

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

func TestClientKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	cmd, line := startProgram(t, "user", program{Target: target, Folder: s.folder}, nil)
	if line != "ready" {
		t.Fatal(line)
	}
	ours := s.dial(t, target)
	kill(t, cmd.Process.Pid)
	sshtest.WaitFor(t, "its command has ended", func() bool { _, err := os.Stat(s.folder + "/ended"); return err == nil })
	if _, _, _, err := ours.Run(sshtest.Context(t), "true", nil); err != nil || !s.hasLogins(1) {
		t.Errorf("the other one: %v, %d logins", err, s.logins())
	}
	_ = ours.Close()
	s.awaitNoDaemon()
}

// TestBytesOfAKilledClientArrive: what a program has written before it was killed reaches the host.
func TestBytesOfAKilledClientArrive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	ours := s.dial(t, target)
	for range 10 {
		startProgram(t, "sender", program{Target: target, Folder: s.folder}, nil)
		sshtest.WaitFor(t, "its command has ended", func() bool { _, err := os.Stat(s.folder + "/ended"); return err == nil })
		if said, _ := os.ReadFile(s.folder + "/said"); string(said) != "keep\n" {
			t.Fatalf("the host has read %q", said)
		}
		sshtest.Must(t, os.Remove(s.folder+"/ended"))
	}
	_ = ours.Close()
	s.awaitNoDaemon()
}

func TestDaemonKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	one, other := s.dial(t, target), s.dial(t, target)
	stream, err := one.Start(sshtest.Context(t), "cat")
	sshtest.Must(t, err)
	command := make(chan error, 1)
	go func() {
		_, _, _, err := other.Run(sshtest.Context(t), "sleep 60", nil)
		command <- err
	}()
	sshtest.WaitFor(t, "the command runs", func() bool { return s.count("Starting session: command") == 2 })
	kill(t, s.daemons()[0])
	awaitEnd(t, one)
	awaitEnd(t, other)
	if _, err := stream.Read(make([]byte, 1)); err == nil {
		t.Error("the stream goes on")
	}
	if err := <-command; !fault.Is(err, fault.LinkLost) {
		t.Errorf("the command: %v", err)
	}
	next := s.dial(t, target) // despite a stale socket
	if _, _, _, err := next.Run(sshtest.Context(t), "true", nil); err != nil || !s.hasLogins(2) {
		t.Errorf("the next login: %v, %d logins", err, s.logins())
	}
}

// TestDaemonStopped: a daemon that accepts connections and does not run delays a login, and no more.
func TestDaemonStopped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	s.dial(t, target)
	daemon := s.daemons()[0]
	sshtest.Must(t, syscall.Kill(daemon, syscall.SIGSTOP))
	t.Cleanup(func() { _ = syscall.Kill(daemon, syscall.SIGCONT) })
	sshtest.WaitFor(t, "all its threads have stopped", func() bool {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", daemon))
		return !slices.ContainsFunc(files, func(file string) bool {
			stat, _ := os.ReadFile(file)
			return !strings.Contains(string(stat), ") T ")
		})
	})
	own := s.dial(t, target)
	if _, _, _, err := own.Run(sshtest.Context(t), "true", nil); err != nil || !s.hasLogins(2) {
		t.Errorf("the login without it: %v, %d logins", err, s.logins())
	}
}

func TestDaemonTerminated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	s.linger = time.Minute
	conn := s.dial(t, s.target("key"))
	sshtest.Must(t, syscall.Kill(s.daemons()[0], syscall.SIGTERM))
	awaitEnd(t, conn)
	s.awaitNoDaemon()
	if files, _ := filepath.Glob(s.folder + "/*-*"); len(files) != 0 {
		t.Errorf("left: %v", files)
	}
}

// TestLinkLost: every client sees the end; the next one logs in again, through the same daemon.
func TestLinkLost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	s.linger = time.Minute
	target := s.target("key")
	one, other := s.dial(t, target), s.dial(t, target)
	daemon := s.daemons()
	s.Cut(t)
	awaitEnd(t, one)
	awaitEnd(t, other)
	for range 2 {
		conn := s.dial(t, target)
		if _, _, _, err := conn.Run(sshtest.Context(t), "true", nil); err != nil {
			t.Error(err)
		}
	}
	if now := s.daemons(); !s.hasLogins(2) || len(now) != 1 || now[0] != daemon[0] {
		t.Errorf("%d logins, daemons %v and then %v", s.logins(), daemon, now)
	}
}
