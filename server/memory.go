package server

import (
	"context"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
)

// memory keeps the passphrases of keys that the person typed, in this process
// alone, so that a link that was lost is made again without asking. Passwords
// and one-time codes are not kept.
type memory struct {
	asked tunnel.Prompter

	mu    sync.Mutex // guards known
	known map[string]string
}

func newMemory(asked tunnel.Prompter) *memory {
	return &memory{asked: asked, known: map[string]string{}}
}

// Secret asks the person, and keeps a passphrase. A wrong one is asked for
// again and so replaced.
func (m *memory) Secret(ctx context.Context, q tunnel.SecretQuestion) (string, error) {
	answer, err := m.asked.Secret(ctx, q)
	if err == nil && q.Purpose == tunnel.PurposePassphrase {
		m.mu.Lock()
		m.known[q.Prompt] = answer
		m.mu.Unlock()
	}
	return answer, err
}

// Confirm asks the person.
func (m *memory) Confirm(ctx context.Context, q tunnel.ConfirmQuestion) (bool, error) {
	return m.asked.Confirm(ctx, q)
}

// recall answers from the memory alone: nobody is asked.
type recall struct{ *memory }

func (r recall) Secret(_ context.Context, q tunnel.SecretQuestion) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if answer, ok := r.known[q.Prompt]; ok && q.Purpose == tunnel.PurposePassphrase {
		return answer, nil
	}
	return "", nobody(q.Prompt)
}

func (r recall) Confirm(_ context.Context, q tunnel.ConfirmQuestion) (bool, error) {
	return false, nobody(q.Message)
}

func nobody(question string) error {
	return &fault.Error{
		Code: fault.PromptUnanswered, Tried: "connecting again", Answer: "a person would have to answer: " + question,
		Advice: "Connect again when you are there; with `ssh-add` it is done without questions.",
	}
}
