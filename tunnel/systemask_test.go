//go:build linux

package tunnel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// systemCase is a login by the ssh program in one set-up.
type systemCase struct {
	sshd, config []string
	secrets      []string
	yes          bool
	arrange      func(t *testing.T, s *sshtest.Server, p *sshtest.User)

	code     fault.Code // empty: it lets us in
	words    []string   // of the fault
	asked    []string   // purposes of the secrets that are asked for
	old      *oldCase   // what differs with an ssh that does not say who asks; nil: nothing
	confirms int
	refused  int // refused tries in sshd's log
}

// oldCase is what differs in a systemCase with an ssh program that does not say who asks, so
// that its own questions for a passphrase count as the host's.
type oldCase struct {
	code  fault.Code
	asked []string
}

var systemCases = map[string]systemCase{
	"a passphrase": {secrets: []string{"open sesame"}, asked: []string{prompts.PurposePassphrase},
		old: &oldCase{asked: []string{prompts.PurposeCode}}, arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) { p.Key(s, "key", "open sesame") }},
	"a passphrase at the second try": {secrets: []string{"close", "open sesame"}, asked: []string{prompts.PurposePassphrase, prompts.PurposePassphrase},
		old:     &oldCase{code: fault.AuthRefused, asked: []string{prompts.PurposeCode}},
		arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) { p.Key(s, "key", "open sesame") }},
	"a password":             {secrets: []string{sshtest.Password}, asked: []string{prompts.PurposePassword}},
	"a wrong password, once": {secrets: []string{"no", "no", "no"}, asked: []string{prompts.PurposePassword}, code: fault.AuthRefused, words: []string{"did not accept the password or code", "does not retry by itself"}, refused: 1},
	"nobody answers":         {asked: []string{prompts.PurposePassword}, code: fault.PromptUnanswered},
	"a password and a code": {sshd: []string{"UsePAM yes", "KbdInteractiveAuthentication yes", "AuthenticationMethods keyboard-interactive"}, secrets: []string{sshtest.Password, sshtest.Code},
		asked: []string{prompts.PurposePassword, prompts.PurposeCode}, arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) { s.AskCodes(t, "") }},
	"a key and a password": {sshd: []string{"AuthenticationMethods publickey,password"}, secrets: []string{sshtest.Password}, asked: []string{prompts.PurposePassword},
		arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) { p.Key(s, "key", "") }},
	"an unknown host": {yes: true, confirms: 1, arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) {
		p.Key(s, "key", "")
		p.Write("known_hosts", "")
	}},
	"an unknown host, and a no": {confirms: 1, code: fault.HostKeyUnknown, words: []string{"ED25519 key SHA256:"}, arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) {
		p.Key(s, "key", "")
		p.Write("known_hosts", "")
	}},
	"an unknown host, strictly": {config: []string{"StrictHostKeyChecking yes"}, code: fault.HostKeyUnknown, arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) { p.Write("known_hosts", "") }},
	"a changed host":            {code: fault.HostKeyChanged, words: []string{"Do not log in"}, arrange: useOtherHostKey},
	"a changed host, carelessly": {config: []string{"StrictHostKeyChecking no"}, code: fault.HostKeyChanged, words: []string{"Do not log in"},
		arrange: useOtherHostKey},
	"no key":        {sshd: []string{"AuthenticationMethods publickey"}, code: fault.NoKey, words: []string{"Permission denied"}},
	"a refused key": {sshd: []string{"AuthenticationMethods publickey"}, code: fault.AuthRefused, words: []string{"Permission denied"}, arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) { p.Key(nil, "key", "") }},
	"nobody listens": {config: []string{"ProxyCommand none"}, code: fault.ConnectRefused, arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) {
		p.Config = strings.NewReplacer(fmt.Sprint("Port ", s.Port), "Port 1")
	}},
	"no such name": {code: fault.HostUnknown, arrange: func(t *testing.T, s *sshtest.Server, p *sshtest.User) {
		p.Config = strings.NewReplacer("HostName 127.0.0.1", "HostName no-such-host.invalid")
	}},
	"no agreement":              {config: []string{"Ciphers aes128-cbc"}, code: fault.HandshakeFailed, words: []string{"no matching cipher"}},
	"another host in between":   {config: []string{"ProxyCommand ssh -F /nowhere/none -W %h:%p nobody@127.0.0.1 -p 1"}, code: fault.HandshakeFailed, words: []string{"Can't open user config file"}},
	"a host behind another one": {secrets: []string{sshtest.Password, sshtest.Password}, arrange: reachThroughItself, asked: []string{prompts.PurposePassword, prompts.PurposePassword}},
}

