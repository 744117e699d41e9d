package sshauth

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// maxQuestions and maxRounds bound what a host may ask the user, maxMessages what it prints without a question.
const maxQuestions, maxRounds, maxMessages = 8, 10, 100

// Attempt is one attempt to prove who we are to one host. It offers one key after
// the other, then asks the user, each method once, and stops at the first
// refusal of something that the user typed.
type Attempt struct {
	Config
	ctx  context.Context
	keys []*Key

	// stop is our own reason to give up; it takes precedence over the host's.
	stop    error
	host    hostReport
	offers  offers
	answers answers
	banners banners
}

// hostReport is what the host has told of itself.
type hostReport struct {
	// begun: it has reported its methods, so authentication has begun.
	begun bool
	// methods are what it allows, as last reported; passed are those that it took and that
	// were not enough.
	methods, passed []string
	// server is its own name for its software.
	server string
}

// offers are the keys of an attempt.
type offers struct {
	// offered are those that the host was asked about; accepted is the one that it wanted.
	offered  []*Key
	accepted *Key
	// failed are those that the host wanted and we could not use, and why.
	failed []string
	// explained: the user knows why other keys were left out.
	explained bool
}

// answers are what the user answered in an attempt.
type answers struct {
	// typed: an answer was given; sent: it went to the host.
	typed, sent bool
	// rounds counts the host's requests with a question, messages what it printed without
	// one: one for each line of PAM's on some hosts.
	rounds, messages int
	// hungUp: the host hung up while the user typed.
	hungUp bool
}

// Config is what an attempt needs.
type Config struct {
	Target *sshconfig.Target
	// Keyring has the keys to offer.
	Keyring *Keyring
	// Prompter may be nil: nothing is asked.
	Prompter prompts.Prompter
	// Notify is called with the host's messages.
	Notify func(prompts.Notice)
	// Pause stops the host's clock while the user types, or an agent waits for a touch.
	Pause func() (resume func())
	// HungUp reports whether the host has closed the connection.
	HungUp func() bool
	// Pending are answers from an attempt that the host cut off; nil: none are kept.
	Pending PendingAnswers
}

// PendingAnswers are answers that were typed and never sent, since the host had hung up.
type PendingAnswers map[prompts.SecretQuestion]string

// NewAttempt returns an attempt.
func NewAttempt(ctx context.Context, cfg Config) *Attempt {
	return &Attempt{Config: cfg, ctx: ctx, keys: cfg.Keyring.ids}
}

// OfferKeys returns an attempt that offers keys and never prompts.
func OfferKeys(ctx context.Context, t *sshconfig.Target, keys []*Key, notify func(prompts.Notice), pause func() func(), hungUp func() bool) *Attempt {
	return NewAttempt(ctx, Config{Target: t, Keyring: &Keyring{ids: keys}, Notify: notify, Pause: pause, HungUp: hungUp})
}

// Err returns our own reason to give up, which takes precedence over the host's; nil: none.
func (l *Attempt) Err() error { return l.stop }

// AcceptedKey returns the key that the host wanted; nil: none.
func (l *Attempt) AcceptedKey() *Key { return l.offers.accepted }

// KeyAlone reports whether a key alone was enough.
func (l *Attempt) KeyAlone() bool { return l.offers.accepted != nil && !l.answers.sent }

// MayPromptAgain reports whether the host hung up while the user typed, and nothing was sent.
func (l *Attempt) MayPromptAgain() bool { return l.answers.hungUp && !l.answers.sent }

// defaultMethods is the order of methods if the configuration has none.
var defaultMethods = []string{"publickey", "keyboard-interactive", "password"}

// NextMethod chooses the method to try now; the library calls it after "none" was
// refused, and again after each refusal or partial success.
func (l *Attempt) NextMethod(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	l.host = hostReport{true, c.AllowedMethods, c.PartialSuccessMethods, string(c.Metadata.ServerVersion())}
	switch {
	case l.stop != nil:
		return nil, l.stop
	case l.ctx.Err() != nil:
		return nil, l.ctx.Err()
	case l.HungUp():
		return nil, errHungUp
	}
	refused := func(method string) bool { return slices.Contains(c.TriedMethods, method) }
	if l.answers.typed && (refused("keyboard-interactive") || refused("password")) {
		return nil, errNothingLeft
	}
	order := l.Target.Methods.Preferred
	if len(order) == 0 {
		order = defaultMethods
	}
	for _, method := range order {
		if !slices.Contains(c.AllowedMethods, method) {
			continue
		}
		if way := l.tryMethod(method, refused(method)); way != nil {
			return way, nil
		}
	}
	return nil, errNothingLeft
}

// tryMethod returns the next try by one method; nil when there is none.
func (l *Attempt) tryMethod(method string, refused bool) ssh.AuthMethod {
	switch {
	case method == "publickey" && l.Target.Methods.PublicKey && len(l.offers.offered) < len(l.keys):
		id := l.keys[len(l.offers.offered)]
		l.offers.offered = append(l.offers.offered, id)
		return ssh.PublicKeys(&lazySigner{login: l, id: id})
	case l.Prompter == nil || refused:
	case method == "keyboard-interactive" && l.Target.Methods.Keyboard:
		l.explainKeys()
		return ssh.KeyboardInteractive(l.answer)
	case method == "password" && l.Target.Methods.Password:
		l.explainKeys()
		return ssh.PasswordCallback(l.password)
	}
	return nil
}

