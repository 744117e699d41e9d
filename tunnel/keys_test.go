package tunnel

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"net"
	"os"
	"os/exec"
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
			dial(t, targetOf(p, s, p.file("id")), Options{Prompter: prompter})
			if locked := test.phrase != ""; len(prompter.asked) == 2 != locked {
				t.Errorf("asked %+v", prompter.asked)
			}
		})
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
	target := targetOf(p, s, p.write("sk", securityKeyFile(public)))
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
	target := targetOf(p, s, key)
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
	target := targetOf(p, s)
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
		target := targetOf(p, s, file)
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
	_, err := Dial(within(t), targetOf(p, s, key), Options{})
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
		target := targetOf(p, s, p.file("rsa"))
		target.Algorithms.PublicKeys = test.allowed
		before := s.count(t, "publickey test pkalg "+test.used+" ")
		dial(t, target, Options{})
		if n := s.count(t, "publickey test pkalg "+test.used+" "); n != before+1 {
			t.Errorf("%q: %s was not used", test.allowed, test.used)
		}
	}
	target := targetOf(p, s, p.file("rsa"))
	target.Algorithms.PublicKeys = []string{"ssh-ed25519"}
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.NoKey, "RSA", "PubkeyAcceptedAlgorithms")
	target.Algorithms.PublicKeys, target.MinRSABits = nil, 4096
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.NoKey, "3072 bits", "RequiredRSASize")
}