// useOtherHostKey replaces the known key.
func useOtherHostKey(t *testing.T, s *sshtest.Server, p *sshtest.User) {
	p.Key(s, "key", "")
	sshtest.KeyGen(t, p.File("other"), "")
	public, err := os.ReadFile(p.File("other.pub"))
	sshtest.Must(t, err)
	p.Write("known_hosts", fmt.Sprintf("[127.0.0.1]:%d %s", s.Port, public))
}

// reachThroughItself makes the host its own jump host.
func reachThroughItself(_ *testing.T, s *sshtest.Server, p *sshtest.User) {
	p.Config = strings.NewReplacer("Host cluster", "Match originalhost cluster\n ProxyJump jump\nMatch originalhost cluster,jump")
}

func TestSystemSSHPrompts(t *testing.T) {
	t.Parallel()
	for name, test := range systemCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

func (c systemCase) run(t *testing.T) {
	if c.old != nil && sshtest.SSHBefore(t, sshtest.NamesHosts) {
		c.code, c.asked = c.old.code, c.old.asked
	}
	s, p := sshtest.Start(t, c.sshd...), sshtest.NewUser(t)
	p.Write("known_hosts", s.KnownLine())
	if c.arrange != nil {
		c.arrange(t, s, p)
	}
	answers := &sshtest.Answers{Secrets: c.secrets, Yes: c.yes}
	conn, err := Dial(sshtest.Context(t), systemTarget(p, s, c.config...), systemOptions(t, answers))
	if c.code != "" {
		sshtest.WantFault(t, err, c.code, c.words...)
	} else {
		sshtest.Must(t, err)
		out, _, _, err := conn.Run(sshtest.Context(t), "echo in", nil)
		if err != nil || string(out) != "in\n" {
			t.Errorf("%q %v", out, err)
		}
		sshtest.Must(t, conn.Close())
	}
	var asked []string
	for _, q := range answers.Asked {
		asked = append(asked, q.Purpose)
		t.Logf("asked: %+v", q)
	}
	if fmt.Sprint(asked) != fmt.Sprint(c.asked) || len(answers.Confirms) != c.confirms {
		t.Errorf("asked for %v, want %v; %+v", asked, c.asked, answers.Confirms)
	}
	if n := s.Count(t, "Failed password"); n != c.refused {
		t.Errorf("%d refused, want %d", n, c.refused)
	}
}

// TestSystemSSHKeySignsForHops: a key that was opened for the ssh program also signs for hosts
// behind it.
func TestSystemSSHKeySignsForHops(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "open sesame")
	c := dial(t, systemTarget(p, s), systemOptions(t, &sshtest.Answers{Secrets: []string{"open sesame"}}))
	node, err := c.Jump(sshtest.Context(t), NodeTarget{Host: "127.0.0.1", Port: s.Port, HostKeys: []string{s.HostKey}})
	if sshtest.SSHBefore(t, sshtest.NamesHosts) { // what is typed might be for the host, so it opens no key
		sshtest.WantFault(t, err, fault.NoKey)
		return
	}
	sshtest.Must(t, err)
	out, _, _, err := node.Run(sshtest.Context(t), "echo there", nil)
	if err != nil || string(out) != "there\n" {
		t.Errorf("%q %v", out, err)
	}
	sshtest.Must(t, node.Close())
}

