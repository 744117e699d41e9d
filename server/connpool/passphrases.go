package connpool

import (
	"context"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

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
