package connpool

import (
	"context"
	"strings"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// clientPrompter prompts through the client. It implements prompts.Prompter.
type clientPrompter struct {
	client  protocol.Client
	notices *Notices
}

func (p *clientPrompter) Secret(ctx context.Context, q prompts.SecretQuestion) (string, error) {
	p.notices.prompted(q)
	result, err := p.client.PromptSecret(ctx, &protocol.PromptSecretParams{
		Host: q.Host, User: q.User, Purpose: protocol.PromptPurpose(q.Purpose), Prompt: q.Prompt, Detail: q.Detail, Echo: q.Echo, Wrong: q.Wrong,
	})
	if err != nil || result.Cancelled {
		return "", dismissed(q.Prompt, err)
	}
	return result.Value, nil
}

func (p *clientPrompter) Confirm(ctx context.Context, q prompts.ConfirmQuestion) (bool, error) {
	result, err := p.client.PromptConfirm(ctx, &protocol.PromptConfirmParams{
		Host: q.Host, Purpose: protocol.PromptPurpose(q.Purpose), Message: q.Message, Detail: q.Detail, Accept: q.Accept,
	})
	if err != nil {
		return false, dismissed(q.Message, err)
	}
	return result.Accepted, nil
}

func dismissed(question string, err error) error {
	return &fault.Error{
		Code: fault.PromptUnanswered, Tried: "asking: " + question, Answer: "the prompt was not answered", Err: err,
		Advice: "Start again and answer it. To avoid it, run " + fault.Shell("ssh-add") + " for a key's passphrase, or " + fault.Shell("ssh HOST") + " once in a terminal for a host's key.",
	}
}

// passphraseCache prompts the user and keeps the passphrases of keys, in this
// process alone, so that a lost connection is made again without a prompt.
// Passwords and one-time codes are not kept. It implements prompts.Prompter.
type passphraseCache struct {
	prompter prompts.Prompter

	mu    sync.Mutex // guards known
	known map[string]string
}

func newPassphraseCache(prompter prompts.Prompter) *passphraseCache {
	return &passphraseCache{prompter: prompter, known: map[string]string{}}
}

// Secret prompts the user. A wrong passphrase is prompted for again and so replaced.
func (c *passphraseCache) Secret(ctx context.Context, q prompts.SecretQuestion) (string, error) {
	answer, err := c.prompter.Secret(ctx, q)
	if err == nil && q.Purpose == prompts.PurposePassphrase {
		c.mu.Lock()
		c.known[q.Prompt] = answer
		c.mu.Unlock()
	}
	return answer, err
}

// Confirm prompts the user.
func (c *passphraseCache) Confirm(ctx context.Context, q prompts.ConfirmQuestion) (bool, error) {
	return c.prompter.Confirm(ctx, q)
}

// lookUp returns the passphrase that was typed at a prompt.
func (c *passphraseCache) lookUp(prompt string) (answer string, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, known = c.known[prompt]
	return answer, known
}

// knownPassphrases answers prompts for passphrases that it knows, and no others. It implements
// prompts.Prompter.
type knownPassphrases func(prompt string) (answer string, known bool)

func (k knownPassphrases) Secret(_ context.Context, q prompts.SecretQuestion) (string, error) {
	if answer, known := k(q.Prompt); known && q.Purpose == prompts.PurposePassphrase {
		return answer, nil
	}
	return "", errNoUser(q.Prompt)
}

func (knownPassphrases) Confirm(_ context.Context, q prompts.ConfirmQuestion) (bool, error) {
	return false, errNoUser(q.Message)
}

func errNoUser(question string) error {
	return &fault.Error{
		Code: fault.PromptUnanswered, Tried: "reconnecting", Answer: "you have to answer a prompt: " + question,
		Advice: "Reconnect and answer it. " + fault.Shell("ssh-add") + " avoids the prompt.",
	}
}

// passwordHistory knows whose last password was refused. A host does not say which of
// its questions was answered wrongly, and a refused login is not retried, so the next
// login is the first that can tell the user.
type passwordHistory struct {
	mu      sync.Mutex // guards refused, and asked of every passwordPrompter
	refused map[passwordQuestion]bool
}

// passwordQuestion is a prompt for a password, as the host words it.
type passwordQuestion struct{ host, user, prompt string }

// forLogin returns a prompter for one login. Its done is called with the outcome.
func (h *passwordHistory) forLogin(prompter prompts.Prompter) *passwordPrompter {
	return &passwordPrompter{Prompter: prompter, history: h}
}

// passwordPrompter marks the prompts for passwords that were refused.
type passwordPrompter struct {
	prompts.Prompter
	history *passwordHistory
	asked   []passwordQuestion
}

// Secret prompts the user.
func (p *passwordPrompter) Secret(ctx context.Context, q prompts.SecretQuestion) (string, error) {
	if q.Purpose == prompts.PurposePassword && p.ask(passwordQuestion{q.Host, q.User, q.Prompt}) {
		q.Wrong = true
		q.Detail = strings.TrimSpace("The host refused the last login.\n" + q.Detail)
	}
	return p.Prompter.Secret(ctx, q)
}

// ask records a prompt, and reports whether its last answer was refused.
func (p *passwordPrompter) ask(q passwordQuestion) (refused bool) {
	p.history.mu.Lock()
	defer p.history.mu.Unlock()
	p.asked = append(p.asked, q)
	return p.history.refused[q]
}

// done ends the login. One that failed for another reason says nothing of its password.
func (p *passwordPrompter) done(err error) {
	p.history.mu.Lock()
	defer p.history.mu.Unlock()
	for _, q := range p.asked {
		switch {
		case err == nil:
			delete(p.history.refused, q)
		case fault.Is(err, fault.AuthRefused):
			p.history.refused[q] = true
		}
	}
}
