//go:build linux

package share

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

var patience = 30 * time.Second

// sshd is an OpenSSH server that lets root in, without its start-up files.
type sshd struct {
	*sshtest.Server
	t testing.TB
}

func startSSHD(t testing.TB, config ...string) *sshd {
	t.Helper()
	return &sshd{sshtest.Start(t, append(config, "PermitRootLogin yes", "SetEnv HOME=/")...), t}
}

func (s *sshd) file(name string) string { return filepath.Join(s.Dir, name) }

func (s *sshd) write(name, text string) {
	s.t.Helper()
	sshtest.Must(s.t, os.WriteFile(s.file(name), []byte(text), 0o600))
}

func (s *sshd) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(s.file(name))
	sshtest.Must(s.t, err)
	return string(text)
}

// allow makes a key, with which root may log in.
func (s *sshd) allow(name, passphrase string) {
	s.t.Helper()
	sshtest.KeyGen(s.t, s.file(name), passphrase)
	s.write("authorized_keys", s.read("authorized_keys")+s.read(name+".pub"))
}

func (s *sshd) count(text string) int { return s.Count(s.t, text) }

// logins is how often the server has let us in.
func (s *sshd) logins() int { return s.count("Accepted publickey for root") }

// hasLogins reports whether the server has logged exactly n logins. It writes its
// log concurrently, so a login may be known here first.
func (s *sshd) hasLogins(want int) bool {
	s.t.Helper()
	sshtest.WaitFor(s.t, fmt.Sprintf("%d logins are in the server's log", want), func() bool { return s.logins() >= want })
	return s.logins() == want
}

// target is the server, known, with a key.
func (s *sshd) target(key string) sshconfig.Target {
	s.t.Helper()
	s.write("known_hosts", s.KnownLine())
	return sshconfig.Target{Name: "cluster", Host: "127.0.0.1", Port: s.Port, User: "root",
		Route:    sshconfig.Route{Network: "tcp"},
		Methods:  sshconfig.Methods{PublicKey: true},
		Keys:     sshconfig.Keys{IdentityFiles: []string{s.file(key)}},
		HostKeys: sshconfig.HostKeys{KnownHosts: []string{s.file("known_hosts")}}}
}

// site is an sshd with one user's daemons.
type site struct {
	*sshd
	folder string
	linger time.Duration
}

func newSite(t testing.TB, config ...string) *site {
	t.Helper()
	folder, err := os.MkdirTemp("", "login") // t.TempDir's names are too long for sockets
	sshtest.Must(t, err)
	s := &site{sshd: startSSHD(t, config...), folder: folder}
	t.Cleanup(func() {
		for _, pid := range s.daemons() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		sshtest.WaitFor(t, "no daemon is left", func() bool { return len(s.daemons()) == 0 })
		_ = os.RemoveAll(folder)
	})
	return s
}

// options returns the options of another program of the user.
func (s *site) options(prompter prompts.Prompter) Options {
	return Options{Options: tunnel.Options{Prompter: prompter}, Program: []string{os.Args[0], Command}, Folder: s.folder, Linger: s.linger}
}

// dial connects as another program.
func (s *site) dial(t testing.TB, target sshconfig.Target) *tunnel.Conn {
	t.Helper()
	conn, err := Dial(sshtest.Context(t), target, s.options(nil))
	sshtest.Must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// daemons returns the processes that hold logins of this site.
func (s *site) daemons() (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file)
		if words := strings.Split(string(line), "\x00"); len(words) > 3 && words[2] == daemonFlag && filepath.Dir(words[3]) == s.folder {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// awaitNoDaemon waits until no daemon is running.
func (s *site) awaitNoDaemon() {
	s.t.Helper()
	sshtest.WaitFor(s.t, "the daemon has ended", func() bool { return len(s.daemons()) == 0 })
}

// testPrompter answers questions, and counts them.
type testPrompter struct {
	secret func(ctx context.Context) (string, error)
	yes    func(ctx context.Context) (bool, error)

	mu    sync.Mutex
	asked int
}

func (p *testPrompter) countOne() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
}

func (p *testPrompter) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

func (p *testPrompter) Secret(ctx context.Context, _ prompts.SecretQuestion) (string, error) {
	p.countOne()
	return p.secret(ctx)
}

func (p *testPrompter) Confirm(ctx context.Context, _ prompts.ConfirmQuestion) (bool, error) {
	p.countOne()
	return p.yes(ctx)
}

// awaitEnd waits for a connection's end, which must be a lost link.
func awaitEnd(t testing.TB, conn *tunnel.Conn) {
	t.Helper()
	select {
	case <-conn.Done():
	case <-time.After(patience):
		t.Fatal("the connection goes on")
	}
	if !fault.Is(conn.Err(), fault.LinkLost) {
		t.Errorf("it ended with %v", conn.Err())
	}
}
