package hostkeys

import (
	"crypto/rand"
	"crypto/rsa"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestHostCertificates(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	ca := sshtest.OtherKey(p, "ca", "ed25519")
	sshtest.KeyGen(t, p.File("certified"), "")
	own, err := os.ReadFile(p.File("certified.pub"))
	sshtest.Must(t, err)
	const forAll = "@cert-authority * "
	for name, test := range map[string]struct {
		known string
		code  fault.Code
		how   []string
	}{
		"its name":               {forAll + ca, "", []string{"-h", "-n", "other,login.example.org"}},
		"a pattern":              {forAll + ca, "", []string{"-h", "-n", "*.Example.org"}},
		"another name":           {forAll + ca, fault.HostKeyUnknown, []string{"-h", "-n", "login"}},
		"another pattern":        {forAll + ca, fault.HostKeyUnknown, []string{"-h", "-n", "*.example.com"}},
		"ran out":                {forAll + ca, fault.HostKeyUnknown, []string{"-h", "-n", "*.example.org", "-V", "20200101:20200201"}},
		"a user's":               {forAll + ca, fault.HostKeyUnknown, []string{"-n", "*.example.org"}},
		"authority elsewhere":    {"@cert-authority *.com " + ca, fault.HostKeyUnknown, []string{"-h", "-n", "*.example.org"}},
		"no authority":           {"* " + ca, fault.HostKeyChanged, []string{"-h", "-n", "*.example.org"}},
		"revoked authority":      {forAll + ca + "\n@revoked * " + ca, fault.HostKeyChanged, []string{"-h", "-n", "*.example.org"}},
		"revoked key, certified": {forAll + ca + "\n@revoked * " + string(own), fault.HostKeyChanged, []string{"-h", "-n", "*.example.org"}},
	} {
		sshtest.SignCert(t, p.File("ca"), p.File("certified.pub"), test.how...)
		text, err := os.ReadFile(p.File("certified-cert.pub"))
		sshtest.Must(t, err)
		cert, _, _, _, err := ssh.ParseAuthorizedKey(text)
		sshtest.Must(t, err)
		target := &sshconfig.Target{Host: "login.example.org", Port: 22,
			HostKeys: sshconfig.HostKeys{KnownHosts: []string{p.Write("known", test.known+"\n")}}}
		check, err := NewChecker(target, nil, nil, nil)
		sshtest.Must(t, err)
		if err := check.Check(sshtest.Context(t), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 22}, cert); (err == nil) != (test.code == "") || (err != nil && !fault.Is(err, test.code)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Names are compared without case, addresses in brackets are names with a port, and
// negated patterns exclude.
func TestKnownNames(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	line := sshtest.OtherKey(p, "ed", "ed25519")
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	sshtest.Must(t, err)
	for _, test := range []struct {
		host  string
		port  int
		names string
		known bool
	}{
		{"login.example.org", 22, "login.example.org", true},
		{"Login.Example.Org", 22, "LOGIN.example.org", true},
		{"login.example.org", 22, "[login.example.org]:22", true},
		{"login.example.org", 2200, "[login.example.org]:2200", true},
		{"login.example.org", 2200, "[login.example.org]:2201", false},
		{"login.example.org", 2200, "*.example.org", true},
		{"login.example.org", 22, "login?.example.org", false},
		{"login1.example.org", 22, "login?.example.org,!login2.example.org", true},
		{"login2.example.org", 22, "login?.example.org,!login2.example.org", false},
		{"2001:db8::7", 22, "2001:db8::7", true},
		{"2001:db8::7", 2200, "[2001:db8::7]:2200", true},
		{"other.example.org", 22, "login.example.org", false},
	} {
		target := &sshconfig.Target{Name: test.host, Host: test.host, Port: test.port,
			HostKeys: sshconfig.HostKeys{KnownHosts: []string{p.Write("known", test.names+" "+line+"\n")}}}
		check, err := NewChecker(target, nil, nil, func() func() { return func() {} })
		sshtest.Must(t, err)
		err = check.Check(sshtest.Context(t), &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 22}, key)
		if (err == nil) != test.known {
			t.Errorf("%s port %d, known as %s: %v", test.host, test.port, test.names, err)
		}
	}
}

// TestSameAsSSH: we find what ssh-keygen -F finds in a file, and nothing else.
func TestSameAsSSH(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	a, b := sshtest.OtherKey(p, "a", "ed25519"), sshtest.OtherKey(p, "b", "ecdsa")
	file := p.Write("known", "one,two "+a+" comment\n  three\t"+a+"\n# four "+a+"\n[five]:2200 "+a+"\nsix "+a[:40]+"\nseven ssh-rsa "+strings.Fields(a)[1]+
		"\n!eight,* "+b+"\n@unknown nine "+a+"\nten\n"+strings.Repeat("x", 70_000)+" "+a+"\neleven "+a+"\n")
	sshtest.Must(t, os.WriteFile(p.File("to hash"), []byte("twelve "+a+"\n[thirteen]:99 "+a+"\n"), 0o600))
	sshtest.Must(t, exec.Command("ssh-keygen", "-q", "-H", "-f", p.File("to hash")).Run())
	hashed, err := os.ReadFile(p.File("to hash"))
	sshtest.Must(t, err)
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	sshtest.Must(t, err)
	_, err = f.Write(hashed)
	sshtest.Must(t, err)
	sshtest.Must(t, f.Close())
	// for six and seven ssh-keygen would print the bad lines, which ssh itself skips
	for _, name := range []string{"one", "two", "three", "four", "five", "[five]:2200", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "[thirteen]:99", "fourteen"} {
		host, port := name, 22
		if h, rest, ok := strings.Cut(strings.TrimPrefix(name, "["), "]:"); ok {
			host = h
			port = map[string]int{"2200": 2200, "99": 99}[rest]
		}
		check, err := NewChecker(&sshconfig.Target{Host: host, Port: port, HostKeys: sshconfig.HostKeys{KnownHosts: []string{file}}}, nil, nil, nil)
		sshtest.Must(t, err)
		var ours []string
		for _, k := range check.knownKeys() {
			ours = append(ours, sshkey.Line(k.PublicKey))
		}
		out, _ := exec.Command("ssh-keygen", "-F", name, "-f", file).Output()
		var theirs []string
		for line := range strings.Lines(string(out)) {
			if fields := strings.Fields(line); len(fields) >= 3 && fields[0] != "#" {
				theirs = append(theirs, fields[1]+" "+fields[2])
			}
		}
		slices.Sort(ours)
		slices.Sort(theirs)
		if port != 22 { // a pattern without a port is ssh's second look, and ours
			continue
		}
		if !slices.Equal(ours, theirs) {
			t.Errorf("%s: ssh-keygen has %q, we have %q", name, theirs, ours)
		}
	}
}

func TestHostKeyAlgorithms(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	rsaKey := sshtest.OtherKey(p, "rsa", "rsa")
	known := p.Write("known", "login "+rsaKey+"\n")
	ca := p.Write("ca", "@cert-authority login "+sshtest.OtherKey(p, "ca", "ed25519")+"\n")
	for _, test := range []struct {
		file, configured string
		want             string
	}{
		{p.File("none"), "", "ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 rsa-sha2-512 rsa-sha2-256"},
		{known, "", "rsa-sha2-512 rsa-sha2-256 ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521"},
		{known, "ssh-ed25519 rsa-sha2-256 ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-256 ssh-ed25519"},
		{known, "ssh-rsa ssh-ed25519", "ssh-rsa ssh-ed25519"},
		{ca, "ssh-ed25519-cert-v01@openssh.com ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com ssh-ed25519"},
	} {
		target := &sshconfig.Target{Host: "login", Port: 22,
			HostKeys:   sshconfig.HostKeys{KnownHosts: []string{test.file}},
			Algorithms: sshconfig.Algorithms{HostKeys: strings.Fields(test.configured)}}
		check, err := NewChecker(target, nil, nil, nil)
		sshtest.Must(t, err)
		if got := strings.Join(check.Algorithms(), " "); got != test.want {
			t.Errorf("%q: %s", test.configured, got)
		}
	}
}

func TestShortHostKey(t *testing.T) {
	t.Parallel()
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	sshtest.Must(t, err)
	key, err := ssh.NewPublicKey(&secret.PublicKey)
	sshtest.Must(t, err)
	p := sshtest.NewUser(t)
	target := &sshconfig.Target{Host: "login", Port: 22,
		Keys:     sshconfig.Keys{MinRSABits: 3072},
		HostKeys: sshconfig.HostKeys{KnownHosts: []string{p.Write("known", "login "+sshkey.Line(key)+"\n")}}}
	check, err := NewChecker(target, nil, nil, nil)
	sshtest.Must(t, err)
	sshtest.WantFault(t, check.Check(sshtest.Context(t), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 22}, key), fault.HandshakeFailed, "2048 bits", "3072")
}
