//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/testprogram"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// laptop is one computer, whose windows and commands share their logins.
type laptop struct {
	t          *testing.T
	site       *testcluster.Site
	state, run string // its state, and its sockets
	prompter   *codePrompter
	more       []string // of the environment of its commands
}

// codePrompter is a user with a list of one-time codes.
type codePrompter struct {
	mu    sync.Mutex
	typed int           // how many codes were given
	delay time.Duration // how long the user takes for one
}

// answer returns yes, or the next code.
func (p *codePrompter) answer(method string, _ json.RawMessage) any {
	if method == protocol.MethodPromptConfirm {
		return protocol.PromptConfirmResult{Accepted: true}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	time.Sleep(p.delay)
	p.typed++
	return protocol.PromptSecretResult{Value: code(p.typed)}
}

func (p *codePrompter) setDelay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// count returns how many codes were given.
func (p *codePrompter) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.typed
}

func newLaptop(t *testing.T, site *testcluster.Site, person *codePrompter) *laptop {
	t.Helper()
	run, err := os.MkdirTemp("", "run") // t.TempDir's names are too long for sockets
	must(t, err)
	l := &laptop{t: t, site: site, state: t.TempDir(), run: run, prompter: person}
	t.Cleanup(func() {
		l.signal(syscall.SIGKILL)
		eventually(t, waitLimit, func() bool { return len(l.daemons()) == 0 }, func() string { return "a daemon is left" })
		_ = os.RemoveAll(run)
	})
	return l
}

// window opens a window there.
func (l *laptop) window(settings ...setting) *window {
	l.t.Helper()
	return openWindow(l.t, l.site, append(l.settings(), settings...)...)
}

// settings makes a window one of the laptop's.
func (l *laptop) settings() []setting {
	return []setting{stateDirSetting(l.state), envSetting("XDG_RUNTIME_DIR", l.run), func(w *window, _ *protocol.InitializeParams) {
		w.daemonCommand, w.prompt = []string{os.Args[0], share.Command}, l.prompter.answer
	}}
}

// terminal runs a command there to its end.
func (l *laptop) terminal(args ...string) commandResult {
	l.t.Helper()
	path, err := binary()
	must(l.t, err)
	cmd := exec.CommandContext(l.t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "SUNPYTER_SHARE_LOGIN=true", "SUNPYTER_SSH_CONFIG="+l.site.SSHConfig(), "SUNPYTER_STATE="+l.state,
		"SUNPYTER_CONFIG="+os.DevNull, "XDG_RUNTIME_DIR="+l.run, "GORACE=atexit_sleep_ms=0")
	cmd.Env = append(cmd.Env, l.more...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		l.t.Fatal(err)
	}
	return commandResult{out.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// daemons returns the connection daemons there.
func (l *laptop) daemons() (pids []int) {
	return testprogram.Running(func(args []string) bool {
		return slices.Contains(args, share.Command) && strings.Contains(strings.Join(args, " "), l.run)
	})
}

func (l *laptop) signal(s syscall.Signal) {
	for _, pid := range l.daemons() {
		_ = syscall.Kill(pid, s)
	}
}

// code returns the user's n-th one-time code.
func code(n int) string { return fmt.Sprintf("%08d", 10000000+n) }

// startCodeSite returns a site that accepts one-time codes only.
func startCodeSite(t *testing.T) *testcluster.Site {
	t.Helper()
	site := testcluster.Start(t, testcluster.Options{LoginSSHD: "KbdInteractiveAuthentication yes\nAuthenticationMethods keyboard-interactive\n"})
	requireCodes(t, site)
	must(t, site.WriteFile("login", "/root/codes", 0o600, codesFile()))
	must(t, site.WriteFile("login", "/etc/pam.d/sshd", 0o600, codePAM))
	return site
}

// codeLogins counts the logins by code that were let in, and those that were refused.
func codeLogins(t *testing.T, site *testcluster.Site) (in, refused int) {
	t.Helper()
	log, err := site.Log("login", "sshd")
	must(t, err)
	return strings.Count(log, "Accepted keyboard-interactive/pam for alice"), strings.Count(log, "Failed keyboard-interactive/pam for alice")
}

// TestOneTimeCodes: where each login costs a code.
func TestOneTimeCodes(t *testing.T) {
	t.Parallel()
	site, person := startCodeSite(t), &codePrompter{}
	for name, test := range map[string]func(*testing.T, *laptop){
		"one login for a laptop": checkOneLogin, "the daemon dies": checkDaemonDeath, "a reload without a daemon": checkSlowReload, "system ssh": checkSystemCodes,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, newLaptop(t, site, person))
		})
	}
}

