package tunnel

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestPasswordThenCode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, code string
		want       fault.Code
		failed     int
	}{{"right", sshtest.Code, "", 0}, {"wrong", "87654321", fault.AuthRefused, 1}} {
		t.Run(test.name, func(t *testing.T) {
			s, p := sshtest.Start(t, "UsePAM yes"), sshtest.NewUser(t)
			s.AskCodes(t, "echo_verification_code")
			prompter := &sshtest.Answers{Secrets: []string{sshtest.Password, test.code, "never", "never"}}
			var notices sshtest.Notices
			c, err := Dial(sshtest.Context(t), targetOf(p, s), Options{Prompter: prompter, Notice: notices.Add})
			if test.want == "" {
				sshtest.Must(t, err)
				sshtest.Must(t, c.Close())
			} else {
				sshtest.WantFault(t, err, test.want, "the password or code", "does not retry by itself", "three")
			}
			if len(prompter.Asked) != 2 {
				t.Fatalf("asked %+v", prompter.Asked)
			}
			first, second := prompter.Asked[0], prompter.Asked[1]
			if first.Purpose != prompts.PurposePassword || first.Echo {
				t.Errorf("first asked %+v", first)
			}
			// sshd sends what PAM prints with its next question; Debian's 10.6 does so at once, as a round without questions.
			const words = "Two questions follow"
			if !strings.Contains(first.Prompt+first.Detail, words) && notices.Count(prompts.NoticeInstruction, words) != 1 {
				t.Errorf("%q is not shown: asked %+v, notices %+v", words, first, notices.All)
			}
			if second.Purpose != prompts.PurposeCode || !second.Echo || !strings.Contains(second.Prompt, "erification code") {
				t.Errorf("then asked %+v", second)
			}
			wantLogins(s, t, 1, test.failed)
		})
	}
}

func TestKeyThenWrongAnswer(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "UsePAM yes", "AuthenticationMethods publickey,keyboard-interactive"), sshtest.NewUser(t)
	_, err := Dial(sshtest.Context(t), targetOf(p, s, p.Key(s, "id", "")), Options{Prompter: &sshtest.Answers{Secrets: []string{"guess", sshtest.Password}}})
	sshtest.WantFault(t, err, fault.AuthRefused, "accepted the key", "not the password or code")
	wantLogins(s, t, 1, 1)
}

func TestKeyThenPassword(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "AuthenticationMethods publickey,password"), sshtest.NewUser(t)
	prompter := &sshtest.Answers{Secrets: []string{sshtest.Password}}
	dial(t, targetOf(p, s, p.Key(s, "id", "")), Options{Prompter: prompter})
	if len(prompter.Asked) != 1 || prompter.Asked[0].Purpose != prompts.PurposePassword {
		t.Errorf("asked %+v", prompter.Asked)
	}
}

func TestPasswordThenKey(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "AuthenticationMethods password,publickey"), sshtest.NewUser(t)
	dial(t, targetOf(p, s, p.Key(s, "id", "")), Options{Prompter: &sshtest.Answers{Secrets: []string{sshtest.Password}}})
}

func TestTwoKeys(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "AuthenticationMethods publickey,publickey"), sshtest.NewUser(t)
	dial(t, targetOf(p, s, p.Key(s, "one", ""), p.Key(s, "two", "")), Options{})
}

func TestKeyAloneIsNotEnough(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "AuthenticationMethods publickey,password"), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.Methods.Password, target.Methods.Keyboard = false, false
	_, err := Dial(sshtest.Context(t), target, Options{Prompter: &sshtest.Answers{}})
	sshtest.WantFault(t, err, fault.AuthRefused, "took publickey and now wants password")
}

// Some hosts end keyboard-interactive at once, without a question, and want a password.
func TestEmptyRoundsThenPassword(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "UsePAM yes", "AuthenticationMethods password keyboard-interactive"), sshtest.NewUser(t)
	s.Write(t, "pam", "auth [success=ok default=die] pam_listfile.so onerr=fail item=rhost sense=allow file="+s.Dir+"/nobody\naccount required pam_unix.so\n")
	prompter := &sshtest.Answers{Secrets: []string{"typed once"}}
	_, err := Dial(sshtest.Context(t), targetOf(p, s), Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.AuthRefused, "the password or code")
	if len(prompter.Asked) != 1 || prompter.Asked[0].Prompt != "Password of alice on 127.0.0.1" {
		t.Errorf("asked %+v", prompter.Asked)
	}
}

func TestPreferredAuthentications(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.Methods.Preferred = []string{"password", "publickey"}
	prompter := &sshtest.Answers{Secrets: []string{sshtest.Password}}
	dial(t, target, Options{Prompter: prompter})
	if len(prompter.Asked) != 1 {
		t.Errorf("asked %+v", prompter.Asked)
	}
}

