package tunnel

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

func TestPasswordThenCode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, code string
		want       fault.Code
		failed     int
	}{{"right", testCode, "", 0}, {"wrong", "87654321", fault.AuthRefused, 1}} {
		t.Run(test.name, func(t *testing.T) {
			s, p := startSSHD(t, "UsePAM yes"), newPerson(t)
			s.askCodes(t, "echo_verification_code")
			prompter := &answers{secrets: []string{testPassword, test.code, "never", "never"}}
			c, err := Dial(within(t), targetOf(p, s), Options{Prompter: prompter})
			if test.want == "" {
				must(t, err)
				must(t, c.Close())
			} else {
				wantFault(t, err, test.want, "what was typed", "one refused login", "three")
			}
			if len(prompter.asked) != 2 {
				t.Fatalf("asked %+v", prompter.asked)
			}
			first, second := prompter.asked[0], prompter.asked[1]
			if first.Purpose != PurposePassword || first.Echo || !strings.Contains(first.Prompt+first.Detail, "Two questions follow") {
				t.Errorf("first asked %+v", first)
			}
			if second.Purpose != PurposeCode || !second.Echo || !strings.Contains(second.Prompt, "erification code") {
				t.Errorf("then asked %+v", second)
			}
			s.wantLogins(t, 1, test.failed)
		})
	}
}

func TestKeyThenWrongAnswer(t *testing.T) {
	t.Parallel()
	s, p := startSSHD(t, "UsePAM yes", "AuthenticationMethods publickey,keyboard-interactive"), newPerson(t)
	_, err := Dial(within(t), targetOf(p, s, p.key(s, "id", "")), Options{Prompter: &answers{secrets: []string{"guess", testPassword}}})
	wantFault(t, err, fault.AuthRefused, "accepted the key", "not what was typed")
	s.wantLogins(t, 1, 1)
}

func TestKeyThenPassword(t *testing.T) {
	s, p := startSSHD(t, "AuthenticationMethods publickey,password"), newPerson(t)
	prompter := &answers{secrets: []string{testPassword}}
	dial(t, targetOf(p, s, p.key(s, "id", "")), Options{Prompter: prompter})
	if len(prompter.asked) != 1 || prompter.asked[0].Purpose != PurposePassword {
		t.Errorf("asked %+v", prompter.asked)
	}
}

func TestPasswordThenKey(t *testing.T) {
	s, p := startSSHD(t, "AuthenticationMethods password,publickey"), newPerson(t)
	dial(t, targetOf(p, s, p.key(s, "id", "")), Options{Prompter: &answers{secrets: []string{testPassword}}})
}

func TestTwoKeys(t *testing.T) {
	s, p := startSSHD(t, "AuthenticationMethods publickey,publickey"), newPerson(t)
	dial(t, targetOf(p, s, p.key(s, "one", ""), p.key(s, "two", "")), Options{})
}

func TestKeyThatIsNotEnough(t *testing.T) {
	s, p := startSSHD(t, "AuthenticationMethods publickey,password"), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.Password, target.Keyboard = false, false
	_, err := Dial(within(t), target, Options{Prompter: &answers{}})
	wantFault(t, err, fault.AuthRefused, "took publickey and now wants password")
}

// Some hosts end the rounds at once, without a question, and want a password.
func TestEmptyRoundsThenPassword(t *testing.T) {
	s, p := startSSHD(t, "UsePAM yes", "AuthenticationMethods password keyboard-interactive"), newPerson(t)
	s.write(t, "pam", "auth [success=ok default=die] pam_listfile.so onerr=fail item=rhost sense=allow file="+s.dir+"/nobody\naccount required pam_unix.so\n")
	prompter := &answers{secrets: []string{"typed once"}}
	_, err := Dial(within(t), targetOf(p, s), Options{Prompter: prompter})
	wantFault(t, err, fault.AuthRefused, "what was typed")
	if len(prompter.asked) != 1 || prompter.asked[0].Prompt != "Password of alice on 127.0.0.1" {
		t.Errorf("asked %+v", prompter.asked)
	}
}

func TestPreferredAuthentications(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.Preferred = []string{"password", "publickey"}
	prompter := &answers{secrets: []string{testPassword}}
	dial(t, target, Options{Prompter: prompter})
	if len(prompter.asked) != 1 {
		t.Errorf("asked %+v", prompter.asked)
	}
}

