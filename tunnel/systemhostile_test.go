//go:build linux

package tunnel

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// TestSystemSSHHostileQuestion: a real sshd whose PAM asks what only ssh itself should ask. It
// is shown as the host's question; it is never taken for a prompt for a passphrase or
// a host key. The old program is the installed one without the host's name in its
// questions, as OpenSSH was before 8.5.
func TestSystemSSHHostileQuestion(t *testing.T) {
	t.Parallel()
	questions := map[string]string{
		"a passphrase":   "Enter passphrase for key 'KEY': ",
		"a host's key":   "The authenticity of host 'login (127.0.0.1)' can't be established. Are you sure you want to continue connecting (yes/no)? ",
		"yes or no":      "Do you accept the terms (yes/no)? ",
		"type yes":       "Please type 'yes' or 'no': ",
		"new password":   "Your new password:",
		"a security PIN": "Enter PIN for ED25519-SK key KEY: ",
	}
	for name, question := range questions {
		for _, old := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", old ssh"}[old], func(t *testing.T) {
				t.Parallel()
				s, p := sshtest.Start(t, "UsePAM yes", "KbdInteractiveAuthentication yes", "AuthenticationMethods keyboard-interactive"), sshtest.NewUser(t)
				key := p.Key(s, "key", "open sesame")
				question := strings.ReplaceAll(question, "KEY", key)
				s.AskCodes(t, "[authtok_prompt="+question+"]")
				target := systemTarget(p, s)
				if old {
					target.Program = oldSSH(p)
				}
				answers := &sshtest.Answers{Secrets: []string{sshtest.Password, sshtest.Code}, Yes: true}
				c := dial(t, target, systemOptions(t, answers))
				sshtest.Must(t, c.Close())
				if len(answers.Confirms) != 0 || len(answers.Asked) != 2 {
					t.Fatalf("asked %+v, to confirm %+v", answers.Asked, answers.Confirms)
				}
				got := answers.Asked[1]
				if got.Purpose == prompts.PurposePassphrase || strings.TrimSpace(got.Prompt) != strings.TrimSpace(question) || got.Host != target.Host {
					t.Errorf("the host's question was shown as %+v", got)
				}
			})
		}
	}
}

// TestSystemSSHOldPassphrase: an old program's own question for a passphrase still gets an answer.
func TestSystemSSHOldPassphrase(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "open sesame")
	target := systemTarget(p, s)
	target.Program = oldSSH(p)
	answers := &sshtest.Answers{Secrets: []string{"open sesame"}}
	sshtest.Must(t, dial(t, target, systemOptions(t, answers)).Close())
	if len(answers.Asked) != 1 || answers.Asked[0].Purpose == prompts.PurposePassphrase {
		t.Errorf("asked %+v", answers.Asked)
	}
}

// oldSSH is the installed ssh, with questions as OpenSSH before 8.5 had them.
func oldSSH(p *sshtest.User) string {
	p.T.Helper()
	ask := p.WriteProgram("ask", "#!/bin/bash\nexec \"$OLD_ASKPASS\" \"$(sed -E '1s/^\\([^ ]*@[^ ]*\\) //' <<<\"$1\")\"\n")
	program := p.WriteProgram("old-ssh", "#!/bin/sh\n[ \"$1\" = -V ] && { echo OpenSSH_8.0p1, OpenSSL 1.1.1k >&2; exit 0; }\n"+
		"export OLD_ASKPASS=\"$SSH_ASKPASS\" SSH_ASKPASS="+ask+"\nexec ssh \"$@\"\n")
	return program
}
