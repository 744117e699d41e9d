package tunnel

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/sa2c/sunpyter/fault"
)

func TestKindsOfKeys(t *testing.T) {
	t.Parallel()
	s := startSSHD(t, "PasswordAuthentication no", "KbdInteractiveAuthentication no")
	for _, test := range []struct{ name, phrase, more string }{
		{"ed25519", "", "-t ed25519"}, {"ed25519, locked", testPassword, "-t ed25519"},
		{"rsa", "", "-t rsa"}, {"rsa, locked", testPassword, "-t rsa"},
		{"rsa in PEM", "", "-t rsa -m PEM"}, {"rsa in PEM, locked", testPassword, "-t rsa -m PEM"},
		{"rsa in PKCS8", "", "-t rsa -m PKCS8"}, {"rsa in PKCS8, locked", testPassword, "-t rsa -m PKCS8"},
		{"ecdsa 256", "", "-t ecdsa -b 256"}, {"ecdsa 384", "", "-t ecdsa -b 384"}, {"ecdsa 521", "", "-t ecdsa -b 521"},
		{"ecdsa in PEM, locked", testPassword, "-t ecdsa -m PEM"}, {"ecdsa in PKCS8, locked", testPassword, "-t ecdsa -m PKCS8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPerson(t)
			keygen(t, p.file("id"), test.phrase, strings.Fields(test.more)...)
			p.allow(s, "id")
			prompter := &answers{secrets: []string{"wrong", test.phrase}}
			dial(t, p.target(s, p.file("id")), Options{Prompter: prompter})
			if locked := test.phrase != ""; len(prompter.asked) == 2 != locked {
				t.Errorf("asked %+v", prompter.asked)
			}
		})
	}
}

// Keys that OpenSSL 3 locks, with its own defaults and with others.
func TestLockedByOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip(err)
	}
	p := newPerson(t)
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	must(t, err)
	plain := p.write("plain", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	for _, options := range []string{"-v2 aes-256-cbc", "-v2 aes-192-cbc -v2prf hmacWithSHA512", "-v2 aes-128-cbc -v2prf hmacWithSHA1 -iter 5000", "-v2 aes-256-cbc -v2prf hmacWithSHA384"} {
		args := append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:x y"}, strings.Fields(options)...)
		locked, err := exec.Command("openssl", args...).Output()
		must(t, err)
		key, err := parseLockedKey(locked, []byte("x y"))
		if err != nil || !secret.Equal(key) {
			t.Errorf("%s: %v", options, err)
		}
		if _, err = parseLockedKey(locked, []byte("wrong")); err != x509.IncorrectPasswordError {
			t.Errorf("%s, wrong passphrase: %v", options, err)
		}
	}
	old, err := exec.Command("openssl", "pkcs8", "-topk8", "-in", plain, "-passout", "pass:x", "-v2", "des3").Output()
	must(t, err)
	if _, err = parseLockedKey(old, []byte("x")); err == nil || !strings.Contains(err.Error(), "ssh-keygen -p") {
		t.Errorf("triple DES: %v", err)
	}
}

func FuzzLockedPKCS8(f *testing.F) {
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(f, err)
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	must(f, err)
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		if len(der) < 4096 {
			_, _ = parseLockedKey(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), []byte("x"))
		}
	})
}

// FuzzKeyFile: what cannot be used is said to be so, or is nothing at all.
func FuzzKeyFile(f *testing.F) {
	dir := f.TempDir()
	for _, kind := range []string{"-t ed25519", "-t ed25519 -N x", "-t rsa -b 1024 -m PEM", "-t ecdsa -m PKCS8 -N xxxxx"} {
		file := filepath.Join(dir, "seed")
		keygen(f, file, "", strings.Fields(kind)...)
		for _, name := range []string{file, file + ".pub"} {
			text, err := os.ReadFile(name)
			must(f, err)
			f.Add(text)
			must(f, os.Remove(name))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(dir, "key")
		must(t, os.WriteFile(file, text, 0o600))
		ids, _, note := loadKeyFile(file)
		if len(ids) > 0 && note != "" {
			t.Errorf("%q: it is used, and %s", text, note)
		}
		for _, id := range ids {
			if signer := id.ready(); signer != nil && fingerprint(signer.PublicKey()) != fingerprint(id.public) {
				t.Errorf("%q: not the key that is offered", text)
			}
		}
	})
}