func TestBatchModeAsksNobody(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(nil, "other", ""))
	target.Batch = true
	prompter := &answers{secrets: []string{testPassword}, yes: true}
	_, err := Dial(within(t), target, Options{Prompter: prompter})
	wantFault(t, err, fault.AuthRefused, "BatchMode")
	target.KnownHosts = nil
	_, err = Dial(within(t), target, Options{Prompter: prompter})
	wantFault(t, err, fault.HostKeyUnknown)
	if len(prompter.asked)+len(prompter.confirms) != 0 {
		t.Errorf("asked %+v, %+v", prompter.asked, prompter.confirms)
	}
}

func TestWaysThatAreNotUsedHere(t *testing.T) {
	p := newPerson(t)
	for config, word := range map[string]string{"GSSAPIAuthentication yes": "Kerberos", "HostbasedAuthentication yes": "hostbased"} {
		s := startSSHD(t, config, "PasswordAuthentication no", "KbdInteractiveAuthentication no")
		_, err := Dial(within(t), targetOf(p, s), Options{})
		wantFault(t, err, fault.NoKey, word)
		_, err = Dial(within(t), targetOf(p, s, p.key(nil, word, "")), Options{})
		wantFault(t, err, fault.AuthRefused, word)
	}
}

// A host with too many logins open closes the connection: that is no refusal.
func TestMaxStartups(t *testing.T) {
	s, p := startSSHD(t, "MaxStartups 1"), newPerson(t)
	key := p.key(s, "id", "")
	held, err := net.Dial("tcp4", "127.0.0.1:"+itoa(s.port))
	must(t, err)
	defer held.Close()
	_, err = held.Read(make([]byte, 1)) // sshd has counted it
	must(t, err)
	var told notices
	release := func(n Notice) {
		told.add(n)
		_ = held.Close()
	}
	dial(t, targetOf(p, s, key), Options{Notice: release, retryPause: 100 * time.Millisecond})
	if told.count(NoticeRetry, "No login was refused") == 0 {
		t.Errorf("told %+v", told.all)
	}
	if n := s.count(t, "Failed "); n != 0 {
		t.Errorf("%d refused attempts", n)
	}
}

func TestMaxStartupsForTooLong(t *testing.T) {
	s, p := startSSHD(t, "MaxStartups 1"), newPerson(t)
	held, err := net.Dial("tcp4", "127.0.0.1:"+itoa(s.port))
	must(t, err)
	defer held.Close()
	_, err = held.Read(make([]byte, 1))
	must(t, err)
	var told notices
	_, err = Dial(within(t), targetOf(p, s, p.key(s, "id", "")), Options{Notice: told.add, retryPause: time.Millisecond})
	wantFault(t, err, fault.HandshakeFailed, "MaxStartups", "wait a minute")
	if n := told.count(NoticeRetry); n != maxRetries {
		t.Errorf("%d retries, told %+v", n, told.all)
	}
}

func TestTurnedAwayInWords(t *testing.T) {
	connections := 0
	target := oddServer(t, func(c net.Conn) {
		connections++
		_, _ = c.Read(make([]byte, 256)) // what is unread when a connection closes resets it
		_, _ = c.Write([]byte("Not allowed at this time\r\n"))
	})
	var told notices
	_, err := Dial(within(t), target, Options{Notice: told.add, retryPause: time.Millisecond})
	wantFault(t, err, fault.HandshakeFailed, "Not allowed at this time")
	if n := told.count(NoticeRetry, "Not allowed at this time"); n != maxRetries {
		t.Errorf("told %+v", told.all)
	}
}

func TestAnotherServerIsNotAskedAgain(t *testing.T) {
	target := oddServer(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 256))
		_, _ = c.Write([]byte("220 mail.example.org ESMTP\r\n500 what?\r\n"))
	})
	var told notices
	_, err := Dial(within(t), target, Options{Notice: told.add})
	wantFault(t, err, fault.HandshakeFailed, "mail.example.org")
	if told.count(NoticeRetry) != 0 {
		t.Errorf("told %+v", told.all)
	}
}

