package sshtest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/testprogram"
)

// User is a user's .ssh folder.
type User struct {
	Dir    string
	T      testing.TB
	Config *strings.Replacer // changes what systemTarget writes; may be nil
}

func NewUser(t testing.TB) *User {
	t.Helper()
	return &User{Dir: t.TempDir(), T: t}
}

func (p *User) File(name string) string { return filepath.Join(p.Dir, name) }

func (p *User) Write(name, text string) string {
	p.T.Helper()
	Must(p.T, os.WriteFile(p.File(name), []byte(text), 0o600))
	return p.File(name)
}

// WriteProgram writes an executable file and returns its path.
func (p *User) WriteProgram(name, text string) string {
	p.T.Helper()
	testprogram.Write(p.T, p.File(name), text)
	return p.File(name)
}

// Key makes a key that s accepts, and returns its path.
func (p *User) Key(s *Server, name, passphrase string) string {
	p.T.Helper()
	KeyGen(p.T, p.File(name), passphrase)
	if s != nil {
		p.Allow(s, name)
	}
	return p.File(name)
}

func (p *User) Allow(s *Server, name string) {
	p.T.Helper()
	public, err := os.ReadFile(p.File(name + ".pub"))
	Must(p.T, err)
	f, err := os.OpenFile(filepath.Join(s.Dir, "authorized_keys"), os.O_APPEND|os.O_WRONLY, 0)
	Must(p.T, err)
	_, err = f.Write(public)
	Must(p.T, err)
	Must(p.T, f.Close())
}

// Agent runs an ssh-agent with keys and returns its socket.
func (p *User) Agent(keys ...string) string {
	p.T.Helper()
	socket := p.File("agent")
	cmd := exec.Command("ssh-agent", "-D", "-a", socket)
	TieToParent(cmd)
	Must(p.T, cmd.Start())
	p.T.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	WaitFor(p.T, "the agent listens", func() bool {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	for _, k := range keys {
		add := exec.Command("ssh-add", "-q", k)
		add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
		mustRun(p.T, add)
	}
	return socket
}

func KeyGen(t testing.TB, path, passphrase string, more ...string) {
	t.Helper()
	// One round: the passphrase of a test need not cost an attacker anything, and with the race detector each costs seconds.
	if slices.Contains(more, "rsa") {
		more = append([]string{"-b", "2048"}, more...) // the default takes five times as long
	}
	args := append([]string{"-q", "-t", "ed25519", "-a", "1", "-N", passphrase, "-C", filepath.Base(path), "-f", path}, more...)
	mustRun(t, exec.Command("ssh-keygen", args...))
}

func SignCert(t testing.TB, ca, public string, more ...string) {
	t.Helper()
	args := append([]string{"-q", "-s", ca, "-I", "test"}, append(more, public)...)
	mustRun(t, exec.Command("ssh-keygen", args...))
}

// OtherKey makes a key and returns its public half.
func OtherKey(p *User, name, kind string) string {
	KeyGen(p.T, p.File(name), "", "-t", kind)
	return publicKey(p.T, p.File(name+".pub"))
}

// publicKey returns the key in a .pub file, without its comment.
func publicKey(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	Must(t, err)
	return strings.Join(strings.Fields(string(text))[:2], " ")
}
