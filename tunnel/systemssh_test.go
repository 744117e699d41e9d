//go:build linux

package tunnel

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// systemTarget returns the target of s for the ssh program, by a configuration with more lines.
func systemTarget(p *sshtest.User, s *sshtest.Server, lines ...string) sshconfig.Target {
	p.T.Helper()
	if _, err := os.Stat(p.File("known_hosts")); err != nil {
		p.Write("known_hosts", s.KnownLine())
	}
	config := append([]string{"Host cluster", "HostName 127.0.0.1", fmt.Sprint("Port ", s.Port), "User " + sshtest.UserName, "UserKnownHostsFile " + p.File("known_hosts"),
		"GlobalKnownHostsFile none", "IdentityAgent none", "IdentityFile " + p.File("key")}, lines...)
	text := strings.Join(config, "\n") + "\n"
	if p.Config != nil {
		text = p.Config.Replace(text)
	}
	target, err := sshconfig.Resolve(sshtest.Context(p.T), "cluster", "", sshconfig.Options{Program: "ssh", File: p.Write("config", text)})
	sshtest.Must(p.T, err)
	return target
}

// systemOptions have their own folder for sockets, which must be empty at the end.
func systemOptions(t *testing.T, prompter prompts.Prompter) Options {
	t.Helper()
	folder, err := os.MkdirTemp("", "s") // t.TempDir's names are too long for sockets
	sshtest.Must(t, err)
	t.Cleanup(func() {
		sshtest.WaitFor(t, "no folder is left", func() bool {
			left, _ := filepath.Glob(filepath.Join(folder, "*"))
			return len(left) == 0
		})
		_ = os.RemoveAll(folder)
	})
	return Options{Prompter: prompter, Sockets: folder}
}

func TestSystemSSH(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "MaxSessions 2"), sshtest.NewUser(t)
	p.Key(s, "key", "")
	var notices sshtest.Notices
	opts := systemOptions(t, nil)
	opts.Notice = notices.Add
	c := dial(t, systemTarget(p, s), opts)
	out, errs, exit, err := c.Run(sshtest.Context(t), "cat; echo no >&2; exit 3", []byte("bytes"))
	if err != nil || exit != 3 || string(out) != "bytes" || string(errs) != "no\n" {
		t.Errorf("%q %q %d %v", out, errs, exit, err)
	}
	stream, err := c.DialTCP(sshtest.Context(t), fmt.Sprint("127.0.0.1:", s.Port))
	sshtest.Must(t, err)
	word := make([]byte, 4)
	if _, err := stream.Read(word); err != nil || string(word) != "SSH-" {
		t.Errorf("%q %v", word, err)
	}
	sshtest.Must(t, stream.Close())
	_, err = c.DialTCP(sshtest.Context(t), "127.0.0.1:1")
	sshtest.WantFault(t, err, fault.ConnectRefused)
	socket := filepath.Join(s.Dir, "echo")
	l, err := net.Listen("unix", socket)
	sshtest.Must(t, err)
	sshtest.Must(t, os.Chmod(socket, 0o777))
	go func() {
		if conn, err := l.Accept(); err == nil {
			_, _ = conn.Write([]byte("here"))
			_ = conn.Close()
		}
	}()
	stream, err = c.DialUnix(sshtest.Context(t), socket)
	sshtest.Must(t, err)
	if got, err := io.ReadAll(stream); err != nil || string(got) != "here" {
		t.Errorf("%q %v", got, err)
	}
	sshtest.Must(t, stream.Close())
	sshtest.Must(t, l.Close())
	if !c.Alive(sshtest.Context(t), sshtest.Patience()) {
		t.Error("it does not live")
	}
	for _, kind := range []string{prompts.NoticeConnected, prompts.NoticeHostKnown, prompts.NoticeLoggedIn} {
		if notices.Count(kind) != 1 {
			t.Errorf("%s was not notices once: %v", kind, notices.All)
		}
	}
	if notices.Count(prompts.NoticeHostKnown, "ED25519 key SHA256:") != 1 || notices.Count(prompts.NoticeLoggedIn, p.File("key")) != 1 {
		t.Error(notices.All)
	}
	t.Run("sessions wait for one another", func(t *testing.T) { systemSessions(t, c) })
	sshtest.Must(t, c.Close())
	if n := s.Count(t, "Accepted publickey"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

func systemSessions(t *testing.T, c *Conn) {
	results := make(chan error)
	for range 5 {
		go func() {
			_, _, exit, err := c.Run(sshtest.Context(t), "sleep 0.2", nil)
			if exit != 0 {
				err = fmt.Errorf("exit %d", exit)
			}
			results <- err
		}()
	}
	for range 5 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

// TestSystemSSHMaxSessions: a command beyond MaxSessions fails with that reason.
func TestSystemSSHMaxSessions(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "MaxSessions 1"), sshtest.NewUser(t)
	p.Key(s, "key", "")
	opts := systemOptions(t, nil)
	opts.sessionWait = 50 * time.Millisecond
	c := dial(t, systemTarget(p, s), opts)
	first, err := c.Start(sshtest.Context(t), "echo on; cat")
	sshtest.Must(t, err)
	_, err = io.ReadFull(first, make([]byte, 3))
	sshtest.Must(t, err)
	_, _, _, err = c.Run(sshtest.Context(t), "true", nil)
	sshtest.WantFault(t, err, fault.CommandFailed, "MaxSessions, usually 10")
	_, err = c.Start(sshtest.Context(t), "cat")
	sshtest.WantFault(t, err, fault.CommandFailed, "MaxSessions, usually 10")
	sshtest.Must(t, first.Close())
}

func TestSystemSSHBytes(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "")
	c := dial(t, systemTarget(p, s), systemOptions(t, nil))
	const size = 6 << 20
	begun := time.Now()
	out, _, _, err := c.Run(sshtest.Context(t), "cat", []byte(strings.Repeat("x", size)))
	if err != nil || len(out) != size {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	t.Logf("%d MiB there and back in %v", size>>20, time.Since(begun))
}
