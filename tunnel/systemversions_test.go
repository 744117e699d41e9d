//go:build linux

package tunnel

import (
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// withEachSSH runs a test with each ssh program of this computer.
func withEachSSH(t *testing.T, test func(t *testing.T, program string)) {
	t.Helper()
	for version, program := range sshtest.SSHPrograms(t) {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			test(t, program)
		})
	}
}

// TestSystemSSHUnknownHost: the user is shown the host's key, and the error names it after a no,
// whatever the wording of the ssh program.
func TestSystemSSHUnknownHost(t *testing.T) {
	t.Parallel()
	withEachSSH(t, func(t *testing.T, program string) {
		for name, lines := range map[string][]string{
			"as usual": nil, "with a picture": {"VisualHostKey yes"}, "by MD5": {"FingerprintHash md5"}, "known by another name": {"HostKeyAlias other"},
		} {
			t.Run(name, func(t *testing.T) {
				s, p := sshtest.Start(t), sshtest.NewUser(t)
				p.Key(s, "key", "")
				if name != "known by another name" {
					p.Write("known_hosts", "")
				}
				fingerprint := "ED25519 key " + fingerprintOf(t, s, slices.Contains(lines, "FingerprintHash md5"))
				target := systemTarget(p, s, lines...)
				target.Program = program
				no := &sshtest.Answers{}
				_, err := Dial(sshtest.Context(t), target, systemOptions(t, no))
				sshtest.WantFault(t, err, fault.HostKeyUnknown, "the host is not known yet; it presents the "+fingerprint+"; it was not accepted")
				yes := &sshtest.Answers{Yes: true}
				sshtest.Must(t, dial(t, target, systemOptions(t, yes)).Close())
				for _, asked := range []*sshtest.Answers{no, yes} {
					if len(asked.Confirms) != 1 || !strings.HasPrefix(asked.Confirms[0].Detail, fingerprint+"\n") || strings.Contains(asked.Confirms[0].Detail, "(yes/no") {
						t.Errorf("asked %+v", asked.Confirms)
					}
				}
			})
		}
	})
}

func fingerprintOf(t *testing.T, s *sshtest.Server, byMD5 bool) string {
	t.Helper()
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(s.HostKey))
	sshtest.Must(t, err)
	if byMD5 {
		return "MD5:" + ssh.FingerprintLegacyMD5(key)
	}
	return ssh.FingerprintSHA256(key)
}

// TestSystemSSHUnknownDirectives: directives that the user's IgnoreUnknown names are no
// obstacle, as for ssh itself; others are reported.
func TestSystemSSHUnknownDirectives(t *testing.T) {
	t.Parallel()
	withEachSSH(t, func(t *testing.T, program string) {
		s, p := sshtest.Start(t), sshtest.NewUser(t)
		p.Key(s, "key", "")
		for _, lines := range [][]string{
			{"IgnoreUnknown UseKeychain", "UseKeychain yes"},
			{"IgnoreUnknown use*,Apple?,AddKeysToKeychain", "UseKeychain yes", "AddKeysToKeychain yes", "Match all", "AppleX yes"},
			{"Include " + p.Write("more", "Host *\n  IgnoreUnknown GSSAPI*,UseKeychain\n  UseKeychain yes\n  GSSAPITrustDns yes\n")},
		} {
			target := systemTarget(p, s, lines...)
			target.Program = program
			sshtest.Must(t, dial(t, target, systemOptions(t, nil)).Close())
		}
	})
}

