package tunnel

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// wantLogins fails unless sshd saw n connections and that many refused attempts.
func wantLogins(s *sshtest.Server, t *testing.T, connections, failed int) {
	t.Helper()
	sshtest.WaitFor(t, "sshd has logged it", func() bool {
		return s.Count(t, "Connection from ") >= connections && s.Count(t, "Failed ") >= failed
	})
	if n := s.Count(t, "Connection from "); n != connections {
		t.Errorf("%d connections, want %d", n, connections)
	}
	if n := s.Count(t, "Failed "); n != failed {
		t.Errorf("%d refused attempts, want %d", n, failed)
	}
}

func TestRefusedKeyIsOneAttempt(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "PasswordAuthentication no", "KbdInteractiveAuthentication no"), sshtest.NewUser(t)
	_, err := Dial(sshtest.Context(t), targetOf(p, s, p.Key(nil, "other", "")), Options{Prompter: &sshtest.Answers{}})
	sshtest.WantFault(t, err, fault.AuthRefused, "as alice", p.File("other"), "SHA256:", "authorized_keys")
	wantLogins(s, t, 1, 1)
}

func TestWrongUser(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.User = "mallory"
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.AuthRefused, "as mallory", "your user name there is mallory")
	wantLogins(s, t, 1, 0) // sshd logs an unknown user in other words
	if n := s.Count(t, "Invalid user mallory"); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestNoKey(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "PasswordAuthentication no", "KbdInteractiveAuthentication no"), sshtest.NewUser(t)
	_, err := Dial(sshtest.Context(t), targetOf(p, s, p.File("missing")), Options{})
	sshtest.WantFault(t, err, fault.NoKey, "ssh-keygen", "ssh-copy-id")
}

func TestKeyFilePermissions(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "PasswordAuthentication no"), sshtest.NewUser(t)
	key := p.Key(s, "id", "")
	sshtest.Must(t, os.Chmod(key, 0o644))
	_, err := Dial(sshtest.Context(t), targetOf(p, s, key), Options{})
	sshtest.WantFault(t, err, fault.NoKey, "chmod 600")
}

// TestUnusableKeyIsExplained: a user with a key learns why a password is asked for instead.
func TestUnusableKeyIsExplained(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "KbdInteractiveAuthentication no"), sshtest.NewUser(t)
	key := p.Key(s, "id", "")
	sshtest.Must(t, os.Chmod(key, 0o644))
	var notices sshtest.Notices
	c, err := Dial(sshtest.Context(t), targetOf(p, s, key), Options{Prompter: &sshtest.Answers{Secrets: []string{sshtest.Password}}, Notice: notices.Add})
	sshtest.Must(t, err)
	sshtest.Must(t, c.Close())
	if notices.Count(prompts.NoticeKey, "chmod 600 "+key) != 1 {
		t.Errorf("notices %+v", notices.All)
	}
}

func TestLockedKey(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		secrets []string
		code    fault.Code // empty: logged in
		advice  string
		asked   int
	}{
		{"right", []string{"swansea"}, "", "", 1},
		{"right at last", []string{"", "cardiff", "swansea"}, "", "", 3},
		{"wrong", []string{"a", "b", "c", "swansea"}, fault.AuthRefused, "start again with the key's passphrase", 3},
		{"dismissed", nil, fault.PromptUnanswered, "Start again and answer it", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, p := sshtest.Start(t, "PasswordAuthentication no"), sshtest.NewUser(t)
			prompter := &sshtest.Answers{Secrets: test.secrets}
			c, err := Dial(sshtest.Context(t), targetOf(p, s, p.Key(s, "id", "swansea")), Options{Prompter: prompter})
			if test.code == "" {
				sshtest.Must(t, err)
				sshtest.Must(t, c.Close())
			} else {
				sshtest.WantFault(t, err, test.code, test.advice)
			}
			if len(prompter.Asked) != test.asked || prompter.Asked[0].Purpose != prompts.PurposePassphrase {
				t.Errorf("asked %+v", prompter.Asked)
			}
			wantLogins(s, t, 1, 0)
		})
	}
}