// TestSystemSSHEnds: however the program ends, the connection is lost, and nothing is left.
func TestSystemSSHEnds(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "")
	wrapper := p.WriteProgram("wrapper", "#!/bin/sh\nssh \"$@\"\n") // without exec, so the shell stays
	for name, program := range map[string]string{"ssh": "ssh", "a wrapper": wrapper} {
		t.Run(name, func(t *testing.T) {
			target := systemTarget(p, s)
			target.Program = program
			opts := systemOptions(t, nil)
			c := dial(t, target, opts)
			out, err := exec.Command("pgrep", "-o", "-f", opts.Sockets).Output()
			sshtest.Must(t, err)
			pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
			sshtest.Must(t, err)
			sshtest.Must(t, syscall.Kill(pid, syscall.SIGKILL))
			select {
			case <-c.Done():
			case <-sshtest.Context(t).Done():
				t.Fatal("it goes on")
			}
			sshtest.WantFault(t, c.Err(), fault.LinkLost)
			sshtest.WaitFor(t, "its group is gone", func() bool { return errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH) })
		})
	}
}

// TestSystemSSHWithoutLog: a wrapper discards the program's log.
func TestSystemSSHWithoutLog(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "")
	target := systemTarget(p, s)
	target.Program = p.WriteProgram("wrapper", "#!/bin/sh\nexec ssh \"$@\" 2>/dev/null\n")
	c := dial(t, target, systemOptions(t, nil))
	if out, _, _, err := c.Run(sshtest.Context(t), "echo in", nil); err != nil || string(out) != "in\n" {
		t.Errorf("%q %v", out, err)
	}
	if _, err := c.DialTCP(sshtest.Context(t), "127.0.0.1:1"); fault.CodeOf(err) != fault.ConnectRefused {
		t.Error(err)
	}
	sshtest.Must(t, c.Close())
	refused := systemTarget(p, s, "Port 1")
	refused.Program, refused.Name = target.Program, "nobody@127.0.0.1"
	_, err := Dial(sshtest.Context(t), refused, systemOptions(t, nil))
	sshtest.WantFault(t, err, fault.ConnectFailed, "the program ended without a message")
}

// TestSystemSSHCancelled: a cancel while a question is open ends the program.
func TestSystemSSHCancelled(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	ctx, cancel := context.WithCancel(sshtest.Context(t))
	_, err := Dial(ctx, systemTarget(p, s), systemOptions(t, cancelingPrompter{cancel}))
	sshtest.WantFault(t, err, fault.Cancelled)
}

// cancelingPrompter cancels when it is asked.
type cancelingPrompter struct{ leave func() }

func (l cancelingPrompter) Secret(ctx context.Context, _ prompts.SecretQuestion) (string, error) {
	l.leave()
	<-ctx.Done()
	return "", ctx.Err()
}

func (cancelingPrompter) Confirm(context.Context, prompts.ConfirmQuestion) (bool, error) {
	return false, nil
}

// TestSystemSSHSweepsOrphans: what a killed owner left is removed by the next login.
func TestSystemSSHSweepsOrphans(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "")
	opts := systemOptions(t, nil)
	left := filepath.Join(opts.Sockets, "ssh-1")
	sshtest.Must(t, os.Mkdir(left, 0o700))
	sshtest.Must(t, os.WriteFile(filepath.Join(left, "lock"), nil, 0o600))
	target := systemTarget(p, s)
	orphan := exec.Command("ssh", "-F", target.ConfigFile, "-M", "-N", "-S", filepath.Join(left, "m"), target.Name)
	sshtest.TieToParent(orphan)
	sshtest.Must(t, orphan.Start())
	sshtest.WaitFor(t, "it listens", func() bool { _, err := os.Stat(filepath.Join(left, "m")); return err == nil })
	dial(t, target, opts)
	_ = orphan.Wait()
	if _, err := os.Stat(left); err == nil {
		t.Error("its folder is left")
	}
}
