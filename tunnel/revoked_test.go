package tunnel

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

func TestStrictHostKeyChecking(t *testing.T) {
	for _, strict := range []string{strictAcceptNew, strictNo} {
		t.Run(strict, func(t *testing.T) {
			s, p := startSSHD(t), newPerson(t)
			target := targetOf(p, s, p.key(s, "id", ""))
			target.KnownHosts, target.Strict = []string{p.file("new")}, strict
			var told notices
			prompter := &answers{}
			dial(t, target, Options{Prompter: prompter, Notice: told.add})
			if len(prompter.confirms) != 0 || told.count(NoticeHostKey, "ED25519 key SHA256:", strict) != 1 {
				t.Errorf("asked %+v, told %+v", prompter.confirms, told.all)
			}
			target.Strict = strictYes
			dial(t, target, Options{}) // written, so known
			target.Strict = strict
			target.KnownHosts = []string{p.write("changed", "[127.0.0.1]:"+itoa(s.port)+" "+otherKey(p, "ed", "ed25519")+"\n")}
			_, err := Dial(within(t), target, Options{Prompter: &answers{yes: true}})
			wantFault(t, err, fault.HostKeyChanged, "Do not log in")
		})
	}
}

func TestAcceptedKeyThatCannotBeWritten(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.KnownHosts = []string{p.write("file", "") + "/known_hosts"} // its folder is a file
	var told notices
	_, err := Dial(within(t), target, Options{Prompter: &answers{yes: true}, Notice: told.add})
	if err != nil || told.count(NoticeHostKey, "could not be written") != 1 {
		t.Errorf("%v, told %+v", err, told.all)
	}
	target.KnownHosts = nil // UserKnownHostsFile none: asked each time, written nowhere
	for range 2 {
		prompter := &answers{yes: true}
		dial(t, target, Options{Prompter: prompter})
		if len(prompter.confirms) != 1 {
			t.Errorf("asked %+v", prompter.confirms)
		}
	}
}

func TestRevokedHostKeys(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.RevokedHostKeys = p.write("others", "# a list\n"+otherKey(p, "ed", "ed25519")+"\njunk\n")
	dial(t, target, Options{})
	target.RevokedHostKeys = p.write("revoked", otherKey(p, "ed2", "ed25519")+"\n"+s.hostKey+" stolen\n")
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.HostKeyChanged, p.file("revoked"), "revoked", "stolen")
	target.RevokedHostKeys = p.file("missing")
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.SSHConfig, "RevokedHostKeys", p.file("missing"))
	must(t, exec.Command("ssh-keygen", "-q", "-k", "-f", p.file("krl"), p.file("ed.pub")).Run())
	target.RevokedHostKeys = p.file("krl")
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.SSHConfig, "KRL", "public keys")
}

// An authority's own key may be of another kind than those that it signs.
func TestHostCertificateOfAnotherKind(t *testing.T) {
	for _, kind := range []string{"ecdsa", "rsa", "ed25519"} {
		t.Run(kind, func(t *testing.T) {
			p := newPerson(t)
			ca := otherKey(p, "ca", kind)
			keygen(t, p.file("certified"), "", "-t", "ecdsa")
			sign(t, p.file("ca"), p.file("certified.pub"), "-h", "-n", "127.0.0.1")
			s := startSSHD(t, "HostKey "+p.file("certified"), "HostCertificate "+p.file("certified-cert.pub"))
			target := targetOf(p, s, p.key(s, "id", ""))
			target.KnownHosts = []string{p.write("known", "@cert-authority [127.0.0.1]:"+itoa(s.port)+" "+ca+"\n")}
			dial(t, target, Options{})
			if kind != "rsa" {
				return
			}
			target.Algorithms.CASignatures = []string{"ssh-ed25519"}
			_, err := Dial(within(t), target, Options{})
			wantFault(t, err, fault.HostKeyUnknown)
			target.Algorithms.CASignatures = nil
			target.RevokedHostKeys = p.write("revoked", ca+"\n")
			_, err = Dial(within(t), target, Options{})
			wantFault(t, err, fault.HostKeyChanged, "revoked")
		})
	}
}

func TestSeveralKnownHostsFiles(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	locked := p.write("locked", s.knownLine())
	must(t, os.Chmod(locked, 0))
	target.KnownHosts = []string{p.file("missing"), p.dir, p.write("empty", ""), p.write("crlf", strings.ReplaceAll("# x\n\n"+s.knownLine(), "\n", "\r\n"))}
	dial(t, target, Options{})
	target.KnownHosts, target.GlobalKnownHosts = []string{p.write("none", "")}, []string{p.file("missing"), p.write("global", s.knownLine())}
	dial(t, target, Options{})
	// what one file knows, another may withdraw, or contradict
	target.KnownHosts = []string{p.write("bad", "@revoked * "+s.hostKey+"\n")}
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.HostKeyChanged, p.file("bad")+" line 1")
}
