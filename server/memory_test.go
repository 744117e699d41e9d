package server

import (
	"context"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
)

// typist answers every question the same and counts them.
type typist struct{ questions int }

func (p *typist) Secret(context.Context, tunnel.SecretQuestion) (string, error) {
	p.questions++
	return "typed", nil
}

func (p *typist) Confirm(context.Context, tunnel.ConfirmQuestion) (bool, error) {
	p.questions++
	return true, nil
}

func TestPassphrasesAreAskedOnceAndNothingElseIsKept(t *testing.T) {
	person := &typist{}
	m := newMemory(person)
	key := tunnel.SecretQuestion{Purpose: tunnel.PurposePassphrase, Prompt: "Passphrase of the key k"}
	code := tunnel.SecretQuestion{Purpose: tunnel.PurposeCode, Prompt: "Code:"}
	password := tunnel.SecretQuestion{Purpose: tunnel.PurposePassword, Prompt: "Password:"}

	if _, err := (recall{m}).Secret(t.Context(), key); !fault.Is(err, fault.PromptUnanswered) {
		t.Errorf("before it was typed: %v", err)
	}
	for _, q := range []tunnel.SecretQuestion{key, code, password} {
		if answer, err := m.Secret(t.Context(), q); answer != "typed" || err != nil {
			t.Errorf("%s: %q, %v", q.Prompt, answer, err)
		}
	}
	if answer, err := (recall{m}).Secret(t.Context(), key); answer != "typed" || err != nil {
		t.Errorf("passphrase recalled: %q, %v", answer, err)
	}
	for _, q := range []tunnel.SecretQuestion{code, password} {
		if answer, err := (recall{m}).Secret(t.Context(), q); err == nil {
			t.Errorf("%s recalled: %q", q.Prompt, answer)
		}
	}
	if ok, err := (recall{m}).Confirm(t.Context(), tunnel.ConfirmQuestion{}); ok || err == nil {
		t.Error("a host key was accepted without a person")
	}
	if person.questions != 3 {
		t.Errorf("%d questions were asked, want 3", person.questions)
	}
}
