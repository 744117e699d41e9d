package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
)

const (
	// maxQuestions and maxRounds bound what a host may ask of a person.
	maxQuestions, maxRounds = 8, 10
	// maxBanner is how much of a host's banners is kept, in bytes.
	maxBanner = 16 << 10
	// maxBanners is how many banners of one login are shown.
	maxBanners = 3
)

// login is one attempt to prove who we are to one host. It offers one key after
// the other, then asks the person, each way once, and stops at the first
// refusal of something that a person typed.
type login struct {
	loginConfig
	ctx  context.Context
	keys []*identity

	// stop is our own reason to give up; it goes before what the host says.
	stop error
	// offered are the keys that the host was asked about; accepted is the one that it wanted.
	offered  []*identity
	accepted *identity
	// failed says which keys the host wanted and we could not use, and why.
	failed []string
	// methods are what the host allows, as last heard; passed are those that it
	// took and that were not enough.
	methods, passed []string
	// server is the host's own name for its software.
	server string
	// typed: a person's answer was given; sent: it went to the host. rounds counts the host's questions.
	typed, sent bool
	rounds      int
	// cutOff: the host hung up while the user typed.
	cutOff bool

	mu     sync.Mutex
	banner limitedBuffer // guarded by mu
	// banners counts what the host said in banners; guarded by mu.
	banners int
}

// loginConfig is what an attempt needs.
type loginConfig struct {
	target *Target
	// keyring has the keys to offer.
	keyring *keyring
	// prompter may be nil: nobody is asked.
	prompter Prompter
	// notify is called with what the host says.
	notify func(Notice)
	// pause stops the host's clock while the user types, or an agent waits for a touch.
	pause func() (resume func())
	// hungUp reports whether the host has closed the connection.
	hungUp func() bool
	// pending are answers from an attempt that the host cut off; nil: none are kept.
	pending pendingAnswers
}

// pendingAnswers are answers that were typed and never sent, since the host had hung up.
type pendingAnswers map[SecretQuestion]string

// newLogin returns an attempt.
func newLogin(ctx context.Context, cfg loginConfig) *login {
	return &login{loginConfig: cfg, ctx: ctx, keys: cfg.keyring.ids}
}

// offerKeys returns an attempt that offers keys and asks nobody.
func offerKeys(ctx context.Context, t *Target, keys []*identity, notify func(Notice), pause func() func(), hungUp func() bool) *login {
	return newLogin(ctx, loginConfig{target: t, keyring: &keyring{ids: keys}, notify: notify, pause: pause, hungUp: hungUp})
}

// stopped returns our own reason to give up, which goes before what the host says; nil: none.
func (l *login) stopped() error { return l.stop }

// acceptedKey returns the key that the host wanted; nil: none.
func (l *login) acceptedKey() *identity { return l.accepted }

// keyAlone reports whether a key alone was enough.
func (l *login) keyAlone() bool { return l.accepted != nil && !l.sent }

// mayAskAgain reports whether the host hung up while the user typed, and nothing was sent.
func (l *login) mayAskAgain() bool { return l.cutOff && !l.sent }

// usualOrder is the order of the ways to log in where the configuration has none.
var usualOrder = []string{"publickey", "keyboard-interactive", "password"}

// next chooses the way to try now; the library calls it after "none" was
// refused, and again after each refusal or partial success.
func (l *login) next(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	l.methods, l.passed, l.server = c.AllowedMethods, c.PartialSuccessMethods, string(c.Metadata.ServerVersion())
	switch {
	case l.stop != nil:
		return nil, l.stop
	case l.ctx.Err() != nil:
		return nil, l.ctx.Err()
	case l.hungUp():
		return nil, errHungUp
	}
	refused := func(method string) bool { return slices.Contains(c.TriedMethods, method) }
	if l.typed && (refused("keyboard-interactive") || refused("password")) {
		return nil, errNothingLeft
	}
	order := l.target.Preferred
	if len(order) == 0 {
		order = usualOrder
	}
	for _, method := range order {
		if !slices.Contains(c.AllowedMethods, method) {
			continue
		}
		if way := l.by(method, refused(method)); way != nil {
			return way, nil
		}
	}
	return nil, errNothingLeft
}