func TestUnwantedLockedKeyIsNotOpened(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "PasswordAuthentication no"), sshtest.NewUser(t)
	prompter := &sshtest.Answers{}
	dial(t, targetOf(p, s, p.Key(nil, "locked", "x"), p.Key(s, "plain", "")), Options{Prompter: prompter})
	if len(prompter.Asked) != 0 {
		t.Errorf("asked %+v", prompter.Asked)
	}
}

func TestWrongPassphraseTriesNextKey(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	dial(t, targetOf(p, s, p.Key(s, "locked", "x"), p.Key(s, "plain", "")), Options{Prompter: &sshtest.Answers{Secrets: []string{"1", "2", "3"}}})
}

func TestAgent(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	key := p.Key(s, "id", "")
	target := targetOf(p, s)
	target.Keys.Agent = p.Agent(key)
	sshtest.Must(t, os.Remove(key))
	dial(t, target, Options{})
}

func TestIdentitiesOnly(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "MaxAuthTries 2", "PasswordAuthentication no"), sshtest.NewUser(t)
	var keys []string
	for _, name := range []string{"a", "b", "c"} {
		keys = append(keys, p.Key(nil, name, ""))
	}
	wanted := p.Key(s, "wanted", "")
	target := targetOf(p, s, wanted+".pub") // a public half, as for keys that live in the agent alone
	target.Keys.Agent = p.Agent(append(keys, wanted)...)
	target.Keys.IdentitiesOnly = true
	dial(t, target, Options{})
	if n := s.Count(t, "Failed publickey"); n != 0 {
		t.Errorf("%d other keys were offered", n)
	}
	target.Keys.IdentityFiles, target.Keys.IdentitiesOnly = nil, false
	c, err := Dial(sshtest.Context(t), target, Options{})
	if err == nil && s.Count(t, "Failed publickey") == len(keys) {
		t.Log("this sshd does not count keys that are only offered, as OpenSSH 10.6: it let us in by the last one")
		sshtest.Must(t, c.Close())
		return
	}
	sshtest.WantFault(t, err, fault.AuthRefused, "too many keys", "IdentitiesOnly")
}

func TestDeadAgentIsNoted(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "PasswordAuthentication no"), sshtest.NewUser(t)
	target := targetOf(p, s)
	target.Keys.Agent = p.File("nothing")
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.NoKey, "agent at "+p.File("nothing"))
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	ca := p.Key(nil, "ca", "")
	s := sshtest.Start(t, "TrustedUserCAKeys "+ca+".pub", "PasswordAuthentication no")
	key := p.Key(nil, "id", "")
	sshtest.SignCert(t, ca, key+".pub", "-n", sshtest.UserName)
	dial(t, targetOf(p, s, key), Options{})
}

func TestPassword(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, answer, method string
		code                 fault.Code
		failed               int
	}{
		{"right password", sshtest.Password, "KbdInteractiveAuthentication no", "", 0},
		{"wrong password", "guess", "KbdInteractiveAuthentication no", fault.AuthRefused, 1},
		{"right answer", sshtest.Password, "UsePAM yes", "", 0},
		{"wrong answer", "guess", "UsePAM yes", fault.AuthRefused, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, p := sshtest.Start(t, test.method), sshtest.NewUser(t)
			prompter := &sshtest.Answers{Secrets: []string{test.answer, sshtest.Password}}
			c, err := Dial(sshtest.Context(t), targetOf(p, s), Options{Prompter: prompter})
			if test.code == "" {
				sshtest.Must(t, err)
				sshtest.Must(t, c.Close())
			} else {
				sshtest.WantFault(t, err, test.code, "the password or code")
			}
			if len(prompter.Asked) != 1 || prompter.Asked[0].Purpose != prompts.PurposePassword || prompter.Asked[0].Echo {
				t.Errorf("asked %+v", prompter.Asked)
			}
			wantLogins(s, t, 1, test.failed)
		})
	}
}

func TestKeyThenAnswer(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "UsePAM yes", "AuthenticationMethods publickey,keyboard-interactive"), sshtest.NewUser(t)
	prompter := &sshtest.Answers{Secrets: []string{sshtest.Password}}
	dial(t, targetOf(p, s, p.Key(s, "id", "")), Options{Prompter: prompter})
	if len(prompter.Asked) != 1 {
		t.Errorf("asked %+v", prompter.Asked)
	}
	wantLogins(s, t, 1, 0)
}