func TestBatchModeAsksNobody(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(nil, "other", ""))
	target.Methods.Batch = true
	prompter := &sshtest.Answers{Secrets: []string{sshtest.Password}, Yes: true}
	_, err := Dial(sshtest.Context(t), target, Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.AuthRefused, "BatchMode")
	target.HostKeys.KnownHosts = nil
	_, err = Dial(sshtest.Context(t), target, Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.HostKeyUnknown)
	if len(prompter.Asked)+len(prompter.Confirms) != 0 {
		t.Errorf("asked %+v, %+v", prompter.Asked, prompter.Confirms)
	}
}

func TestUnsupportedMethods(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	for config, word := range map[string]string{"GSSAPIAuthentication yes": "Kerberos", "HostbasedAuthentication yes": "hostbased"} {
		if word == "Kerberos" && !sshtest.HasGSSAPI(t) {
			t.Log("the installed OpenSSH does not know Kerberos")
			continue
		}
		s := sshtest.Start(t, config, "PasswordAuthentication no", "KbdInteractiveAuthentication no")
		_, err := Dial(sshtest.Context(t), targetOf(p, s), Options{})
		sshtest.WantFault(t, err, fault.NoKey, word)
		_, err = Dial(sshtest.Context(t), targetOf(p, s, p.Key(nil, word, "")), Options{})
		sshtest.WantFault(t, err, fault.AuthRefused, word)
	}
}

// A host with too many open logins closes the connection: that is not a refusal.
func TestMaxStartups(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "MaxStartups 1"), sshtest.NewUser(t)
	key := p.Key(s, "id", "")
	held, err := net.Dial("tcp4", "127.0.0.1:"+strconv.Itoa(s.Port))
	sshtest.Must(t, err)
	defer held.Close()
	_, err = held.Read(make([]byte, 1)) // sshd has counted it
	sshtest.Must(t, err)
	var notices sshtest.Notices
	release := func(n prompts.Notice) {
		notices.Add(n)
		_ = held.Close()
	}
	dial(t, targetOf(p, s, key), Options{Notice: release, retryPause: 100 * time.Millisecond})
	if notices.Count(prompts.NoticeRetry, "No login was refused") == 0 {
		t.Errorf("notices %+v", notices.All)
	}
	if n := s.Count(t, "Failed "); n != 0 {
		t.Errorf("%d refused attempts", n)
	}
}

func TestMaxStartupsGivesUp(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "MaxStartups 1"), sshtest.NewUser(t)
	held, err := net.Dial("tcp4", "127.0.0.1:"+strconv.Itoa(s.Port))
	sshtest.Must(t, err)
	defer held.Close()
	_, err = held.Read(make([]byte, 1))
	sshtest.Must(t, err)
	var notices sshtest.Notices
	_, err = Dial(sshtest.Context(t), targetOf(p, s, p.Key(s, "id", "")), Options{Notice: notices.Add, retryPause: time.Millisecond})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "MaxStartups", "wait a minute")
	if n := notices.Count(prompts.NoticeRetry); n != maxRetries {
		t.Errorf("%d retries, notices %+v", n, notices.All)
	}
}

func TestBusyHostMessages(t *testing.T) {
	t.Parallel()
	connections := 0
	target := oddServer(t, func(c net.Conn) {
		connections++
		_, _ = c.Read(make([]byte, 256)) // what is unread when a connection closes resets it
		_, _ = c.Write([]byte("Not allowed at this time\r\n"))
	})
	var notices sshtest.Notices
	_, err := Dial(sshtest.Context(t), target, Options{Notice: notices.Add, retryPause: time.Millisecond})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "Not allowed at this time")
	if n := notices.Count(prompts.NoticeRetry, "Not allowed at this time"); n != maxRetries {
		t.Errorf("notices %+v", notices.All)
	}
}

func TestOtherServerIsNotRetried(t *testing.T) {
	t.Parallel()
	target := oddServer(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 256))
		_, _ = c.Write([]byte("220 mail.example.org ESMTP\r\n500 what?\r\n"))
	})
	var notices sshtest.Notices
	_, err := Dial(sshtest.Context(t), target, Options{Notice: notices.Add})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "mail.example.org")
	if notices.Count(prompts.NoticeRetry) != 0 {
		t.Errorf("notices %+v", notices.All)
	}
}

func TestBannerIsShownBeforeTheQuestion(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	s := sshtest.Start(t, "KbdInteractiveAuthentication no", "Banner "+p.Write("banner", "Users of \x1b[31mthis system\x07 agree.\n"))
	var notices sshtest.Notices
	shown := -1
	prompter := &slowPrompter{sshtest.Answers{Secrets: []string{sshtest.Password}}, func() { shown = notices.Count(prompts.NoticeBanner, "Users of [31mthis system agree.") }}
	dial(t, targetOf(p, s), Options{Prompter: prompter, Notice: notices.Add})
	if shown != 1 {
		t.Errorf("shown %d times before the question; notices %q", shown, notices.All)
	}
}