// checkOneLogin checks that one login is enough for the start, a reload, a second window, and commands of a terminal.
func checkOneLogin(t *testing.T, l *laptop) {
	in, refused := codeLogins(t, l.site)
	old := l.window(reloadGraceSetting(30))
	before := old.start(protocol.KernelRequest{})
	checkAnswers(t, before)

	next := l.window(reloadGraceSetting(30))
	go func() { _ = old.rpc.Close() }()
	var after protocol.KernelStartResult
	must(t, next.call(protocol.MethodKernelTakeOver, protocol.KernelTakeOverParams{SessionID: before.Session.ID}, &after))
	if after.URL != before.URL || after.Session.JobID != before.Session.JobID {
		t.Errorf("after the reload: %+v", after)
	}
	old.waitServed(20 * time.Second)
	checkAnswers(t, after)

	second := l.window()
	other := second.start(protocol.KernelRequest{})
	checkAnswers(t, other)
	l.terminal("list", "alice@login").check(t, 0, before.Session.JobID, other.Session.JobID)
	l.terminal("stop", other.Session.JobID, "alice@login").check(t, 0, other.Session.JobID)
	next.stopAll()
	next.close()
	second.close()
	l.terminal("list", "alice@login").check(t, 0)
	if now, refusedNow := codeLogins(t, l.site); now-in != 1 || refusedNow != refused {
		t.Errorf("%d logins, %d refused", now-in, refusedNow-refused)
	}
	if len(l.daemons()) != 1 {
		t.Errorf("keepers %v", l.daemons())
	}
	l.signal(syscall.SIGTERM)
	nothingLeft(t, l.site)
}

// checkDaemonDeath: the kernel keeps running, and the user enters one more code.
func checkDaemonDeath(t *testing.T, l *laptop) {
	w := l.window()
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	typed := l.prompter.count()
	l.signal(syscall.SIGKILL)
	w.awaitState(protocol.StateDisconnected)
	w.await("ready", inState(protocol.StateReady))
	k.checkSurvived()
	if n := l.prompter.count() - typed; n != 1 {
		t.Errorf("%d codes were typed", n)
	}
	w.stopAll()
	w.close()
	eventually(t, waitLimit, func() bool { return len(l.daemons()) == 0 }, func() string { return "the daemon stays, although nothing needs it" })
	nothingLeft(t, l.site)
}

// checkSlowReload: the new window has to log in, and the user takes longer for the
// code than a window may take to reload.
func checkSlowReload(t *testing.T, l *laptop) {
	own := func(w *window, _ *protocol.InitializeParams) { w.daemonCommand = nil }
	const grace = 3
	old := l.window(reloadGraceSetting(grace), own)
	before := old.start(protocol.KernelRequest{})
	l.prompter.setDelay((2*grace + 4) * time.Second)
	defer l.prompter.setDelay(0)
	go func() { _ = old.rpc.Close() }()
	next := l.window(reloadGraceSetting(grace), own)
	var after protocol.KernelStartResult
	must(t, next.call(protocol.MethodKernelTakeOver, protocol.KernelTakeOverParams{SessionID: before.Session.ID}, &after))
	if after.Session.JobID != before.Session.JobID {
		t.Errorf("after the reload: %+v", after)
	}
	checkAnswers(t, after)
	next.stopAll()
	next.close()
	old.waitServed(waitLimit)
	nothingLeft(t, l.site)
}
