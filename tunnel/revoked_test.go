package tunnel

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestStrictHostKeyChecking(t *testing.T) {
	t.Parallel()
	for _, strict := range []string{sshconfig.StrictAcceptNew, sshconfig.StrictNo} {
		t.Run(strict, func(t *testing.T) {
			s, p := sshtest.Start(t), sshtest.NewUser(t)
			target := targetOf(p, s, p.Key(s, "id", ""))
			target.HostKeys.KnownHosts, target.HostKeys.Strict = []string{p.File("new")}, strict
			var notices sshtest.Notices
			prompter := &sshtest.Answers{}
			dial(t, target, Options{Prompter: prompter, Notice: notices.Add})
			if len(prompter.Confirms) != 0 || notices.Count(prompts.NoticeHostKey, "ED25519 key SHA256:", strict) != 1 {
				t.Errorf("asked %+v, notices %+v", prompter.Confirms, notices.All)
			}
			target.HostKeys.Strict = sshconfig.StrictYes
			dial(t, target, Options{}) // written, so known
			target.HostKeys.Strict = strict
			target.HostKeys.KnownHosts = []string{p.Write("changed", "[127.0.0.1]:"+strconv.Itoa(s.Port)+" "+sshtest.OtherKey(p, "ed", "ed25519")+"\n")}
			_, err := Dial(sshtest.Context(t), target, Options{Prompter: &sshtest.Answers{Yes: true}})
			sshtest.WantFault(t, err, fault.HostKeyChanged, "Do not log in")
		})
	}
}

func TestAcceptedKeyThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.HostKeys.KnownHosts = []string{p.Write("file", "") + "/known_hosts"} // its folder is a file
	var notices sshtest.Notices
	_, err := Dial(sshtest.Context(t), target, Options{Prompter: &sshtest.Answers{Yes: true}, Notice: notices.Add})
	if err != nil || notices.Count(prompts.NoticeHostKey, "could not be written") != 1 {
		t.Errorf("%v, notices %+v", err, notices.All)
	}
	target.HostKeys.KnownHosts = nil // UserKnownHostsFile none: asked each time, saved nowhere
	for range 2 {
		prompter := &sshtest.Answers{Yes: true}
		dial(t, target, Options{Prompter: prompter})
		if len(prompter.Confirms) != 1 {
			t.Errorf("asked %+v", prompter.Confirms)
		}
	}
}

func TestRevokedHostKeys(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.HostKeys.Revoked = p.Write("others", "# a list\n"+sshtest.OtherKey(p, "ed", "ed25519")+"\njunk\n")
	dial(t, target, Options{})
	target.HostKeys.Revoked = p.Write("revoked", sshtest.OtherKey(p, "ed2", "ed25519")+"\n"+s.HostKey+" stolen\n")
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HostKeyChanged, p.File("revoked"), "revoked", "stolen")
	target.HostKeys.Revoked = p.File("missing")
	_, err = Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.SSHConfig, "RevokedHostKeys", p.File("missing"))
	sshtest.Must(t, exec.Command("ssh-keygen", "-q", "-k", "-f", p.File("krl"), p.File("ed.pub")).Run())
	target.HostKeys.Revoked = p.File("krl")
	_, err = Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.SSHConfig, "KRL", "public keys")
}

// An authority's own key may be of another kind than those that it signs.
func TestHostCertificateKinds(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ecdsa", "rsa", "ed25519"} {
		t.Run(kind, func(t *testing.T) {
			p := sshtest.NewUser(t)
			ca := sshtest.OtherKey(p, "ca", kind)
			sshtest.KeyGen(t, p.File("certified"), "", "-t", "ecdsa")
			sshtest.SignCert(t, p.File("ca"), p.File("certified.pub"), "-h", "-n", "127.0.0.1")
			s := sshtest.Start(t, "HostKey "+p.File("certified"), "HostCertificate "+p.File("certified-cert.pub"))
			target := targetOf(p, s, p.Key(s, "id", ""))
			target.HostKeys.KnownHosts = []string{p.Write("known", "@cert-authority [127.0.0.1]:"+strconv.Itoa(s.Port)+" "+ca+"\n")}
			dial(t, target, Options{})
			if kind != "rsa" {
				return
			}
			target.Algorithms.CASignatures = []string{"ssh-ed25519"}
			_, err := Dial(sshtest.Context(t), target, Options{})
			sshtest.WantFault(t, err, fault.HostKeyUnknown)
			target.Algorithms.CASignatures = nil
			target.HostKeys.Revoked = p.Write("revoked", ca+"\n")
			_, err = Dial(sshtest.Context(t), target, Options{})
			sshtest.WantFault(t, err, fault.HostKeyChanged, "revoked")
		})
	}
}

func TestSeveralKnownHostsFiles(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	locked := p.Write("locked", s.KnownLine())
	sshtest.Must(t, os.Chmod(locked, 0))
	target.HostKeys.KnownHosts = []string{p.File("missing"), p.Dir, p.Write("empty", ""), p.Write("crlf", strings.ReplaceAll("# x\n\n"+s.KnownLine(), "\n", "\r\n"))}
	dial(t, target, Options{})
	target.HostKeys.KnownHosts, target.HostKeys.GlobalKnownHosts = []string{p.Write("none", "")}, []string{p.File("missing"), p.Write("global", s.KnownLine())}
	dial(t, target, Options{})
	// what one file knows, another may revoke or contradict
	target.HostKeys.KnownHosts = []string{p.Write("bad", "@revoked * "+s.HostKey+"\n")}
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HostKeyChanged, p.File("bad")+" line 1")
}
