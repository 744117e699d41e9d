package tunnel

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// wantLogins fails unless sshd saw n connections and that many refused attempts.
func (s *sshd) wantLogins(t *testing.T, connections, failed int) {
	t.Helper()
	waitFor(t, "sshd has logged it", func() bool {
		return s.count(t, "Connection from ") >= connections && s.count(t, "Failed ") >= failed
	})
	if n := s.count(t, "Connection from "); n != connections {
		t.Errorf("%d connections, want %d", n, connections)
	}
	if n := s.count(t, "Failed "); n != failed {
		t.Errorf("%d refused attempts, want %d", n, failed)
	}
}

func TestRefusedKeyIsOneAttempt(t *testing.T) {
	s, p := startSSHD(t, "PasswordAuthentication no", "KbdInteractiveAuthentication no"), newPerson(t)
	_, err := Dial(within(t), targetOf(p, s, p.key(nil, "other", "")), Options{Prompter: &answers{}})
	wantFault(t, err, fault.AuthRefused, "as alice", p.file("other"), "SHA256:", "authorized_keys")
	s.wantLogins(t, 1, 1)
}

func TestWrongUser(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.User = "mallory"
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.AuthRefused, "as mallory", "your user name there is mallory")
	s.wantLogins(t, 1, 0) // sshd logs an unknown user in other words
	if n := s.count(t, "Invalid user mallory"); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestNoKey(t *testing.T) {
	s, p := startSSHD(t, "PasswordAuthentication no", "KbdInteractiveAuthentication no"), newPerson(t)
	_, err := Dial(within(t), targetOf(p, s, p.file("missing")), Options{})
	wantFault(t, err, fault.NoKey, "ssh-keygen", "ssh-copy-id")
}

func TestKeyThatOthersCanRead(t *testing.T) {
	s, p := startSSHD(t, "PasswordAuthentication no"), newPerson(t)
	key := p.key(s, "id", "")
	must(t, os.Chmod(key, 0o644))
	_, err := Dial(within(t), targetOf(p, s, key), Options{})
	wantFault(t, err, fault.NoKey, "chmod 600")
}

func TestLockedKey(t *testing.T) {
	for _, test := range []struct {
		name    string
		secrets []string
		code    fault.Code // empty: logged in
		asked   int
	}{
		{"right", []string{"swansea"}, "", 1},
		{"right at last", []string{"", "cardiff", "swansea"}, "", 3},
		{"wrong", []string{"a", "b", "c", "swansea"}, fault.AuthRefused, 3},
		{"dismissed", nil, fault.PromptUnanswered, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, p := startSSHD(t, "PasswordAuthentication no"), newPerson(t)
			prompter := &answers{secrets: test.secrets}
			c, err := Dial(within(t), targetOf(p, s, p.key(s, "id", "swansea")), Options{Prompter: prompter})
			if test.code == "" {
				must(t, err)
				must(t, c.Close())
			} else {
				wantFault(t, err, test.code)
			}
			if len(prompter.asked) != test.asked || prompter.asked[0].Purpose != PurposePassphrase {
				t.Errorf("asked %+v", prompter.asked)
			}
			s.wantLogins(t, 1, 0)
		})
	}
}

func TestLockedKeyThatTheHostDoesNotWant(t *testing.T) {
	s, p := startSSHD(t, "PasswordAuthentication no"), newPerson(t)
	prompter := &answers{}
	dial(t, targetOf(p, s, p.key(nil, "locked", "x"), p.key(s, "plain", "")), Options{Prompter: prompter})
	if len(prompter.asked) != 0 {
		t.Errorf("asked %+v", prompter.asked)
	}
}

func TestWrongPassphraseGoesOnWithTheNextKey(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	dial(t, targetOf(p, s, p.key(s, "locked", "x"), p.key(s, "plain", "")), Options{Prompter: &answers{secrets: []string{"1", "2", "3"}}})
}

func TestAgent(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	key := p.key(s, "id", "")
	target := targetOf(p, s)
	target.Agent = p.agent(key)
	must(t, os.Remove(key))
	dial(t, target, Options{})
}

func TestIdentitiesOnly(t *testing.T) {
	s, p := startSSHD(t, "MaxAuthTries 2", "PasswordAuthentication no"), newPerson(t)
	var keys []string
	for _, name := range []string{"a", "b", "c"} {
		keys = append(keys, p.key(nil, name, ""))
	}
	wanted := p.key(s, "wanted", "")
	target := targetOf(p, s, wanted+".pub") // a public half, as for keys that live in the agent alone
	target.Agent = p.agent(append(keys, wanted)...)
	target.IdentitiesOnly = true
	dial(t, target, Options{})
	if n := s.count(t, "Failed publickey"); n != 0 {
		t.Errorf("%d other keys were offered", n)
	}
	target.IdentityFiles, target.IdentitiesOnly = nil, false
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.AuthRefused, "too many keys", "IdentitiesOnly")
}

func TestDeadAgentIsNoted(t *testing.T) {
	s, p := startSSHD(t, "PasswordAuthentication no"), newPerson(t)
	target := targetOf(p, s)
	target.Agent = p.file("nothing")
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.NoKey, "agent at "+p.file("nothing"))
}

