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
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestKnownHosts(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	name := "[127.0.0.1]:" + strconv.Itoa(s.Port)
	other := sshtest.OtherKey(p, "ed", "ed25519")
	hashed := p.Write("hashed", s.KnownLine())
	sshtest.Must(t, exec.Command("ssh-keygen", "-q", "-H", "-f", hashed).Run())
	hashedText, err := os.ReadFile(hashed)
	sshtest.Must(t, err)
	if !strings.HasPrefix(string(hashedText), "|1|") {
		t.Fatalf("not hashed: %s", hashedText)
	}
	for _, test := range []struct {
		name, text string
		code       fault.Code
		words      string
	}{
		{"known", s.KnownLine(), "", ""},
		{"hashed", string(hashedText), "", ""},
		{"among bad lines", "garbage\n@nonsense x y z\n" + name + " ssh-ed25519 !!!\n" + name + " ssh-rsa AAAA\n|1|x|y ssh-ed25519 AAAA\n" + s.KnownLine(), "", ""},
		{"one of two keys", name + " " + other + "\n" + s.KnownLine(), "", ""},
		{"by a pattern", "*.org,127.0.0.? " + s.HostKey + "\n", "", ""},
		{"without the port", "127.0.0.1 " + s.HostKey + "\n", "", ""},
		{"changed", "# a comment\n" + name + " " + other + "\n", fault.HostKeyChanged, "line 2"},
		{"revoked", s.KnownLine() + "@revoked * " + s.HostKey + "\n", fault.HostKeyChanged, "revoked"},
		{"unknown", "example.org " + other + "\n", fault.HostKeyUnknown, "SHA256:"},
		{"excluded by a pattern", "!" + name + ",!127.0.0.1,* " + s.HostKey + "\n", fault.HostKeyUnknown, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := targetOf(p, s)
			target.HostKeys.KnownHosts = []string{p.File("missing"), p.Write("known", test.text)}
			_, err := Dial(sshtest.Context(t), target, Options{})
			if test.code == "" {
				sshtest.WantFault(t, err, fault.NoKey) // past the host key: there is nothing to log in with
			} else {
				sshtest.WantFault(t, err, test.code, test.words)
			}
		})
	}
}

func TestChangedKeyIsNeverAsked(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.HostKeys.Strict = "no"
	target.HostKeys.KnownHosts = []string{p.Write("known", "[127.0.0.1]:"+strconv.Itoa(s.Port)+" "+sshtest.OtherKey(p, "ed", "ed25519")+"\n")}
	prompter := &sshtest.Answers{Yes: true}
	_, err := Dial(sshtest.Context(t), target, Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.HostKeyChanged, p.File("known"), "line 1", "Do not log in")
	if len(prompter.Confirms) != 0 {
		t.Errorf("asked %+v", prompter.Confirms)
	}
}

func TestUnknownHostKeyIsShownAndWritten(t *testing.T) {
	t.Parallel()
	for _, hashed := range []bool{false, true} {
		s, p := sshtest.Start(t), sshtest.NewUser(t)
		target := targetOf(p, s, p.Key(s, "id", ""))
		file := filepath.Join(p.Dir, "new", "known_hosts")
		target.HostKeys.KnownHosts, target.HostKeys.HashKnownHosts = []string{file}, hashed
		prompter := &sshtest.Answers{Yes: true}
		dial(t, target, Options{Prompter: prompter})
		fingerprint, err := exec.Command("ssh-keygen", "-l", "-f", filepath.Join(s.Dir, "host.pub")).Output()
		sshtest.Must(t, err)
		if len(prompter.Confirms) != 1 || !strings.Contains(prompter.Confirms[0].Detail, strings.Fields(string(fingerprint))[1]) ||
			!strings.Contains(prompter.Confirms[0].Detail, "ED25519") || !strings.Contains(prompter.Confirms[0].Detail, "Compare it with what the site publishes") {
			t.Fatalf("asked %+v, fingerprint %s", prompter.Confirms, fingerprint)
		}
		dial(t, target, Options{}) // known now
		text, err := os.ReadFile(file)
		sshtest.Must(t, err)
		if strings.HasPrefix(string(text), "|1|") != hashed {
			t.Errorf("hashed %v: %s", hashed, text)
		}
		info, err := os.Stat(file)
		sshtest.Must(t, err)
		folder, err := os.Stat(filepath.Dir(file))
		sshtest.Must(t, err)
		if info.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700 {
			t.Errorf("file %v, folder %v", info.Mode(), folder.Mode())
		}
		// ssh itself finds the line that we wrote
		found, err := exec.Command("ssh-keygen", "-F", "[127.0.0.1]:"+strconv.Itoa(s.Port), "-f", file).CombinedOutput()
		if err != nil {
			t.Errorf("ssh-keygen -F: %v: %s", err, found)
		}
	}
}

