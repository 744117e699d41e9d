package connpool

import (
	"context"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// typist answers every prompt the same and counts them.
type typist struct{ prompts int }

func (p *typist) Secret(context.Context, prompts.SecretQuestion) (string, error) {
	p.prompts++
	return "typed", nil
}

func (p *typist) Confirm(context.Context, prompts.ConfirmQuestion) (bool, error) {
	p.prompts++
	return true, nil
}

func TestOnlyPassphrasesAreCached(t *testing.T) {
	prompter := &typist{}
	cache := newPassphraseCache(prompter)
	key := prompts.SecretQuestion{Purpose: prompts.PurposePassphrase, Prompt: "Passphrase of the key k"}
	code := prompts.SecretQuestion{Purpose: prompts.PurposeCode, Prompt: "Code:"}
	password := prompts.SecretQuestion{Purpose: prompts.PurposePassword, Prompt: "Password:"}

	if _, err := knownPassphrases(cache.lookUp).Secret(t.Context(), key); !fault.Is(err, fault.PromptUnanswered) {
		t.Errorf("before it was typed: %v", err)
	}
	for _, q := range []prompts.SecretQuestion{key, code, password} {
		if answer, err := cache.Secret(t.Context(), q); answer != "typed" || err != nil {
			t.Errorf("%s: %q, %v", q.Prompt, answer, err)
		}
	}
	if answer, err := knownPassphrases(cache.lookUp).Secret(t.Context(), key); answer != "typed" || err != nil {
		t.Errorf("passphrase from the cache: %q, %v", answer, err)
	}
	for _, q := range []prompts.SecretQuestion{code, password} {
		if answer, err := knownPassphrases(cache.lookUp).Secret(t.Context(), q); err == nil {
			t.Errorf("%s from the cache: %q", q.Prompt, answer)
		}
	}
	if ok, err := knownPassphrases(cache.lookUp).Confirm(t.Context(), prompts.ConfirmQuestion{}); ok || err == nil {
		t.Error("a host key was accepted without the user")
	}
	if prompter.prompts != 3 {
		t.Errorf("%d prompts, want 3", prompter.prompts)
	}
}