// by gives the next try by one method; nil when there is none.
func (l *login) by(method string, refused bool) ssh.AuthMethod {
	switch {
	case method == "publickey" && l.target.PublicKey && len(l.offered) < len(l.keys):
		id := l.keys[len(l.offered)]
		l.offered = append(l.offered, id)
		return ssh.PublicKeys(&offer{login: l, id: id})
	case l.prompter == nil || refused:
	case method == "keyboard-interactive" && l.target.Keyboard:
		return ssh.KeyboardInteractive(l.answer)
	case method == "password" && l.target.Password:
		return ssh.PasswordCallback(l.password)
	}
	return nil
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

// Algorithms makes it an ssh.MultiAlgorithmSigner: the configuration may leave some out.
func (o *offer) Algorithms() []string { return o.login.target.Algorithms.signatures(o.id.public) }

// SignWithAlgorithm makes it an ssh.AlgorithmSigner, which RSA keys need.
func (o *offer) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	l := o.login
	resume := l.pause() // an agent may wait for a touch
	defer resume()
	signer := o.id.ready()
	if signer == nil {
		var err error
		detail := l.target.label() + " accepts this key."
		if signer, err = o.id.file.open(l.ctx, l.target, l.prompter, detail); err != nil {
			l.stopIfFault(err)
			l.failed = append(l.failed, o.id.label+": "+err.Error())
			return nil, err
		}
		if l.hungUp() { // the key stays open for another attempt
			l.cutOff = true
			return nil, errHungUp
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
	detail := strings.TrimSpace(clean(name, 200) + "\n" + clean(instruction, 4000))
	if len(questions) == 0 && detail != "" {
		l.notify(Notice{Kind: NoticeInstruction, Host: l.target.Name, Text: detail})
	}
	answers := make([]string, len(questions))
	for i, q := range questions {
		prompt := clean(q, 1000)
		var err error
		answers[i], err = l.ask(SecretQuestion{Purpose: purposeOf(prompt), Prompt: prompt, Echo: echos[i], Detail: detail})
		if err != nil {
			return nil, err
		}
	}
	l.sent = l.sent || len(questions) > 0
	return answers, nil
}

// purposeOf tells a question for the password from one for anything else.
func purposeOf(prompt string) string {
	p := strings.ToLower(prompt)
	for _, other := range []string{"one-time", "one time", "otp", "token", "passcode", "verification"} {
		if strings.Contains(p, other) {
			return PurposeCode
		}
	}
	if strings.Contains(p, "password") {
		return PurposePassword
	}
	return PurposeCode
}

func (l *login) password() (string, error) {
	answer, err := l.ask(SecretQuestion{Purpose: PurposePassword, Prompt: "Password of " + l.target.User + " on " + l.target.Host})
	l.sent = l.sent || err == nil
	return answer, err
}

// ask puts one question to the person, with the host's clock stopped. If the host
// hangs up meanwhile, the answer is kept for another attempt.
func (l *login) ask(q SecretQuestion) (string, error) {
	q.Host, q.User = l.target.Host, l.target.User
	if answer, ok := l.pending[q]; ok {
		delete(l.pending, q)
		l.typed = true
		return answer, nil
	}
	resume := l.pause()
	defer resume()
	answer, err := l.prompter.Secret(l.ctx, q)
	if err != nil {
		l.stop = promptFault(l.ctx, "logging in to "+l.target.label()+" as "+l.target.User, err)
		return "", l.stop
	}
	l.typed = true
	if l.hungUp() && l.pending != nil {
		l.cutOff = true
		l.pending[q] = answer
		return "", errHungUp
	}
	return answer, nil
}

// hear keeps the host's banner, and shows it before anything is asked. Of many
// banners only the first are shown.
func (l *login) hear(message string) error {
	text := clean(message, maxBanner)
	l.mu.Lock()
	l.banner.limit = maxBanner
	_, _ = l.banner.Write([]byte(message))
	if text != "" {
		l.banners++
	}
	shown := text != "" && l.banners <= maxBanners
	l.mu.Unlock()
	if shown {
		l.notify(Notice{Kind: NoticeBanner, Host: l.target.Name, Text: text})
	}
	return nil
}

// countBanners says how many banners were not shown. It is for the end of a login.
func (l *login) countBanners() {
	l.mu.Lock()
	more := l.banners - maxBanners
	l.mu.Unlock()
	if more > 0 {
		l.notify(Notice{Kind: NoticeBanner, Host: l.target.Name, Text: fmt.Sprintf("%d more messages, which are not shown", more)})
	}
}

// heard is what the host said in banners, safe to show.
func (l *login) heard() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return clean(l.banner.String(), maxBanner)
}
