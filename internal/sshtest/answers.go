package sshtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// Answers is a Prompter that answers from a list and records the questions.
type Answers struct {
	mu       sync.Mutex
	Secrets  []string // given in turn; none left: dismissed
	Yes      bool
	Asked    []prompts.SecretQuestion
	Confirms []prompts.ConfirmQuestion
}

func (a *Answers) Secret(_ context.Context, q prompts.SecretQuestion) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Asked = append(a.Asked, q)
	if len(a.Secrets) == 0 {
		return "", fmt.Errorf("dismissed")
	}
	first := a.Secrets[0]
	a.Secrets = a.Secrets[1:]
	return first, nil
}

func (a *Answers) Confirm(_ context.Context, q prompts.ConfirmQuestion) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Confirms = append(a.Confirms, q)
	return a.Yes, nil
}

// Notices records notices to the user.
type Notices struct {
	mu  sync.Mutex
	All []prompts.Notice
}

func (n *Notices) Add(notice prompts.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.All = append(n.All, notice)
}

// Count returns how many notices of a kind contain the words.
func (n *Notices) Count(kind string, words ...string) (count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, notice := range n.All {
		if notice.Kind == kind && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(notice.Text, w) }) {
			count++
		}
	}
	return count
}
