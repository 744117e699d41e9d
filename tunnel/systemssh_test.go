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
)

// systemTarget is s as the ssh program reaches it, by a configuration with further lines.
func systemTarget(p *person, s *sshd, lines ...string) Target {
	p.t.Helper()
	if _, err := os.Stat(p.file("known_hosts")); err != nil {
		p.write("known_hosts", s.knownLine())
	}
	config := append([]string{"Host cluster", "HostName 127.0.0.1", fmt.Sprint("Port ", s.port), "User " + testUser, "UserKnownHostsFile " + p.file("known_hosts"),
		"GlobalKnownHostsFile none", "IdentityAgent none", "IdentityFile " + p.file("key")}, lines...)
	text := strings.Join(config, "\n") + "\n"
	if p.config != nil {
		text = p.config.Replace(text)
	}
	target, err := Resolve(within(p.t), "cluster", "", ResolveOptions{Program: "ssh", File: p.write("config", text)})
	must(p.t, err)
	return target
}

// systemOptions have a folder of their own for sockets, which has to be empty at the end.
func systemOptions(t *testing.T, prompter Prompter) Options {
	t.Helper()
	folder, err := os.MkdirTemp("", "s") // t.TempDir's names are too long for sockets
	must(t, err)
	t.Cleanup(func() {
		waitFor(t, "no folder is left", func() bool {
			left, _ := filepath.Glob(filepath.Join(folder, "*"))
			return len(left) == 0
		})
		_ = os.RemoveAll(folder)
	})
	return Options{Prompter: prompter, Sockets: folder}
}

func TestSystemSSH(t *testing.T) {
	s, p := startSSHD(t, "MaxSessions 2"), newPerson(t)
	p.key(s, "key", "")
	var told notices
	opts := systemOptions(t, nil)
	opts.Notice = told.add
	c := dial(t, systemTarget(p, s), opts)
	out, errs, exit, err := c.Run(within(t), "cat; echo no >&2; exit 3", []byte("bytes"))
	if err != nil || exit != 3 || string(out) != "bytes" || string(errs) != "no\n" {
		t.Errorf("%q %q %d %v", out, errs, exit, err)
	}
	stream, err := c.DialTCP(within(t), fmt.Sprint("127.0.0.1:", s.port))
	must(t, err)
	word := make([]byte, 4)
	if _, err := stream.Read(word); err != nil || string(word) != "SSH-" {
		t.Errorf("%q %v", word, err)
	}
	must(t, stream.Close())
	_, err = c.DialTCP(within(t), "127.0.0.1:1")
	wantFault(t, err, fault.ConnectRefused)
	socket := filepath.Join(s.dir, "echo")
	l, err := net.Listen("unix", socket)
	must(t, err)
	must(t, os.Chmod(socket, 0o777))
	go func() {
		if conn, err := l.Accept(); err == nil {
			_, _ = conn.Write([]byte("here"))
			_ = conn.Close()
		}
	}()
	stream, err = c.DialUnix(within(t), socket)
	must(t, err)
	if got, err := io.ReadAll(stream); err != nil || string(got) != "here" {
		t.Errorf("%q %v", got, err)
	}
	must(t, stream.Close())
	must(t, l.Close())
	if !c.Alive(within(t), patience) {
		t.Error("it does not live")
	}
	for _, kind := range []string{NoticeConnected, NoticeHostKnown, NoticeLoggedIn} {
		if told.count(kind) != 1 {
			t.Errorf("%s was not told once: %v", kind, told.all)
		}
	}
	if told.count(NoticeHostKnown, "ED25519 key SHA256:") != 1 || told.count(NoticeLoggedIn, p.file("key")) != 1 {
		t.Error(told.all)
	}
	t.Run("sessions wait for one another", func(t *testing.T) { systemSessions(t, c) })
	must(t, c.Close())
	if n := s.count(t, "Accepted publickey"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

func systemSessions(t *testing.T, c *Conn) {
	results := make(chan error)
	for range 5 {
		go func() {
			_, _, exit, err := c.Run(within(t), "sleep 0.2", nil)
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

// TestSystemSSHWithoutRoom: a command for which there is no room says so.
func TestSystemSSHWithoutRoom(t *testing.T) {
	s, p := startSSHD(t, "MaxSessions 1"), newPerson(t)
	p.key(s, "key", "")
	opts := systemOptions(t, nil)
	opts.sessionWait = 50 * time.Millisecond
	c := dial(t, systemTarget(p, s), opts)
	first, err := c.Start(within(t), "echo on; cat")
	must(t, err)
	_, err = io.ReadFull(first, make([]byte, 3))
	must(t, err)
	_, _, _, err = c.Run(within(t), "true", nil)
	wantFault(t, err, fault.CommandFailed, "MaxSessions, usually 10")
	_, err = c.Start(within(t), "cat")
	wantFault(t, err, fault.CommandFailed, "MaxSessions, usually 10")
	must(t, first.Close())
}

func TestSystemSSHBytes(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	p.key(s, "key", "")
	c := dial(t, systemTarget(p, s), systemOptions(t, nil))
	const size = 6 << 20
	begun := time.Now()
	out, _, _, err := c.Run(within(t), "cat", []byte(strings.Repeat("x", size)))
	if err != nil || len(out) != size {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	t.Logf("%d MiB there and back in %v", size>>20, time.Since(begun))
}
