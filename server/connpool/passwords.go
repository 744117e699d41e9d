package connpool

import (
	"context"
	"strings"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

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