func TestCertificate(t *testing.T) {
	p := newPerson(t)
	ca := p.key(nil, "ca", "")
	s := startSSHD(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no")
	key := p.key(nil, "id", "")
	sign(t, ca, key+".pub", "-n", testUser)
	dial(t, targetOf(p, s, key), Options{})
}

func TestPassword(t *testing.T) {
	for _, test := range []struct {
		name, answer, method string
		code                 fault.Code
		failed               int
	}{
		{"right password", testPassword, "KbdInteractiveAuthentication no", "", 0},
		{"wrong password", "guess", "KbdInteractiveAuthentication no", fault.AuthRefused, 1},
		{"right answer", testPassword, "UsePAM yes", "", 0},
		{"wrong answer", "guess", "UsePAM yes", fault.AuthRefused, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, p := startSSHD(t, test.method), newPerson(t)
			prompter := &answers{secrets: []string{test.answer, testPassword}}
			c, err := Dial(within(t), targetOf(p, s), Options{Prompter: prompter})
			if test.code == "" {
				must(t, err)
				must(t, c.Close())
			} else {
				wantFault(t, err, test.code, "what was typed")
			}
			if len(prompter.asked) != 1 || prompter.asked[0].Purpose != PurposePassword || prompter.asked[0].Echo {
				t.Errorf("asked %+v", prompter.asked)
			}
			s.wantLogins(t, 1, test.failed)
		})
	}
}

func TestKeyThenAnswer(t *testing.T) {
	s, p := startSSHD(t, "UsePAM yes", "AuthenticationMethods publickey,keyboard-interactive"), newPerson(t)
	prompter := &answers{secrets: []string{testPassword}}
	dial(t, targetOf(p, s, p.key(s, "id", "")), Options{Prompter: prompter})
	if len(prompter.asked) != 1 {
		t.Errorf("asked %+v", prompter.asked)
	}
	s.wantLogins(t, 1, 0)
}

// slowPrompter answers when the host has hung up.
type slowPrompter struct {
	answers
	hungUp func()
}

func (p *slowPrompter) Secret(ctx context.Context, q SecretQuestion) (string, error) {
	p.hungUp()
	return p.answers.Secret(ctx, q)
}

// hangsUp waits until sshd has closed its connections.
func (s *sshd) hangsUp(t *testing.T) func() {
	return func() {
		waitFor(t, "sshd has closed the connection", func() bool {
			table, err := os.ReadFile("/proc/net/tcp")
			must(t, err)
			const established = "01"
			return !strings.Contains(string(table), fmt.Sprintf(" 0100007F:%04X %s ", s.port, established))
		})
		time.Sleep(50 * time.Millisecond) // the reader hears of it a moment later, and cannot be asked from here
	}
}

func TestHostThatWaitsNoLonger(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, config, locked string }{
		{"for a password", "KbdInteractiveAuthentication no", ""},
		{"for an answer", "UsePAM yes", ""},
		{"for a passphrase", "PasswordAuthentication no", testPassword},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, p := startSSHD(t, "LoginGraceTime 1", test.config), newPerson(t)
			target := targetOf(p, s)
			if test.locked != "" {
				target.IdentityFiles = []string{p.key(s, "id", test.locked)}
			}
			prompter := &slowPrompter{answers{secrets: []string{testPassword}}, s.hangsUp(t)}
			var told notices
			dial(t, target, Options{Prompter: prompter, Notice: told.add})
			if len(prompter.asked) != 1 || told.count(NoticeRetry) != 1 {
				t.Errorf("asked %+v, told %+v", prompter.asked, told.all)
			}
			s.wantLogins(t, 2, 0)
		})
	}
}

// A code that went to the host may be used up, so it is not sent a second time.
func TestHostThatWaitsNoLongerForTheSecondAnswer(t *testing.T) {
	t.Parallel()
	s, p := startSSHD(t, "LoginGraceTime 1", "UsePAM yes"), newPerson(t)
	s.askCodes(t, "")
	waits := s.hangsUp(t)
	rounds := 0
	prompter := &slowPrompter{answers{secrets: []string{testPassword, testPassword, testPassword}}, func() {
		if rounds++; rounds == 2 {
			waits()
		}
	}}
	_, err := Dial(within(t), targetOf(p, s), Options{Prompter: prompter})
	wantFault(t, err, fault.AuthRefused, "closed the connection")
	if len(prompter.asked) != 2 {
		t.Errorf("asked %+v", prompter.asked)
	}
	s.wantLogins(t, 1, 0)
}

func TestNobodyIsAskedWithoutPrompter(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	_, err := Dial(within(t), targetOf(p, s), Options{})
	wantFault(t, err, fault.NoKey)
	s.wantLogins(t, 1, 0)
}

func TestCancelledWhileAsking(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Dial(ctx, targetOf(p, s), Options{Prompter: waitingPrompter{cancel}})
	wantFault(t, err, fault.Cancelled)
	s.wantLogins(t, 1, 0)
}

// waitingPrompter never answers: it cancels and waits for its context.
type waitingPrompter struct{ cancel func() }

func (w waitingPrompter) Secret(ctx context.Context, _ SecretQuestion) (string, error) {
	w.cancel()
	<-ctx.Done()
	return "", ctx.Err()
}

func (w waitingPrompter) Confirm(ctx context.Context, _ ConfirmQuestion) (bool, error) {
	_, err := w.Secret(ctx, SecretQuestion{})
	return false, err
}