func TestBannerIsShownBeforeTheQuestion(t *testing.T) {
	p := newPerson(t)
	s := startSSHD(t, "KbdInteractiveAuthentication no", "Banner "+p.write("banner", "Users of \x1b[31mthis system\x07 agree.\n"))
	var told notices
	shown := -1
	prompter := &slowPrompter{answers{secrets: []string{testPassword}}, func() { shown = told.count(NoticeBanner, "Users of [31mthis system agree.") }}
	dial(t, targetOf(p, s), Options{Prompter: prompter, Notice: told.add})
	if shown != 1 {
		t.Errorf("shown %d times before the question; told %q", shown, told.all)
	}
}

func TestAskedBeforeTheConnection(t *testing.T) {
	p := newPerson(t)
	key := p.key(nil, "id", testPassword)
	target := Target{Name: "x", Host: "127.0.0.1", Port: freePort(t), Network: "tcp", User: testUser, PublicKey: true, IdentityFiles: []string{key}}
	prompter := &answers{secrets: []string{testPassword}}
	_, err := Dial(within(t), target, Options{Prompter: prompter})
	wantFault(t, err, fault.ConnectRefused)
	if len(prompter.asked) != 1 || !strings.Contains(prompter.asked[0].Detail, "only key") {
		t.Errorf("asked %+v", prompter.asked)
	}
	_, err = Dial(within(t), target, Options{Prompter: &answers{}})
	wantFault(t, err, fault.PromptUnanswered)
	prompter = &answers{secrets: []string{"a", "b", "c", testPassword}}
	_, err = Dial(within(t), target, Options{Prompter: prompter})
	wantFault(t, err, fault.NoKey, key, "Nothing was sent")
	if len(prompter.asked) != maxPassphraseTries {
		t.Errorf("asked %+v", prompter.asked)
	}
	for name, other := range map[string]func(*Target){
		"a password may do":    func(t *Target) { t.Password = true },
		"another key may do":   func(t *Target) { t.IdentityFiles = append(t.IdentityFiles, p.key(nil, "plain", "")) },
		"two are locked":       func(t *Target) { t.IdentityFiles = append(t.IdentityFiles, p.key(nil, "locked", "x")) },
		"the key is no option": func(t *Target) { t.PublicKey = false },
	} {
		unsure, prompter := target, &answers{secrets: []string{testPassword}}
		other(&unsure)
		_, err := Dial(within(t), unsure, Options{Prompter: prompter})
		wantFault(t, err, fault.ConnectRefused)
		if len(prompter.asked) != 0 {
			t.Errorf("%s: asked %+v", name, prompter.asked)
		}
	}
}

func TestKeyForTwoHostsIsUnlockedOnce(t *testing.T) {
	site := newSite(t)
	key := site.person.key(site.login, "locked", "x")
	site.person.allow(site.node, "locked")
	target := targetOf(site.person, site.node, key)
	via := targetOf(site.person, site.login, key)
	target.KnownHosts = []string{site.person.write("known_node", site.node.knownLine())}
	via.KnownHosts = []string{site.person.write("known_login", site.login.knownLine())}
	target.Via = &via
	prompter := &answers{secrets: []string{"x"}}
	dial(t, target, Options{Prompter: prompter})
	if len(prompter.asked) != 1 {
		t.Errorf("asked %+v", prompter.asked)
	}
}

func TestAddKeysToAgent(t *testing.T) {
	for _, test := range []struct {
		how  string
		yes  bool
		want bool
	}{{"", true, false}, {"yes", false, true}, {"ask", true, true}, {"ask", false, false}, {"confirm", false, true}} {
		t.Run(test.how, func(t *testing.T) {
			s, p := startSSHD(t), newPerson(t)
			target := targetOf(p, s, p.key(s, "opened", "x"))
			target.Agent, target.AddToAgent, target.AgentLifetime = p.agent(), test.how, time.Hour
			var told notices
			prompter := &answers{secrets: []string{"x"}, yes: test.yes}
			dial(t, target, Options{Prompter: prompter, Notice: told.add})
			list := exec.Command("ssh-add", "-L")
			list.Env = append(os.Environ(), "SSH_AUTH_SOCK="+target.Agent)
			out, _ := list.Output()
			if has := strings.Contains(string(out), filepath.Base(target.IdentityFiles[0])); has != test.want {
				t.Errorf("the agent has %s", out)
			}
			if told.count(NoticeKey) != 0 != test.want {
				t.Errorf("told %+v", told.all)
			}
		})
	}
}
