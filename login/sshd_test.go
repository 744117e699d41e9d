//go:build linux

package login

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

const patience = 30 * time.Second

// sshd is a real OpenSSH server on the loopback, in namespaces of its own:
// nothing of it outlives the test. It lets root in.
type sshd struct {
	t       testing.TB
	dir     string
	port    int
	process *os.Process
}

func startSSHD(t testing.TB, config ...string) *sshd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: an sshd of our own")
	}
	if _, err := exec.LookPath("/usr/sbin/sshd"); err != nil {
		t.Skip("needs OpenSSH's server: ", err)
	}
	free, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	s := &sshd{t: t, dir: t.TempDir(), port: free.Addr().(*net.TCPAddr).Port}
	must(t, free.Close())
	s.keygen("host", "")
	s.write("authorized_keys", "")
	s.write("sshd_config", strings.Join(append(config,
		"Port "+strconv.Itoa(s.port), "ListenAddress 127.0.0.1", "HostKey "+s.file("host"), "PidFile none", "UsePAM no", "StrictModes no",
		"PermitRootLogin yes", "SetEnv HOME="+s.dir, "AuthorizedKeysFile "+s.file("authorized_keys"), "LogLevel VERBOSE", ""), "\n"))
	cmd := exec.Command("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "sh", "-c",
		`mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec /usr/sbin/sshd -D -e -f "$0"`, s.file("sshd_config"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log, err := os.Create(s.file("log"))
	must(t, err)
	cmd.Stderr = log
	must(t, cmd.Start())
	must(t, log.Close())
	s.process = cmd.Process
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	waitFor(t, "sshd listens", func() bool { return s.count("Server listening") > 0 })
	return s
}

func (s *sshd) file(name string) string { return filepath.Join(s.dir, name) }

func (s *sshd) write(name, text string) {
	s.t.Helper()
	must(s.t, os.WriteFile(s.file(name), []byte(text), 0o600))
}

func (s *sshd) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(s.file(name))
	must(s.t, err)
	return string(text)
}

// keygen makes a key pair.
func (s *sshd) keygen(name, passphrase string) {
	s.t.Helper()
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-a", "1", "-N", passphrase, "-f", s.file(name)).CombinedOutput(); err != nil {
		s.t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
}

// allow makes a key, with which root may log in.
func (s *sshd) allow(name, passphrase string) {
	s.t.Helper()
	s.keygen(name, passphrase)
	s.write("authorized_keys", s.read("authorized_keys")+s.read(name+".pub"))
}

// count is how often the server's log has a text.
func (s *sshd) count(text string) int {
	s.t.Helper()
	return bytes.Count([]byte(s.read("log")), []byte(text))
}

// logins is how often the server has let somebody in.
func (s *sshd) logins() int { return s.count("Accepted publickey for root") }

// cut ends all connections to the server.
func (s *sshd) cut() {
	s.t.Helper()
	for _, listening := range children(s.t, s.process.Pid) {
		for _, connection := range children(s.t, listening) {
			must(s.t, syscall.Kill(connection, syscall.SIGKILL))
		}
	}
}

// children are the processes that pid started.
func children(t testing.TB, pid int) (pids []int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	must(t, err)
	for _, word := range strings.Fields(string(text)) {
		child, err := strconv.Atoi(word)
		must(t, err)
		pids = append(pids, child)
	}
	return pids
}

// target is the server, known, with a key.
func (s *sshd) target(key string) sshconfig.Target {
	s.t.Helper()
	s.write("known_hosts", fmt.Sprintf("[127.0.0.1]:%d %s", s.port, s.read("host.pub")))
	return sshconfig.Target{Name: "cluster", Host: "127.0.0.1", Port: s.port, User: "root", Network: "tcp", PublicKey: true,
		IdentityFiles: []string{s.file(key)}, KnownHosts: []string{s.file("known_hosts")}}
}

// site is an sshd with one user's keepers.
type site struct {
	*sshd
	folder string
	linger time.Duration
}

func newSite(t testing.TB, config ...string) *site {
	t.Helper()
	folder, err := os.MkdirTemp("", "login") // t.TempDir's names are too long for sockets
	must(t, err)
	s := &site{sshd: startSSHD(t, config...), folder: folder}
	t.Cleanup(func() {
		for _, pid := range s.keepers() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		waitFor(t, "no keeper is left", func() bool { return len(s.keepers()) == 0 })
		_ = os.RemoveAll(folder)
	})
	return s
}

// options are those of one more program of the user's.
func (s *site) options(prompter prompts.Prompter) Options {
	return Options{Options: tunnel.Options{Prompter: prompter}, Program: []string{os.Args[0], Command}, Folder: s.folder, Linger: s.linger}
}

// dial gives one more program the connection.
func (s *site) dial(t testing.TB, target sshconfig.Target) *tunnel.Conn {
	t.Helper()
	conn, err := Dial(within(t), target, s.options(nil))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// keepers are the processes that keep logins of this site.
func (s *site) keepers() (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file)
		if words := strings.Split(string(line), "\x00"); len(words) > 3 && words[2] == stay && filepath.Dir(words[3]) == s.folder {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// gone waits until no keeper is left by itself.
func (s *site) gone() {
	s.t.Helper()
	waitFor(s.t, "the keeper has ended", func() bool { return len(s.keepers()) == 0 })
}

// person answers questions, and notes them.
type person struct {
	secret func(ctx context.Context) (string, error)
	yes    func(ctx context.Context) (bool, error)

	mu    sync.Mutex
	asked int
}

func (p *person) note() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
}

func (p *person) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

func (p *person) Secret(ctx context.Context, _ prompts.SecretQuestion) (string, error) {
	p.note()
	return p.secret(ctx)
}

func (p *person) Confirm(ctx context.Context, _ prompts.ConfirmQuestion) (bool, error) {
	p.note()
	return p.yes(ctx)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clients counts the connections that keepers have.
func (s *site) clients(t testing.TB) (n int) {
	t.Helper()
	sockets, err := os.ReadFile("/proc/net/unix")
	must(t, err)
	for line := range strings.Lines(string(sockets)) {
		if f := strings.Fields(line); len(f) == 8 && f[5] == "03" && strings.HasPrefix(f[7], s.folder+"/") { // 3: connected
			n++
		}
	}
	return n
}

func waitFor(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain until ", what)
		}
	}
}

func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	t.Cleanup(cancel)
	return ctx
}

// ended waits for a connection's end, which must be a lost link.
func ended(t testing.TB, conn *tunnel.Conn) {
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