func TestKeyFilesThatCannotBeUsed(t *testing.T) {
	p := newPerson(t)
	key := p.key(nil, "open", "")
	must(t, os.Chmod(key, 0o640))
	skPublic, _ := securityKey(t)
	public := p.key(nil, "lone", "x")
	keygen(t, p.file("rsa"), testPassword, "-t", "rsa", "-m", "PEM")
	must(t, os.Remove(p.file("rsa.pub")))
	keygen(t, p.file("dsa"), "", "-t", "dsa")
	keygen(t, p.file("dsa-pem"), "", "-t", "dsa", "-m", "PEM")
	keygen(t, p.file("dsa-locked"), "x", "-t", "dsa")
	for name, test := range map[string]struct {
		file  string
		words []string
		pub   bool
	}{
		"too open":       {key, []string{"0640", "too open", "chmod 600"}, true},
		"security key":   {p.write("sk", securityKeyFile(skPublic)), []string{"security key", "ssh-add " + p.file("sk")}, true},
		"PuTTY's":        {p.write("ppk", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"), []string{"Pageant", "puttygen"}, false},
		"nothing":        {p.write("junk", "junk\n"), []string{"no private key"}, false},
		"folder":         {p.dir, nil, false},
		"public half":    {public + ".pub", nil, true},
		"DSA":            {p.file("dsa"), []string{"DSA"}, true},
		"DSA in PEM":     {p.file("dsa-pem"), []string{"DSA"}, true},
		"DSA, locked":    {p.file("dsa-locked"), []string{"DSA"}, true},
		"locked, secret": {p.file("rsa"), []string{"ssh-keygen -y"}, false},
		"missing":        {p.file("missing"), nil, false},
	} {
		ids, half, note := loadKeyFile(test.file)
		if len(ids) != 0 || (half != nil) != test.pub || (note == "") != (test.words == nil) {
			t.Errorf("%s: %v, %v, %q", name, ids, half, note)
		}
		for _, w := range test.words {
			if !strings.Contains(note, w) {
				t.Errorf("%s: %q does not say %q", name, note, w)
			}
		}
	}
}

const skApplication = "ssh:"

// securityKey makes a key as a FIDO token holds it, in software.
func securityKey(t *testing.T) (ssh.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	key, err := ssh.ParsePublicKey(ssh.Marshal(struct {
		Kind        string
		Key         []byte
		Application string
	}{ssh.KeyAlgoSKED25519, public, skApplication}))
	must(t, err)
	return key, secret
}

// securityKeyFile is the file that ssh-keygen -t ed25519-sk writes, but for the
// private part, which only the token could use.
func securityKeyFile(public ssh.PublicKey) string {
	body := append([]byte("openssh-key-v1\x00"), ssh.Marshal(struct {
		Cipher, KDF, Options string
		Count                uint32
		Public, Private      []byte
	}{"none", "none", "", 1, public.Marshal(), ssh.Marshal(struct {
		Check1, Check2 uint32
		Kind           string
	}{7, 7, ssh.KeyAlgoSKED25519})})...)
	return string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: body}))
}

// skAgent is an agent with one security key.
type skAgent struct {
	agent.ExtendedAgent
	public ssh.PublicKey
	secret ed25519.PrivateKey
}

func (a *skAgent) List() ([]*agent.Key, error) {
	return []*agent.Key{{Format: a.public.Type(), Blob: a.public.Marshal(), Comment: "token"}}, nil
}

func (a *skAgent) SignWithFlags(_ ssh.PublicKey, data []byte, _ agent.SignatureFlags) (*ssh.Signature, error) {
	application, message := sha256.Sum256([]byte(skApplication)), sha256.Sum256(data)
	tail := []byte{1, 0, 0, 0, 9} // touched, the ninth time
	signed := append(append(append([]byte{}, application[:]...), tail...), message[:]...)
	return &ssh.Signature{Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(a.secret, signed), Rest: tail}, nil
}

func TestSecurityKeyInTheAgent(t *testing.T) {
	s, p := startSSHD(t, "PasswordAuthentication no"), newPerson(t)
	public, secret := securityKey(t)
	p.write("sk.pub", keyLine(public)+" token\n")
	p.allow(s, "sk")
	target := p.target(s, p.write("sk", securityKeyFile(public)))
	target.Agent = serveAgent(t, p, &skAgent{agent.NewKeyring().(agent.ExtendedAgent), public, secret})
	target.IdentitiesOnly = true
	dial(t, target, Options{})
}

func serveAgent(t *testing.T, p *person, a agent.Agent) (socket string) {
	t.Helper()
	socket = p.file("sk-agent")
	l, err := net.Listen("unix", socket)
	must(t, err)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = agent.ServeAgent(a, conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-over
	})
	return socket
}