// explainKeys reports why keys were left out, before the user is asked for a password instead.
func (l *Attempt) explainKeys() {
	if len(l.host.passed) > 0 || l.offers.explained {
		return
	}
	l.offers.explained = true
	for _, note := range l.Keyring.notes {
		l.notify(prompts.NoticeKey, note)
	}
}

// errHungUp: the host ended the connection in the middle of the login.
var errHungUp = errors.New("the host closed the connection")

// errNothingLeft ends the attempt: there is no further method to try.
var errNothingLeft = errors.New("there is no other way to log in")

// lazySigner is one key in one attempt. The library asks it to sign only when the
// host wants the key, so that is when a passphrase is asked.
type lazySigner struct {
	login *Attempt
	id    *Key
}

func (o *lazySigner) PublicKey() ssh.PublicKey { return o.id.public }

func (o *lazySigner) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return o.SignWithAlgorithm(rand, data, "")
}

// Algorithms makes it an ssh.MultiAlgorithmSigner: the configuration may leave some out.
func (o *lazySigner) Algorithms() []string { return o.login.Target.Algorithms.Signatures(o.id.public) }

// SignWithAlgorithm makes it an ssh.AlgorithmSigner, which RSA keys need.
func (o *lazySigner) SignWithAlgorithm(_ io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	l := o.login
	resume := l.Pause() // an agent may wait for a touch
	defer resume()
	var err error
	if o.id.Locked() {
		err = o.id.file.open(l.ctx, l.Target, l.Prompter, l.Target.Label()+" accepts this key.")
		switch {
		case fault.As(err) != nil: // it has to reach the user as it is; else continue with the next key, as ssh does
			l.stop = err
		case err == nil && l.HungUp(): // the key stays open for another attempt
			l.answers.hungUp = true
			return nil, errHungUp
		}
	}
	var signature *ssh.Signature
	if err == nil {
		signature, err = o.id.Sign(data, algorithm)
	}
	if err != nil {
		l.offers.failed = append(l.offers.failed, o.id.label+": "+err.Error())
		return nil, err
	}
	l.offers.accepted = o.id
	return signature, nil
}

// answer passes on the host's questions.
func (l *Attempt) answer(name, instruction string, questions []string, echos []bool) ([]string, error) {
	if len(questions) == 0 {
		l.answers.messages++
	} else {
		l.answers.rounds++
	}
	if l.answers.rounds > maxRounds || l.answers.messages > maxMessages || len(questions) > maxQuestions {
		l.stop = &fault.Error{Code: fault.HandshakeFailed, Tried: "logging in to " + l.Target.Label(),
			Answer: "the host sent too many prompts", Advice: "Try " + fault.Shell("ssh "+l.Target.Name) + " in a terminal."}
		return nil, l.stop
	}
	detail := strings.TrimSpace(bounded.Text(name, 200) + "\n" + bounded.Text(instruction, 4000))
	if len(questions) == 0 && detail != "" {
		l.notify(prompts.NoticeInstruction, detail)
	}
	answers := make([]string, len(questions))
	for i, q := range questions {
		prompt := bounded.Text(q, 1000)
		var err error
		answers[i], err = l.ask(prompts.SecretQuestion{Purpose: PurposeOf(prompt), Prompt: prompt, Echo: echos[i], Detail: detail})
		if err != nil {
			return nil, err
		}
	}
	l.answers.sent = l.answers.sent || len(questions) > 0
	return answers, nil
}

// PurposeOf distinguishes a question for the password from others.
func PurposeOf(prompt string) string {
	p := strings.ToLower(prompt)
	others := []string{"one-time", "one time", "otp", "token", "passcode", "verification"}
	if strings.Contains(p, "password") && !slices.ContainsFunc(others, func(other string) bool { return strings.Contains(p, other) }) {
		return prompts.PurposePassword
	}
	return prompts.PurposeCode
}

func (l *Attempt) password() (string, error) {
	answer, err := l.ask(prompts.SecretQuestion{Purpose: prompts.PurposePassword, Prompt: "Password of " + l.Target.User + " on " + l.Target.Host})
	l.answers.sent = l.answers.sent || err == nil
	return answer, err
}

// ask asks the user one question, with the host's clock stopped. If the host
// hangs up meanwhile, the answer is kept for another attempt.
func (l *Attempt) ask(q prompts.SecretQuestion) (string, error) {
	q.Host, q.User = l.Target.Host, l.Target.User
	if answer, ok := l.Pending[q]; ok {
		delete(l.Pending, q)
		l.answers.typed = true
		return answer, nil
	}
	resume := l.Pause()
	defer resume()
	answer, err := l.Prompter.Secret(l.ctx, q)
	if err != nil {
		l.stop = prompts.Unanswered(l.ctx, "logging in to "+l.Target.Label()+" as "+l.Target.User, err)
		return "", l.stop
	}
	l.answers.typed = true
	if l.HungUp() && l.Pending != nil {
		l.answers.hungUp = true
		l.Pending[q] = answer
		return "", errHungUp
	}
	return answer, nil
}
