package tunnel

import (
	"crypto/ed25519"
	"crypto/sha256"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
)

func TestKindsOfKeys(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, "PasswordAuthentication no", "KbdInteractiveAuthentication no")
	for _, test := range []struct{ name, phrase, more string }{
		{"ed25519", "", "-t ed25519"}, {"ed25519, locked", sshtest.Password, "-t ed25519"},
		{"rsa", "", "-t rsa"}, {"rsa, locked", sshtest.Password, "-t rsa"},
		{"rsa in PEM", "", "-t rsa -m PEM"}, {"rsa in PEM, locked", sshtest.Password, "-t rsa -m PEM"},
		{"rsa in PKCS8", "", "-t rsa -m PKCS8"}, {"rsa in PKCS8, locked", sshtest.Password, "-t rsa -m PKCS8"},
		{"ecdsa 256", "", "-t ecdsa -b 256"}, {"ecdsa 384", "", "-t ecdsa -b 384"}, {"ecdsa 521", "", "-t ecdsa -b 521"},
		{"ecdsa in PEM, locked", sshtest.Password, "-t ecdsa -m PEM"}, {"ecdsa in PKCS8, locked", sshtest.Password, "-t ecdsa -m PKCS8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := sshtest.NewUser(t)
			sshtest.KeyGen(t, p.File("id"), test.phrase, strings.Fields(test.more)...)
			p.Allow(s, "id")
			prompter := &sshtest.Answers{Secrets: []string{"wrong", test.phrase}}
			dial(t, targetOf(p, s, p.File("id")), Options{Prompter: prompter})
			if locked := test.phrase != ""; len(prompter.Asked) == 2 != locked {
				t.Errorf("asked %+v", prompter.Asked)
			}
		})
	}
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
	application, message := sha256.Sum256([]byte(sshtest.SecurityKeyApplication)), sha256.Sum256(data)
	tail := []byte{1, 0, 0, 0, 9} // touched, the ninth time
	signed := append(append(append([]byte{}, application[:]...), tail...), message[:]...)
	return &ssh.Signature{Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(a.secret, signed), Rest: tail}, nil
}

func TestSecurityKeyInTheAgent(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "PasswordAuthentication no"), sshtest.NewUser(t)
	public, secret := sshtest.SecurityKey(t)
	p.Write("sk.pub", sshkey.Line(public)+" token\n")
	p.Allow(s, "sk")
	target := targetOf(p, s, p.Write("sk", sshtest.SecurityKeyFile(public)))
	target.Keys.Agent = serveAgent(t, p, &skAgent{agent.NewKeyring().(agent.ExtendedAgent), public, secret})
	target.Keys.IdentitiesOnly = true
	dial(t, target, Options{})
}

func serveAgent(t *testing.T, p *sshtest.User, a agent.Agent) (socket string) {
	t.Helper()
	socket = p.File("sk-agent")
	l, err := net.Listen("unix", socket)
	sshtest.Must(t, err)
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
	t.Parallel()
	p := sshtest.NewUser(t)
	ca := p.Key(nil, "ca", "")
	s := sshtest.Start(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no")
	key := p.Key(nil, "id", "")
	sshtest.SignCert(t, ca, key+".pub", "-n", sshtest.UserName)
	elsewhere := p.File("issued")
	sshtest.Must(t, os.Rename(key+"-cert.pub", elsewhere))
	target := targetOf(p, s, key)
	target.Keys.CertificateFiles = []string{p.File("none"), elsewhere}
	dial(t, target, Options{})

	target.Keys.Agent, target.Keys.IdentityFiles, target.Keys.IdentitiesOnly = p.Agent(key), nil, true
	sshtest.Must(t, os.Remove(key)) // now only the agent has it
	dial(t, target, Options{})

	target.Keys.Agent = ""
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.NoKey, "neither in the agent nor among the key files", p.File("none"))
}

func TestCertificateInTheAgent(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	ca := p.Key(nil, "ca", "")
	s := sshtest.Start(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no")
	key := p.Key(nil, "id", "")
	sshtest.SignCert(t, ca, key+".pub", "-n", sshtest.UserName)
	target := targetOf(p, s)
	target.Keys.Agent = p.Agent(key) // ssh-add also adds the certificate next to it
	sshtest.Must(t, os.Remove(key+"-cert.pub"))
	dial(t, target, Options{})
}

// The certificate is next to the key, which is locked; the agent can sign with it.
func TestCertificateFileForAgentKey(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	ca := p.Key(nil, "ca", "")
	s := sshtest.Start(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no", "KbdInteractiveAuthentication no")
	key := p.Key(nil, "id", "")
	socket := p.Agent(key)
	sshtest.Must(t, exec.Command("ssh-keygen", "-q", "-p", "-a", "1", "-P", "", "-N", sshtest.Password, "-f", key).Run())
	sshtest.SignCert(t, ca, key+".pub", "-n", sshtest.UserName)
	for _, file := range []string{key, key + ".pub"} {
		target := targetOf(p, s, file)
		target.Keys.Agent, target.Keys.IdentitiesOnly = socket, true
		prompter := &sshtest.Answers{}
		dial(t, target, Options{Prompter: prompter})
		if len(prompter.Asked) != 0 {
			t.Errorf("%s: asked %+v", file, prompter.Asked)
		}
	}
	if n := s.Count(t, "Failed publickey"); n != 0 {
		t.Errorf("%d keys were refused before the certificate", n)
	}
}

func TestExpiredCertificate(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	ca := p.Key(nil, "ca", "")
	s := sshtest.Start(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no")
	key := p.Key(nil, "id", "")
	sshtest.SignCert(t, ca, key+".pub", "-n", sshtest.UserName, "-V", "20200101:20200201")
	_, err := Dial(sshtest.Context(t), targetOf(p, s, key), Options{})
	sshtest.WantFault(t, err, fault.AuthRefused, "expired on 1 February 2020")
}

func TestPubkeyAcceptedAlgorithms(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PubkeyAcceptedAlgorithms +ssh-rsa", "LogLevel DEBUG1"), sshtest.NewUser(t)
	sshtest.KeyGen(t, p.File("rsa"), "", "-t", "rsa")
	p.Allow(s, "rsa")
	for _, test := range []struct {
		allowed []string
		used    string
	}{{nil, "rsa-sha2-512"}, {[]string{"rsa-sha2-256"}, "rsa-sha2-256"}, {[]string{"ssh-rsa"}, "ssh-rsa"}} {
		target := targetOf(p, s, p.File("rsa"))
		target.Algorithms.PublicKeys = test.allowed
		before := s.Count(t, "publickey test pkalg "+test.used+" ")
		dial(t, target, Options{})
		if n := s.Count(t, "publickey test pkalg "+test.used+" "); n != before+1 {
			t.Errorf("%q: %s was not used", test.allowed, test.used)
		}
	}
	target := targetOf(p, s, p.File("rsa"))
	target.Algorithms.PublicKeys = []string{"ssh-ed25519"}
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.NoKey, "RSA", "PubkeyAcceptedAlgorithms")
	target.Algorithms.PublicKeys, target.Keys.MinRSABits = nil, 4096
	_, err = Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.NoKey, "2048 bits", "RequiredRSASize")
}
