package tunnel

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"golang.org/x/crypto/ssh"
)

const (
	// maxQuestions and maxRounds bound what a host may ask of a person.
	maxQuestions, maxRounds = 8, 10
	// maxBanner is how much of a host's banners is kept, in bytes.
	maxBanner = 16 << 10
)

// login is one attempt to prove who we are to one host. It offers one key after
// the other, then asks the person, each way once, and stops at the first
// refusal of something that a person typed.
type login struct {
	ctx      context.Context
	target   *Target
	prompter Prompter // nil: nobody is asked
	keys     []*identity
	pause    func() (resume func())
	hungUp   func() bool // the host has closed the connection

	// stop is our own reason to give up; it goes before what the host says.
	stop error
	// offered are the keys that the host was asked about; accepted is the one that it wanted.
	offered  []*identity
	accepted *identity
	// failed says which keys the host wanted and we could not use, and why.
	failed []string
	// methods are what the host allows, as last heard.
	methods []string
	// typed: a person's answer was sent. rounds counts the host's questions.
	typed  bool
	rounds int

	mu     sync.Mutex
	banner limitedBuffer // guarded by mu
}

// next chooses the way to try now; the library calls it after "none" was
// refused, and again after each refusal or partial success.
func (l *login) next(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	l.methods = c.AllowedMethods
	if l.stop != nil {
		return nil, l.stop
	}
	if l.ctx.Err() != nil {
		return nil, l.ctx.Err()
	}
	if l.hungUp() {
		return nil, errHungUp
	}
	allowed := func(method string) bool { return slices.Contains(c.AllowedMethods, method) }
	if l.target.PublicKey && allowed("publickey") && len(l.offered) < len(l.keys) {
		id := l.keys[len(l.offered)]
		l.offered = append(l.offered, id)
		return ssh.PublicKeys(&offer{login: l, id: id}), nil
	}
	refused := func(method string) bool { return slices.Contains(c.TriedMethods, method) }
	if l.prompter == nil || (l.typed && (refused("keyboard-interactive") || refused("password"))) {
		return nil, errNothingLeft
	}
	if l.target.Keyboard && allowed("keyboard-interactive") && !refused("keyboard-interactive") {
		return ssh.KeyboardInteractive(l.answer), nil
	}
	if l.target.Password && allowed("password") && !refused("password") {
		return ssh.PasswordCallback(l.password), nil
	}
	return nil, errNothingLeft
}

// errHungUp: the host ended the connection in the middle of the login.
var errHungUp = errors.New("the host closed the connection")

// errNothingLeft ends the attempt: there is no further way to try.
var errNothingLeft = errors.New("no way to log in is left")

// offer is one key in one attempt. The library asks it to sign only when the
// host has said that it wants the key, so that is when a passphrase is asked.
type offer struct {
	login *login
	id    *identity
}

func (o *offer) PublicKey() ssh.PublicKey { return o.id.public }

func (o *offer) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return o.SignWithAlgorithm(rand, data, "")
}

// SignWithAlgorithm makes it an ssh.AlgorithmSigner, which RSA keys need.
func (o *offer) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	l := o.login
	resume := l.pause() // an agent may wait for a touch
	defer resume()
	signer := o.id.ready()
	if signer == nil {
		var err error
		if signer, err = o.id.file.open(l.ctx, l.target, l.prompter); err != nil {
			l.stopIfFault(err)
			l.failed = append(l.failed, o.id.label+": "+err.Error())
			return nil, err
		}
	}
	signature, err := signWith(signer, rand, data, algorithm)
	if err != nil {
		l.failed = append(l.failed, o.id.label+": "+err.Error())
		return nil, err
	}
	l.accepted = o.id
	return signature, nil
}

// stopIfFault keeps an error that has to reach the person as it is.
func (l *login) stopIfFault(err error) {
	if errors.Is(err, errWrongPassphrase) {
		return // go on with the next key, as ssh does
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		l.stop = err
	}
}

// answer passes the host's questions on.
func (l *login) answer(name, instruction string, questions []string, echos []bool) ([]string, error) {
	if l.rounds++; l.rounds > maxRounds || len(questions) > maxQuestions {
		l.stop = &fault.Error{Code: fault.HandshakeFailed, Tried: "logging in to " + l.target.label(),
			Answer: "the host asks without end", Advice: "Try `ssh " + l.target.Name + "` in a terminal."}
		return nil, l.stop
	}
	answers := make([]string, len(questions))
	for i, q := range questions {
		prompt := clean(q, 1000)
		purpose := PurposeCode
		if strings.Contains(strings.ToLower(prompt), "password:") {
			purpose = PurposePassword
		}
		var err error
		answers[i], err = l.ask(SecretQuestion{Purpose: purpose, Prompt: prompt, Echo: echos[i],
			Detail: strings.TrimSpace(clean(name, 200) + "\n" + clean(instruction, 4000))})
		if err != nil {
			return nil, err
		}
	}
	return answers, nil
}

func (l *login) password() (string, error) {
	return l.ask(SecretQuestion{Purpose: PurposePassword, Prompt: "Password of " + l.target.User + " on " + l.target.Host})
}

// ask puts one question to the person, with the host's clock stopped.
func (l *login) ask(q SecretQuestion) (string, error) {
	q.Host, q.User = l.target.Host, l.target.User
	resume := l.pause()
	defer resume()
	answer, err := l.prompter.Secret(l.ctx, q)
	if err != nil {
		l.stop = promptFault(l.ctx, "logging in to "+l.target.label()+" as "+l.target.User, err)
		return "", l.stop
	}
	l.typed = true
	return answer, nil
}

// hear keeps the host's banner.
func (l *login) hear(message string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.banner.limit = maxBanner
	_, _ = l.banner.Write([]byte(message))
	return nil
}

// heard is what the host said in banners, safe to show.
func (l *login) heard() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return clean(l.banner.kept.String(), maxBanner)
}
