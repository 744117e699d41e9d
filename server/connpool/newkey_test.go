package connpool

import (
	"context"
	"net"
	"path/filepath"
	"testing"

	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// decliner answers no and counts its prompts.
type decliner struct{ prompts int }

func (p *decliner) Confirm(context.Context, prompts.ConfirmQuestion) (bool, error) {
	p.prompts++
	return false, nil
}

func (p *decliner) Secret(context.Context, prompts.SecretQuestion) (string, error) {
	p.prompts++
	return "", nil
}

// TestKeyIsOfferedOnlyIfTheHostAnswers: a mistyped host is no reason to make a key.
func TestKeyIsOfferedOnlyIfTheHostAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	prompter := &decliner{}
	target := sshconfig.Target{Host: "127.0.0.1", Port: port, User: "alice",
		Methods: sshconfig.Methods{PublicKey: true, Password: true},
		Keys:    sshconfig.Keys{IdentityFiles: []string{filepath.Join(t.TempDir(), "id_ed25519")}}}
	offer := func() {
		t.Helper()
		if made, err := newKeySetup(prompter, nil).offerBeforeLogin(t.Context(), store.Place{Title: "Sunbird"}, target); made != nil || err != nil {
			t.Errorf("made %v, %v", made, err)
		}
	}
	offer()
	if prompter.prompts != 1 {
		t.Errorf("asked %d times where the host answers", prompter.prompts)
	}
	_ = listener.Close()
	offer()
	if prompter.prompts != 1 {
		t.Error("asked where nothing answers")
	}
}
