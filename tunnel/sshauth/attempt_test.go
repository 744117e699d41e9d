package sshauth

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// TestExpiredPasswordAsked: other servers ask for a new one in the middle of the login.
func TestExpiredPasswordAsked(t *testing.T) {
	t.Parallel()
	l := NewAttempt(t.Context(), Config{Target: &sshconfig.Target{Name: "h", Host: "h", Port: 22, User: "alice"}, Keyring: &Keyring{}})
	l.answers.typed = true
	sshtest.WantFault(t, l.RefusedError(errors.New("ssh: handshake failed: ssh: unexpected message type 60 (expected 52)")), fault.AuthRefused, "has expired")
}

// TestClosedBeforeTheLogin: a host that has not named its methods yet is not a host without methods.
func TestClosedBeforeTheLogin(t *testing.T) {
	l := NewAttempt(t.Context(), Config{Target: &sshconfig.Target{Name: "h", Host: "h", Port: 22, User: "alice"}, Keyring: &Keyring{}})
	sshtest.WantFault(t, l.RefusedError(io.EOF), fault.AuthRefused, "the host closed the connection before the login was finished", "Wait a minute")
}

// TestManyMessages: a host that prints many lines before its question, as Debian's OpenSSH 10.6 passes on what PAM prints.
func TestManyMessages(t *testing.T) {
	t.Parallel()
	var notices sshtest.Notices
	prompter := &sshtest.Answers{Secrets: []string{"typed"}}
	l := NewAttempt(t.Context(), Config{
		Target: &sshconfig.Target{Name: "h", Host: "h", Port: 22, User: "alice"}, Keyring: &Keyring{}, Prompter: prompter, Notify: notices.Add,
		Pause: func() func() { return func() {} }, HungUp: func() bool { return false },
	})
	for range 30 {
		_, err := l.answer("", "a line", nil, nil)
		sshtest.Must(t, err)
	}
	if answers, err := l.answer("", "", []string{"Password: "}, []bool{false}); err != nil || len(answers) != 1 || answers[0] != "typed" {
		t.Errorf("got %q, %v", answers, err)
	}
	if n := notices.Count(prompts.NoticeInstruction, "a line"); n != 30 {
		t.Errorf("%d lines are shown", n)
	}
	for range maxMessages {
		if _, err := l.answer("", "a line", nil, nil); err != nil {
			sshtest.WantFault(t, err, fault.HandshakeFailed, "too many prompts")
			return
		}
	}
	t.Error("a host may print for ever")
}

func TestSHA1OnlyHosts(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{"SSH-2.0-OpenSSH_6.6.1": true, "SSH-2.0-OpenSSH_7.1p2 Debian": true, "SSH-2.0-OpenSSH_5.3": true,
		"SSH-2.0-OpenSSH_7.2": false, "SSH-2.0-OpenSSH_7.4": false, "SSH-2.0-OpenSSH_10.0": false, "SSH-2.0-dropbear": false, "": false} {
		if got := sha1Alone(version); got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}

func TestPurposeOf(t *testing.T) {
	t.Parallel()
	for prompt, want := range map[string]string{
		"Password: ": prompts.PurposePassword, "(alice@host) Password:": prompts.PurposePassword, "alice's password": prompts.PurposePassword,
		"Verification code: ": prompts.PurposeCode, "One-time password (OATH) for `alice': ": prompts.PurposeCode, "Passcode or option (1-3): ": prompts.PurposeCode,
		"Type the letters of the picture: ": prompts.PurposeCode,
	} {
		if got := PurposeOf(prompt); got != want {
			t.Errorf("%q is a %s", prompt, got)
		}
	}
}

func TestNewKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	usual := sshconfig.Target{Methods: sshconfig.Methods{PublicKey: true},
		Keys: sshconfig.Keys{IdentityFiles: []string{in("id_rsa"), in("id_ed25519"), in("id_dsa")}}}
	if got := NewKeyFile(usual); got != in("id_ed25519") {
		t.Errorf("%q", got)
	}
	sshtest.Must(t, os.WriteFile(in("id_ed25519.pub"), nil, 0o600))
	if got := NewKeyFile(usual); got != in("id_rsa") {
		t.Errorf("beside one of another name: %q", got)
	}
	if got := NewKeyFile(sshconfig.Target{Methods: sshconfig.Methods{PublicKey: true},
		Keys: sshconfig.Keys{IdentityFiles: []string{in("id_ed25519"), in("agent.pub")}}}); got != "" {
		t.Errorf("with no name free: %q", got)
	}
	if HasKey(sshtest.Context(t), usual) {
		t.Error("there is no key yet")
	}
	if _, err := MakeKey(in("id_rsa"), "", "locked"); err != nil || !HasKey(sshtest.Context(t), usual) {
		t.Errorf("a new key, locked, is not seen; %v", err)
	}
	unusable := usual
	unusable.Keys.IdentityFiles = []string{in("open")}
	unusable.Keys.Agent = in("no-agent")
	if !HasKey(sshtest.Context(t), unusable) {
		t.Error("an agent that does not answer is taken for one without keys")
	}
	unusable.Keys.Agent = ""
	if _, err := MakeKey(in("open"), "", ""); err != nil || os.Chmod(in("open"), 0o644) != nil || !HasKey(sshtest.Context(t), unusable) {
		t.Errorf("a key that others can read is taken for none; %v", err)
	}
}