// TestSystemSSHServerSigAlgs: a host that tells ssh which signatures it accepts. Since
// OpenSSH 10.0, ssh does not offer other keys, and reports only that.
func TestSystemSSHServerSigAlgs(t *testing.T) {
	t.Parallel()
	withEachSSH(t, func(t *testing.T, program string) {
		for name, row := range map[string]struct {
			kind, takes, line string
			words             []string
		}{
			"RSA by SHA-1 alone": {kind: "rsa", takes: ssh.KeyAlgoRSA, line: "PubkeyAcceptedAlgorithms +ssh-rsa", words: []string{"SHA-1 only"}},
			"no RSA":             {kind: "rsa", takes: ssh.KeyAlgoECDSA256},
		} {
			t.Run(name, func(t *testing.T) {
				s, p := sshtest.Start(t), sshtest.NewUser(t)
				sshtest.KeyGen(t, p.File("key"), "", "-t", row.kind)
				port := startSigAlgsHost(t, row.takes)
				p.Config = strings.NewReplacer("Port "+strconv.Itoa(s.Port), "Port "+strconv.Itoa(port), "UserKnownHostsFile", "StrictHostKeyChecking no\nUserKnownHostsFile")
				try := func(lines ...string) error {
					target := systemTarget(p, s, lines...)
					target.Program = program
					c, err := Dial(sshtest.Context(t), target, systemOptions(t, nil))
					if err == nil {
						sshtest.Must(t, c.Close())
					}
					return err
				}
				out, _ := exec.Command(program, "-V").CombinedOutput()
				err := try()
				if err == nil && row.takes == ssh.KeyAlgoRSA && strings.HasPrefix(string(out), "OpenSSH_8.4") {
					return // it still accepts SHA-1
				}
				sshtest.WantFault(t, err, fault.AuthRefused, row.words...)
				if strings.Contains(fault.As(err).Advice, "ssh-keygen") {
					t.Error(err)
				}
				if strings.Contains(string(out), "OpenSSH_1") {
					sshtest.WantFault(t, err, fault.AuthRefused, "not offered, because the host accepts no signature of their type: "+p.File("key"), "it takes "+row.takes)
				}
				if row.line != "" {
					sshtest.Must(t, try(row.line))
				}
			})
		}
	})
}

// startSigAlgsHost starts an SSH server that accepts signatures by one algorithm, with any
// key.
func startSigAlgsHost(t *testing.T, algorithm string) (port int) {
	t.Helper()
	key := sshtest.NewUser(t).Key(nil, "host", "")
	text, err := os.ReadFile(key)
	sshtest.Must(t, err)
	hostKey, err := ssh.ParsePrivateKey(text)
	sshtest.Must(t, err)
	config := &ssh.ServerConfig{PublicKeyAuthAlgorithms: []string{algorithm},
		PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(hostKey)
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	sshtest.Must(t, err)
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			stream, err := l.Accept()
			if err != nil {
				return
			}
			serveOne(stream, config)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-served
	})
	return l.Addr().(*net.TCPAddr).Port
}

// serveOne serves a connection that opens no channels, until it ends.
func serveOne(stream net.Conn, config *ssh.ServerConfig) {
	defer func() { _ = stream.Close() }()
	conn, channels, requests, err := ssh.NewServerConn(stream, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for channel := range channels {
		_ = channel.Reject(ssh.Prohibited, "none")
	}
	_ = conn.Wait()
}

// TestHostWithoutMethods: a host that names no authentication method accepts no login, and
// the user is not asked for a password.
func TestHostWithoutMethods(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "PubkeyAuthentication no", "PasswordAuthentication no", "KbdInteractiveAuthentication no"), sshtest.NewUser(t)
	p.Key(s, "key", "")
	systemTarget(p, s)
	programs := sshtest.SSHPrograms(t)
	programs["our own"] = ""
	for version, program := range programs {
		t.Run(version, func(t *testing.T) {
			target, err := sshconfig.Resolve(sshtest.Context(t), "cluster", "", sshconfig.Options{File: p.File("config"), Program: program})
			sshtest.Must(t, err)
			user := &sshtest.Answers{Secrets: []string{sshtest.Password}}
			_, err = Dial(sshtest.Context(t), target, systemOptions(t, user))
			sshtest.WantFault(t, err, fault.AuthRefused, "the host offers no way to log in", "ask the site")
			if len(user.Asked) > 0 {
				t.Errorf("asked %+v", user.Asked)
			}
		})
	}
}