func TestPromptBeforeConnecting(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	key := p.Key(nil, "id", sshtest.Password)
	target := sshconfig.Target{Name: "x", Host: "127.0.0.1", Port: sshtest.FreePort(t),
		Route: sshconfig.Route{Network: "tcp"}, User: sshtest.UserName,
		Methods: sshconfig.Methods{PublicKey: true},
		Keys:    sshconfig.Keys{IdentityFiles: []string{key}}}
	prompter := &sshtest.Answers{Secrets: []string{sshtest.Password}}
	_, err := Dial(sshtest.Context(t), target, Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.ConnectRefused)
	if len(prompter.Asked) != 1 || !strings.Contains(prompter.Asked[0].Detail, "only key") {
		t.Errorf("asked %+v", prompter.Asked)
	}
	_, err = Dial(sshtest.Context(t), target, Options{Prompter: &sshtest.Answers{}})
	sshtest.WantFault(t, err, fault.PromptUnanswered)
	prompter = &sshtest.Answers{Secrets: []string{"a", "b", "c", sshtest.Password}}
	_, err = Dial(sshtest.Context(t), target, Options{Prompter: prompter})
	sshtest.WantFault(t, err, fault.NoKey, key, "Nothing was sent")
	if len(prompter.Asked) != 3 || prompter.Asked[0].Wrong || !prompter.Asked[1].Wrong {
		t.Errorf("asked %+v", prompter.Asked)
	}
	for name, other := range map[string]func(*sshconfig.Target){
		"a password may do": func(t *sshconfig.Target) { t.Methods.Password = true },
		"another key may do": func(t *sshconfig.Target) {
			t.Keys.IdentityFiles = append(t.Keys.IdentityFiles, p.Key(nil, "plain", ""))
		},
		"two are locked": func(t *sshconfig.Target) {
			t.Keys.IdentityFiles = append(t.Keys.IdentityFiles, p.Key(nil, "locked", "x"))
		},
		"the key is no option": func(t *sshconfig.Target) { t.Methods.PublicKey = false },
	} {
		unsure, prompter := target, &sshtest.Answers{Secrets: []string{sshtest.Password}}
		other(&unsure)
		_, err := Dial(sshtest.Context(t), unsure, Options{Prompter: prompter})
		sshtest.WantFault(t, err, fault.ConnectRefused)
		if len(prompter.Asked) != 0 {
			t.Errorf("%s: asked %+v", name, prompter.Asked)
		}
	}
}

func TestKeyForTwoHostsIsUnlockedOnce(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	key := site.user.Key(site.login, "locked", "x")
	site.user.Allow(site.node, "locked")
	target := targetOf(site.user, site.node, key)
	via := targetOf(site.user, site.login, key)
	target.HostKeys.KnownHosts = []string{site.user.Write("known_node", site.node.KnownLine())}
	via.HostKeys.KnownHosts = []string{site.user.Write("known_login", site.login.KnownLine())}
	target.Route.Via = &via
	prompter := &sshtest.Answers{Secrets: []string{"x"}}
	dial(t, target, Options{Prompter: prompter})
	if len(prompter.Asked) != 1 {
		t.Errorf("asked %+v", prompter.Asked)
	}
}

func TestAddKeysToAgent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		how  string
		yes  bool
		want bool
	}{{"", true, false}, {"yes", false, true}, {"ask", true, true}, {"ask", false, false}, {"confirm", false, true}} {
		t.Run(test.how, func(t *testing.T) {
			s, p := sshtest.Start(t), sshtest.NewUser(t)
			target := targetOf(p, s, p.Key(s, "opened", "x"))
			target.Keys.Agent, target.Keys.AddToAgent, target.Keys.AgentLifetime = p.Agent(), test.how, time.Hour
			var notices sshtest.Notices
			prompter := &sshtest.Answers{Secrets: []string{"x"}, Yes: test.yes}
			dial(t, target, Options{Prompter: prompter, Notice: notices.Add})
			list := exec.Command("ssh-add", "-L")
			list.Env = append(os.Environ(), "SSH_AUTH_SOCK="+target.Keys.Agent)
			out, _ := list.Output()
			if has := strings.Contains(string(out), filepath.Base(target.Keys.IdentityFiles[0])); has != test.want {
				t.Errorf("the agent has %s", out)
			}
			if notices.Count(prompts.NoticeKey) != 0 != test.want {
				t.Errorf("notices %+v", notices.All)
			}
		})
	}
}