func TestCertificateFile(t *testing.T) {
	p := newPerson(t)
	ca := p.key(nil, "ca", "")
	s := startSSHD(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no")
	key := p.key(nil, "id", "")
	sign(t, ca, key+".pub", "-n", testUser)
	elsewhere := p.file("issued")
	must(t, os.Rename(key+"-cert.pub", elsewhere))
	target := p.target(s, key)
	target.CertificateFiles = []string{p.file("none"), elsewhere}
	dial(t, target, Options{})

	target.Agent, target.IdentityFiles, target.IdentitiesOnly = p.agent(key), nil, true
	must(t, os.Remove(key)) // now the agent alone has it
	dial(t, target, Options{})

	target.Agent = ""
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.NoKey, "neither in the agent nor among the key files", p.file("none"))
}

func TestCertificateInTheAgent(t *testing.T) {
	p := newPerson(t)
	ca := p.key(nil, "ca", "")
	s := startSSHD(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no")
	key := p.key(nil, "id", "")
	sign(t, ca, key+".pub", "-n", testUser)
	target := p.target(s)
	target.Agent = p.agent(key) // ssh-add takes the certificate beside it along
	must(t, os.Remove(key+"-cert.pub"))
	dial(t, target, Options{})
}

// The certificate lies beside the key, which is locked; the agent can sign with it.
func TestCertificateBesideAKeyOfTheAgent(t *testing.T) {
	p := newPerson(t)
	ca := p.key(nil, "ca", "")
	s := startSSHD(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no", "KbdInteractiveAuthentication no")
	key := p.key(nil, "id", "")
	socket := p.agent(key)
	must(t, exec.Command("ssh-keygen", "-q", "-p", "-a", "1", "-P", "", "-N", testPassword, "-f", key).Run())
	sign(t, ca, key+".pub", "-n", testUser)
	for _, file := range []string{key, key + ".pub"} {
		target := p.target(s, file)
		target.Agent, target.IdentitiesOnly = socket, true
		prompter := &answers{}
		dial(t, target, Options{Prompter: prompter})
		if len(prompter.asked) != 0 {
			t.Errorf("%s: asked %+v", file, prompter.asked)
		}
	}
	if n := s.count(t, "Failed publickey"); n != 0 {
		t.Errorf("%d keys were refused before the certificate", n)
	}
}

func TestCertificateThatRanOut(t *testing.T) {
	p := newPerson(t)
	ca := p.key(nil, "ca", "")
	s := startSSHD(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no")
	key := p.key(nil, "id", "")
	sign(t, ca, key+".pub", "-n", testUser, "-V", "20200101:20200201")
	_, err := Dial(within(t), p.target(s, key), Options{})
	wantFault(t, err, fault.AuthRefused, "ran out on 1 February 2020")
}

func TestPubkeyAcceptedAlgorithms(t *testing.T) {
	s, p := startSSHD(t, "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PubkeyAcceptedAlgorithms +ssh-rsa", "LogLevel DEBUG1"), newPerson(t)
	keygen(t, p.file("rsa"), "", "-t", "rsa")
	p.allow(s, "rsa")
	for _, test := range []struct {
		allowed []string
		used    string
	}{{nil, "rsa-sha2-512"}, {[]string{"rsa-sha2-256"}, "rsa-sha2-256"}, {[]string{"ssh-rsa"}, "ssh-rsa"}} {
		target := p.target(s, p.file("rsa"))
		target.Algorithms.PublicKeys = test.allowed
		before := s.count(t, "publickey test pkalg "+test.used+" ")
		dial(t, target, Options{})
		if n := s.count(t, "publickey test pkalg "+test.used+" "); n != before+1 {
			t.Errorf("%q: %s was not used", test.allowed, test.used)
		}
	}
	target := p.target(s, p.file("rsa"))
	target.Algorithms.PublicKeys = []string{"ssh-ed25519"}
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.NoKey, "RSA", "PubkeyAcceptedAlgorithms")
	target.Algorithms.PublicKeys, target.MinRSABits = nil, 4096
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.NoKey, "3072 bits", "RequiredRSASize")
}

func TestSignatures(t *testing.T) {
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	key, err := ssh.NewPublicKey(&secret.PublicKey)
	must(t, err)
	cert := &ssh.Certificate{Key: key}
	for _, test := range []struct {
		key     ssh.PublicKey
		allowed string
		want    string
	}{
		{key, "", "rsa-sha2-512 rsa-sha2-256"}, {key, "ssh-rsa", "ssh-rsa"}, {key, "rsa-sha2-256", "rsa-sha2-256"}, {key, "ssh-ed25519", ""}, {key, "ssh-rsa rsa-sha2-256", "ssh-rsa rsa-sha2-256"},
		{cert, "", "rsa-sha2-512 rsa-sha2-256"}, {cert, "rsa-sha2-256", ""}, {cert, "rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256"},
	} {
		a := Algorithms{PublicKeys: strings.Fields(test.allowed)}
		if got := strings.Join(a.signatures(test.key), " "); got != test.want {
			t.Errorf("%s with %q: %q", test.key.Type(), test.allowed, got)
		}
	}
}
