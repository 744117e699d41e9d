//go:build linux

package tunnel

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// oldHost is a host whose sshd speaks only what is old.
type oldHost struct {
	lines []string // of sshd_config
	// lets says that ssh logs in with its defaults.
	lets bool
	// foreign: our own SSH does not support it at all.
	foreign bool
	// code is our fault if the login fails.
	code fault.Code
}

var oldHosts = map[string]oldHost{
	"host keys by SHA-1":         {lines: []string{"HostKeyAlgorithms ssh-rsa"}, code: fault.HandshakeFailed},
	"group 14 by SHA-1":          {lines: []string{"KexAlgorithms diffie-hellman-group14-sha1"}, code: fault.HandshakeFailed},
	"group 1":                    {lines: []string{"KexAlgorithms diffie-hellman-group1-sha1"}, code: fault.HandshakeFailed},
	"aes128-cbc":                 {lines: []string{"Ciphers aes128-cbc"}, code: fault.HandshakeFailed},
	"3des-cbc":                   {lines: []string{"Ciphers 3des-cbc"}, code: fault.HandshakeFailed},
	"hmac-sha1":                  {lines: []string{"Ciphers aes128-ctr", "MACs hmac-sha1"}, lets: true},
	"hmac-sha1-96":               {lines: []string{"Ciphers aes128-ctr", "MACs hmac-sha1-96"}, code: fault.HandshakeFailed},
	"signatures by SHA-1":        {lines: []string{"PubkeyAcceptedAlgorithms ssh-rsa"}, code: fault.AuthRefused},
	"aes256-cbc":                 {lines: []string{"Ciphers aes256-cbc"}, foreign: true, code: fault.HandshakeFailed},
	"hmac-md5":                   {lines: []string{"Ciphers aes128-ctr", "MACs hmac-md5"}, foreign: true, code: fault.HandshakeFailed},
	"umac-64":                    {lines: []string{"Ciphers aes128-ctr", "MACs umac-64@openssh.com"}, lets: true, foreign: true, code: fault.HandshakeFailed},
	"all at once, and SHA-1":     {lines: []string{"HostKeyAlgorithms ssh-rsa", "KexAlgorithms diffie-hellman-group1-sha1", "Ciphers 3des-cbc", "MACs hmac-sha1", "PubkeyAcceptedAlgorithms ssh-rsa"}, code: fault.HandshakeFailed},
	"what is new, and RSA alone": {lines: []string{"HostKeyAlgorithms rsa-sha2-512"}, lets: true},
}

// TestOldHosts: our login succeeds if ssh's does; otherwise the advice leads to a login, line by line,
// or to the ssh program.
func TestOldHosts(t *testing.T) {
	t.Parallel()
	keys := sshtest.NewUser(t)
	for _, name := range []string{"host", "key"} {
		sshtest.KeyGen(t, keys.File(name), "", "-t", "rsa", "-b", "2048")
	}
	for name, host := range oldHosts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host.run(t, keys)
		})
	}
}

func (h oldHost) run(t *testing.T, keys *sshtest.User) {
	p := sshtest.NewUser(t)
	for _, name := range []string{"host", "host.pub", "key", "key.pub"} {
		text, err := os.ReadFile(keys.File(name))
		sshtest.Must(t, err)
		p.Write(name, string(text))
	}
	s := sshtest.Start(t, append(slices.Clone(h.lines), "HostKey "+p.File("host"), "PasswordAuthentication no", "KbdInteractiveAuthentication no")...)
	p.Allow(s, "key")
	public, err := os.ReadFile(p.File("host.pub"))
	sshtest.Must(t, err)
	p.Write("known_hosts", s.KnownLine()+fmt.Sprintf("[127.0.0.1]:%d %s", s.Port, public))

	if lines := h.followed(t, p, s, "ssh"); (lines == nil) != h.lets {
		t.Errorf("with ssh, in by the lines %q", lines)
	}
	if h.foreign {
		_, err := h.try(t, p, s, "")
		sshtest.WantFault(t, err, h.code, sshconfig.UseSSHAdvice)
	} else if lines := h.followed(t, p, s, ""); (lines == nil) != h.lets {
		t.Errorf("in by the lines %q", lines)
	}
}

// try logs in once, by our own ssh or by a program.
func (h oldHost) try(t *testing.T, p *sshtest.User, s *sshtest.Server, program string, lines ...string) (answer string, err error) {
	t.Helper()
	target := systemTarget(p, s, lines...)
	opts := systemOptions(t, nil)
	if program == "" {
		target, err = sshconfig.Resolve(sshtest.Context(t), "cluster", "", sshconfig.Options{File: p.File("config")})
		sshtest.Must(t, err)
	}
	c, err := Dial(sshtest.Context(t), target, opts)
	if err != nil {
		return "", err
	}
	out, _, _, err := c.Run(sshtest.Context(t), "echo in", nil)
	sshtest.Must(t, err)
	sshtest.Must(t, c.Close())
	return string(out), nil
}

var advisedLine = regexp.MustCompile(`put "([^"]+)" under this host`)

// followed follows each fault's advice until the login succeeds, and returns the lines.
func (h oldHost) followed(t *testing.T, p *sshtest.User, s *sshtest.Server, program string) (lines []string) {
	t.Helper()
	for len(lines) <= len(h.lines) {
		out, err := h.try(t, p, s, program, lines...)
		if err == nil && out == "in\n" {
			return lines
		}
		if lines == nil {
			sshtest.WantFault(t, err, h.code)
		}
		advised := advisedLine.FindStringSubmatch(err.Error())
		if advised == nil {
			t.Fatalf("with %q, no line is advised: %v", lines, err)
		}
		lines = append(lines, advised[1])
	}
	t.Fatalf("not in by %q", lines)
	return nil
}