// slowPrompter answers after the host has hung up.
type slowPrompter struct {
	sshtest.Answers
	hungUp func()
}

func (p *slowPrompter) Secret(ctx context.Context, q prompts.SecretQuestion) (string, error) {
	p.hungUp()
	return p.Answers.Secret(ctx, q)
}

// hangsUp waits until sshd has closed its connections.
func hangsUp(t *testing.T, s *sshtest.Server) func() {
	return func() {
		sshtest.WaitFor(t, "sshd has closed the connection", func() bool {
			table, err := os.ReadFile("/proc/net/tcp")
			sshtest.Must(t, err)
			const established = "01"
			return !strings.Contains(string(table), fmt.Sprintf(" 0100007F:%04X %s ", s.Port, established))
		})
		// The reader sees it a moment later, the later the busier the machine is. It cannot be asked from here.
		time.Sleep(time.Duration(pace.Now() * float64(100*time.Millisecond)))
	}
}

// graceTime is a LoginGraceTime that is just long enough for a login that is answered at once.
func graceTime() string {
	return fmt.Sprintf("LoginGraceTime %.0f", math.Ceil(pace.Limit(time.Second).Seconds()))
}

func TestHostHangsUpWhilePrompting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, config, locked string }{
		{"for a password", "KbdInteractiveAuthentication no", ""},
		{"for an answer", "UsePAM yes", ""},
		{"for a passphrase", "PasswordAuthentication no", sshtest.Password},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, p := sshtest.Start(t, graceTime(), test.config), sshtest.NewUser(t)
			target := targetOf(p, s)
			if test.locked != "" {
				target.Keys.IdentityFiles = []string{p.Key(s, "id", test.locked)}
			}
			prompter := &slowPrompter{sshtest.Answers{Secrets: []string{sshtest.Password}}, hangsUp(t, s)}
			var notices sshtest.Notices
			dial(t, target, Options{Prompter: prompter, Notice: notices.Add})
			if len(prompter.Asked) != 1 || notices.Count(prompts.NoticeRetry) != 1 {
				t.Errorf("asked %+v, notices %+v", prompter.Asked, notices.All)
			}
			wantLogins(s, t, 2, 0)
		})
	}
}

// A code that went to the host may be used up, so it is not sent a second time.
func TestHostHangsUpAtSecondPrompt(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, graceTime(), "UsePAM yes"), sshtest.NewUser(t)
	s.AskCodes(t, "")
	waits := hangsUp(t, s)
	rounds := 0
	prompter := &slowPrompter{sshtest.Answers{Secrets: []string{sshtest.Password, sshtest.Password, sshtest.Password}}, func() {
		if rounds++; rounds == 2 {
			waits()
		}
	}}
	_, err := Dial(sshtest.Context(t), targetOf(p, s), Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.AuthRefused, "closed the connection")
	if len(prompter.Asked) != 2 {
		t.Errorf("asked %+v", prompter.Asked)
	}
	wantLogins(s, t, 1, 0)
}

func TestNoPrompter(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	_, err := Dial(sshtest.Context(t), targetOf(p, s), Options{})
	sshtest.WantFault(t, err, fault.NoKey)
	wantLogins(s, t, 1, 0)
}

func TestCancelledWhileAsking(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Dial(ctx, targetOf(p, s), Options{Prompter: waitingPrompter{cancel}})
	sshtest.WantFault(t, err, fault.Cancelled)
	wantLogins(s, t, 1, 0)
}

// waitingPrompter never answers: it cancels and waits for its context.
type waitingPrompter struct{ cancel func() }

func (w waitingPrompter) Secret(ctx context.Context, _ prompts.SecretQuestion) (string, error) {
	w.cancel()
	<-ctx.Done()
	return "", ctx.Err()
}

func (w waitingPrompter) Confirm(ctx context.Context, _ prompts.ConfirmQuestion) (bool, error) {
	_, err := w.Secret(ctx, prompts.SecretQuestion{})
	return false, err
}
