package tunnel

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

func TestKnownHosts(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	name := "[127.0.0.1]:" + strconv.Itoa(s.port)
	other := otherKey(p, "ed", "ed25519")
	hashed := p.write("hashed", s.knownLine())
	must(t, exec.Command("ssh-keygen", "-q", "-H", "-f", hashed).Run())
	hashedText, err := os.ReadFile(hashed)
	must(t, err)
	if !strings.HasPrefix(string(hashedText), "|1|") {
		t.Fatalf("not hashed: %s", hashedText)
	}
	for _, test := range []struct {
		name, text string
		code       fault.Code
		words      string
	}{
		{"known", s.knownLine(), "", ""},
		{"hashed", string(hashedText), "", ""},
		{"among bad lines", "garbage\n@nonsense x y z\n" + name + " ssh-ed25519 !!!\n" + name + " ssh-rsa AAAA\n|1|x|y ssh-ed25519 AAAA\n" + s.knownLine(), "", ""},
		{"one of two keys", name + " " + other + "\n" + s.knownLine(), "", ""},
		{"by a pattern", "*.org,127.0.0.? " + s.hostKey + "\n", "", ""},
		{"without the port", "127.0.0.1 " + s.hostKey + "\n", "", ""},
		{"changed", "# a comment\n" + name + " " + other + "\n", fault.HostKeyChanged, "line 2"},
		{"revoked", s.knownLine() + "@revoked * " + s.hostKey + "\n", fault.HostKeyChanged, "revoked"},
		{"unknown", "example.org " + other + "\n", fault.HostKeyUnknown, "SHA256:"},
		{"excluded by a pattern", "!" + name + ",!127.0.0.1,* " + s.hostKey + "\n", fault.HostKeyUnknown, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := targetOf(p, s)
			target.KnownHosts = []string{p.file("missing"), p.write("known", test.text)}
			_, err := Dial(within(t), target, Options{})
			if test.code == "" {
				wantFault(t, err, fault.NoKey) // past the host key: there is nothing to log in with
			} else {
				wantFault(t, err, test.code, test.words)
			}
		})
	}
}

func TestChangedKeyIsNeverAsked(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.Strict = "no"
	target.KnownHosts = []string{p.write("known", "[127.0.0.1]:"+strconv.Itoa(s.port)+" "+otherKey(p, "ed", "ed25519")+"\n")}
	prompter := &answers{yes: true}
	_, err := Dial(within(t), target, Options{Prompter: prompter})
	wantFault(t, err, fault.HostKeyChanged, p.file("known"), "line 1", "Do not log in")
	if len(prompter.confirms) != 0 {
		t.Errorf("asked %+v", prompter.confirms)
	}
}

func TestUnknownHostKeyIsShownAndWritten(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		s, p := startSSHD(t), newPerson(t)
		target := targetOf(p, s, p.key(s, "id", ""))
		file := filepath.Join(p.dir, "new", "known_hosts")
		target.KnownHosts, target.HashKnownHosts = []string{file}, hashed
		prompter := &answers{yes: true}
		dial(t, target, Options{Prompter: prompter})
		fingerprint, err := exec.Command("ssh-keygen", "-l", "-f", filepath.Join(s.dir, "host.pub")).Output()
		must(t, err)
		if len(prompter.confirms) != 1 || !strings.Contains(prompter.confirms[0].Detail, strings.Fields(string(fingerprint))[1]) ||
			!strings.Contains(prompter.confirms[0].Detail, "ED25519") || !strings.Contains(prompter.confirms[0].Detail, "Compare it with what the site publishes") {
			t.Fatalf("asked %+v, fingerprint %s", prompter.confirms, fingerprint)
		}
		dial(t, target, Options{}) // known now
		text, err := os.ReadFile(file)
		must(t, err)
		if strings.HasPrefix(string(text), "|1|") != hashed {
			t.Errorf("hashed %v: %s", hashed, text)
		}
		info, err := os.Stat(file)
		must(t, err)
		folder, err := os.Stat(filepath.Dir(file))
		must(t, err)
		if info.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700 {
			t.Errorf("file %v, folder %v", info.Mode(), folder.Mode())
		}
		// ssh itself finds what we wrote
		found, err := exec.Command("ssh-keygen", "-F", "[127.0.0.1]:"+strconv.Itoa(s.port), "-f", file).CombinedOutput()
		if err != nil {
			t.Errorf("ssh-keygen -F: %v: %s", err, found)
		}
	}
}

