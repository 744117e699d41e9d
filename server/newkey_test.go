package server

import (
	"context"
	"net"
	"path/filepath"
	"testing"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/tunnel"
)

// countingPerson says no, and counts how often they were asked.
type countingPerson struct{ asked int }

func (p *countingPerson) Confirm(context.Context, tunnel.ConfirmQuestion) (bool, error) {
	p.asked++
	return false, nil
}

func (p *countingPerson) Secret(context.Context, tunnel.SecretQuestion) (string, error) {
	p.asked++
	return "", nil
}

// TestNewKeyOnlyWhereSomethingAnswers: a mistyped host is no reason to make a key.
func TestNewKeyOnlyWhereSomethingAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	person := &countingPerson{}
	target := tunnel.Target{
		Host: "127.0.0.1", Port: port, User: "alice", PublicKey: true, Password: true,
		IdentityFiles: []string{filepath.Join(t.TempDir(), "id_ed25519")},
	}
	before := func() {
		t.Helper()
		if made, err := newNewKeys(person, nil).before(t.Context(), profile.Profile{Title: "Sunbird"}, target); made != nil || err != nil {
			t.Errorf("made %v, %v", made, err)
		}
	}
	before()
	if person.asked != 1 {
		t.Errorf("asked %d times where the host answers", person.asked)
	}
	_ = listener.Close()
	before()
	if person.asked != 1 {
		t.Error("asked where nothing answers")
	}
}