func TestUnknownHostKeyNotAccepted(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	file := p.Write("empty", "")
	target.HostKeys.KnownHosts = []string{file}
	_, err := Dial(sshtest.Context(t), target, Options{Prompter: &sshtest.Answers{}})
	sshtest.WantFault(t, err, fault.HostKeyUnknown, "not accepted")
	target.HostKeys.Strict = sshconfig.StrictYes
	prompter := &sshtest.Answers{Yes: true}
	_, err = Dial(sshtest.Context(t), target, Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.HostKeyUnknown, "StrictHostKeyChecking")
	if len(prompter.Confirms) != 0 {
		t.Error("asked in spite of StrictHostKeyChecking yes")
	}
	ctx, cancel := context.WithCancel(context.Background())
	target.HostKeys.Strict = "ask"
	_, err = Dial(ctx, target, Options{Prompter: waitingPrompter{cancel}})
	sshtest.WantFault(t, err, fault.Cancelled)
	if text, _ := os.ReadFile(file); len(text) != 0 {
		t.Errorf("written all the same: %s", text)
	}
	wantLogins(s, t, 2+1, 0)
}

func TestKnownHostsWithoutFinalNewline(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.HostKeys.KnownHosts = []string{p.Write("known", "example.org "+sshtest.OtherKey(p, "ed", "ed25519"))}
	dial(t, target, Options{Prompter: &sshtest.Answers{Yes: true}})
	dial(t, target, Options{})
}

func TestHostWithSeveralKeys(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	rsa := sshtest.OtherKey(p, "rsa", "rsa")
	s := sshtest.Start(t, "HostKey "+p.File("rsa"))
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.HostKeys.KnownHosts = []string{p.Write("known", "[127.0.0.1]:"+strconv.Itoa(s.Port)+" "+rsa+"\n")}
	dial(t, target, Options{}) // the RSA key is asked for, though ED25519 would come first
	target.HostKeys.KnownHosts = []string{p.Write("known", "[127.0.0.1]:"+strconv.Itoa(s.Port)+" "+sshtest.OtherKey(p, "ec", "ecdsa")+"\n")}
	prompter := &sshtest.Answers{}
	_, err := Dial(sshtest.Context(t), target, Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.HostKeyUnknown)
	if len(prompter.Confirms) != 1 || !strings.Contains(prompter.Confirms[0].Detail, "Another kind of key") {
		t.Errorf("asked %+v", prompter.Confirms)
	}
}

func TestHostCertificate(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	ca := sshtest.OtherKey(p, "ca", "ed25519")
	host := p.Key(nil, "certified", "")
	sshtest.SignCert(t, p.File("ca"), host+".pub", "-h", "-n", "127.0.0.1")
	s := sshtest.Start(t, "HostKey "+host, "HostCertificate "+host+"-cert.pub")
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.HostKeys.KnownHosts = []string{p.Write("known", "@cert-authority 127.0.0.* "+ca+"\n")}
	dial(t, target, Options{})
	target.HostKeys.KnownHosts = []string{p.Write("known", "@cert-authority 127.0.0.* "+sshtest.OtherKey(p, "ca2", "ed25519")+"\n")}
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HostKeyUnknown)
	target.HostKeys.KnownHosts = []string{p.Write("known", "@cert-authority 127.0.0.* "+ca+"\n@revoked * "+ca+"\n")}
	_, err = Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HostKeyChanged, "revoked")
}

func TestHostKeyAlias(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.HostKeys.Alias = "Login"
	target.HostKeys.KnownHosts = []string{p.Write("known", "login "+s.HostKey+"\n")}
	dial(t, target, Options{})
}