func TestUnknownHostKeyNotAccepted(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	file := p.write("empty", "")
	target.KnownHosts = []string{file}
	_, err := Dial(within(t), target, Options{Prompter: &answers{}})
	wantFault(t, err, fault.HostKeyUnknown, "not accepted")
	target.Strict = strictYes
	prompter := &answers{yes: true}
	_, err = Dial(within(t), target, Options{Prompter: prompter})
	wantFault(t, err, fault.HostKeyUnknown, "StrictHostKeyChecking")
	if len(prompter.confirms) != 0 {
		t.Error("asked in spite of StrictHostKeyChecking yes")
	}
	ctx, cancel := context.WithCancel(context.Background())
	target.Strict = "ask"
	_, err = Dial(ctx, target, Options{Prompter: waitingPrompter{cancel}})
	wantFault(t, err, fault.Cancelled)
	if text, _ := os.ReadFile(file); len(text) != 0 {
		t.Errorf("written all the same: %s", text)
	}
	s.wantLogins(t, 2+1, 0)
}

func TestWrittenAfterALineWithoutEnd(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.KnownHosts = []string{p.write("known", "example.org "+otherKey(p, "ed", "ed25519"))}
	dial(t, target, Options{Prompter: &answers{yes: true}})
	dial(t, target, Options{})
}

func TestHostWithSeveralKeys(t *testing.T) {
	p := newPerson(t)
	rsa := otherKey(p, "rsa", "rsa")
	s := startSSHD(t, "HostKey "+p.file("rsa"))
	target := targetOf(p, s, p.key(s, "id", ""))
	target.KnownHosts = []string{p.write("known", "[127.0.0.1]:"+strconv.Itoa(s.port)+" "+rsa+"\n")}
	dial(t, target, Options{}) // the RSA key is asked for, though ED25519 would come first
	target.KnownHosts = []string{p.write("known", "[127.0.0.1]:"+strconv.Itoa(s.port)+" "+otherKey(p, "ec", "ecdsa")+"\n")}
	prompter := &answers{}
	_, err := Dial(within(t), target, Options{Prompter: prompter})
	wantFault(t, err, fault.HostKeyUnknown)
	if len(prompter.confirms) != 1 || !strings.Contains(prompter.confirms[0].Detail, "Another kind of key") {
		t.Errorf("asked %+v", prompter.confirms)
	}
}

func TestHostCertificate(t *testing.T) {
	p := newPerson(t)
	ca := otherKey(p, "ca", "ed25519")
	host := p.key(nil, "certified", "")
	sign(t, p.file("ca"), host+".pub", "-h", "-n", "127.0.0.1")
	s := startSSHD(t, "HostKey "+host, "HostCertificate "+host+"-cert.pub")
	target := targetOf(p, s, p.key(s, "id", ""))
	target.KnownHosts = []string{p.write("known", "@cert-authority 127.0.0.* "+ca+"\n")}
	dial(t, target, Options{})
	target.KnownHosts = []string{p.write("known", "@cert-authority 127.0.0.* "+otherKey(p, "ca2", "ed25519")+"\n")}
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.HostKeyUnknown)
	target.KnownHosts = []string{p.write("known", "@cert-authority 127.0.0.* "+ca+"\n@revoked * "+ca+"\n")}
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.HostKeyChanged, "revoked")
}

func TestHostKeyAlias(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.HostKeyAlias = "Login"
	target.KnownHosts = []string{p.write("known", "login "+s.hostKey+"\n")}
	dial(t, target, Options{})
}
