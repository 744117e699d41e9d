//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/internal/testprogram"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// sshUser is a user whose connections are made by an ssh program: by a wrapper, which
// identifies its processes.
type sshUser struct {
	t            *testing.T
	wrapper, run string
}

// newSSHUser returns one whose wrapper runs lines of shell before ssh.
func newSSHUser(t *testing.T, lines ...string) *sshUser {
	t.Helper()
	run, err := os.MkdirTemp("", "run") // t.TempDir's names are too long for sockets
	must(t, err)
	u := &sshUser{t, filepath.Join(run, "hpc-ssh"), run}
	testprogram.Write(t, u.wrapper, strings.Join(slices.Concat([]string{"#!/bin/sh -e"}, lines, []string{`exec ssh "$@"`, ""}), "\n"))
	t.Cleanup(func() {
		u.checkNoProcesses()
		_ = os.RemoveAll(run)
	})
	return u
}

// settings makes a window this user's.
func (u *sshUser) settings() []setting {
	return []setting{envSetting("SUNPYTER_SSH", u.wrapper), envSetting("XDG_RUNTIME_DIR", u.run)}
}

// processes returns the ssh programs that run, by what they were started with.
func (u *sshUser) processes() (pids []int) {
	return testprogram.Running(func(args []string) bool {
		return strings.Contains(strings.Join(args, " "), filepath.Join(u.run, "sunpyter", "ssh-"))
	})
}

// checkNoProcesses waits until no program and no folder of its socket is left.
func (u *sshUser) checkNoProcesses() {
	u.t.Helper()
	eventually(u.t, waitLimit, func() bool {
		folders, _ := filepath.Glob(filepath.Join(u.run, "sunpyter", "ssh-*"))
		return len(folders) == 0 && len(u.processes()) == 0
	}, func() string { return "an ssh program is left" })
}

// lockedCopy returns the site's key with a passphrase.
func lockedCopy(t *testing.T, site *testcluster.Site, passphrase string) string {
	t.Helper()
	text, err := os.ReadFile(site.KeyFile())
	must(t, err)
	file := filepath.Join(t.TempDir(), "id_locked")
	must(t, os.WriteFile(file, text, 0o600))
	if out, err := exec.Command("ssh-keygen", "-q", "-p", "-a", "1", "-P", "", "-N", passphrase, "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	return file
}

// TestSystemSSH: the installed ssh makes the connection.
func TestSystemSSH(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	for name, test := range map[string]func(*testing.T, *testcluster.Site){
		"the main job, with questions": checkSystemMainJob, "it is killed": checkSystemKilled, "the check": checkSystemCheck,
		"by a step of the job": checkSystemStep,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, site)
		})
	}
	nothingLeft(t, site)
}

// checkSystemMainJob is a first use: the host is not known, and the key has a passphrase.
func checkSystemMainJob(t *testing.T, site *testcluster.Site) {
	const passphrase = "open sesame 4711"
	u, dir := newSSHUser(t), t.TempDir()
	block := hostBlock(t, site, "first", map[string]string{"UserKnownHostsFile": filepath.Join(dir, "known_hosts"), "StrictHostKeyChecking": "ask",
		"IdentityFile": lockedCopy(t, site, passphrase), "IdentityAgent": "none"})
	w := openWindow(t, site, append(u.settings(), sshConfig(t, block))...)
	var secrets, confirms [][]byte
	w.prompt = func(method string, raw json.RawMessage) any {
		if method == protocol.MethodPromptConfirm {
			confirms = append(confirms, raw)
			return protocol.PromptConfirmResult{Accepted: true}
		}
		secrets = append(secrets, raw)
		return protocol.PromptSecretResult{Value: passphrase}
	}
	logins := acceptedKeys(t, site)
	answer := w.startAt("alice@first", protocol.KernelRequest{})
	must(t, answer.err)
	if out := execute(t, answer.KernelStartResult, "import socket; print(socket.gethostname())"); strings.TrimSpace(out) != answer.Session.Node {
		t.Errorf("the kernel printed %q", out)
	}
	purpose := `"passphrase"`
	if sshtest.SSHBefore(t, sshtest.NamesHosts) {
		purpose = `"code"` // the host might have asked
	}
	if len(secrets) != 1 || len(confirms) != 1 || !bytes.Contains(confirms[0], []byte("ED25519 key SHA256:")) || !bytes.Contains(secrets[0], []byte(purpose)) {
		t.Errorf("asked %q and %q", confirms, secrets)
	}
	if n := acceptedKeys(t, site) - logins; n != 1 {
		t.Errorf("%d logins", n)
	}
	for _, pid := range u.processes() {
		line, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		variables, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
		if bytes.Contains(append(line, variables...), []byte(passphrase)) {
			t.Error("the passphrase can be seen")
		}
	}
	if known, err := os.ReadFile(filepath.Join(dir, "known_hosts")); err != nil || len(known) == 0 {
		t.Errorf("the host is unknown next time: %v", err)
	}
	if released := w.stopAll(); len(released) != 1 || released[0].Outcome != protocol.ReleaseDone {
		t.Errorf("released %+v", released)
	}
	w.close()
	u.checkNoProcesses()
	nothingLeft(t, site)
}

// acceptedKeys counts alice's logins to the login node by key.
func acceptedKeys(t *testing.T, site *testcluster.Site) int {
	t.Helper()
	log, err := site.Log("login", "sshd")
	must(t, err)
	return strings.Count(log, "Accepted publickey for alice")
}

// checkSystemKilled: the connection is re-established, and the kernel keeps running.
func checkSystemKilled(t *testing.T, site *testcluster.Site) {
	u := newSSHUser(t)
	w := openWindow(t, site, u.settings()...)
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	for _, pid := range u.processes() {
		must(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	w.awaitState(protocol.StateDisconnected)
	w.await("ready", inState(protocol.StateReady))
	k.checkSurvived()
	w.stopAll()
	w.close()
	u.checkNoProcesses()
}

// checkSystemStep: a user who logs in without an own key reaches the job by a step.
func checkSystemStep(t *testing.T, site *testcluster.Site) {
	u := newSSHUser(t)
	w := openWindow(t, site, append(u.settings(), envSetting("SUNPYTER_ROUTE", "srun"))...)
	checkAnswers(t, w.start(protocol.KernelRequest{}))
	w.stopAll()
	w.close()
}

// checkSystemCheck: a check by the ssh program finds the same causes, and names the program.
func checkSystemCheck(t *testing.T, site *testcluster.Site) {
	same := []string{"The host's name is misspelt, or known only through the VPN", "The port is wrong", "Something else than SSH answers there",
		"The host's key is not known", "The host's key has changed", "The host's key was withdrawn", "There is no SSH key", "The key is not on the cluster",
		"The user name is wrong"}
	for _, x := range brokenHosts {
		if !slices.Contains(same, x.name) {
			continue
		}
		t.Run(x.name, func(t *testing.T) {
			u := newSSHUser(t)
			x.answer, x.advice, x.around = "", "", func(*testing.T) []setting { return u.settings() }
			x.run(t, site)
		})
	}
	u := newSSHUser(t)
	x := brokenSetup{around: func(*testing.T) []setting { return u.settings() }, host: withDirectives("HostbasedAuthentication", "yes")}
	w := x.window(t, site)
	result := w.check("lab", false)
	if s := findStep(t, result, "ssh-config"); s.Outcome != protocol.CheckOK || !strings.Contains(s.Detail, "by the program "+u.wrapper) || !result.OK {
		t.Errorf("%+v", result)
	}
	if s := findStep(t, result, "login"); s.Detail == "as alice" {
		t.Errorf("the key is not named: %+v", s)
	}
	w.close()
}

// TestSystemSSHWithoutFreeSessions: through the connection daemon, too, a host that allows one command at a time
// is recognized, and the error names that.
func TestSystemSSHWithoutFreeSessions(t *testing.T) {
	t.Parallel()
	requireFaults(t, "a command waits 10 s for room")
	site := testcluster.Shared(t)
	block := hostBlock(t, site, "far", directives{"Port": startTestSSHD(t, site, 2201, "MaxSessions 1").port})
	w := newLaptop(t, site, &codePrompter{}).window(envSetting("SUNPYTER_SSH", "system"), sshConfig(t, block))
	wantProblem{fault.CommandFailed, "allows no more commands on this connection", "MaxSessions"}.check(t, w.failStart("alice@far", protocol.KernelRequest{}))
	w.close()
	nothingLeft(t, site)
}

// TestSystemSSHLongCut: a silent link is closed and re-established.
func TestSystemSSHLongCut(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the link is cut for a minute")
	site := testcluster.Start(t, testcluster.Options{})
	u := newSSHUser(t)
	w := openWindow(t, site, u.settings()...)
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	must(t, site.Cut())
	begun := time.Now()
	w.awaitState(protocol.StateDisconnected)
	measure(t, "known to be lost", "after %.0f s", time.Since(begun).Seconds())
	must(t, site.Uncut())
	w.await("ready", inState(protocol.StateReady))
	k.checkSurvived()
	w.stopAll()
	w.close()
	u.checkNoProcesses()
	nothingOfOurs(t, site)
}

// checkSystemCodes: one code is enough for the start, a list and a stop of a terminal. If the
// connection daemon is killed, its ssh program goes with it.
func checkSystemCodes(t *testing.T, l *laptop) {
	in, refused := codeLogins(t, l.site)
	typed := l.prompter.count()
	l.more = []string{"SUNPYTER_SSH=system"}
	w := l.window(envSetting("SUNPYTER_SSH", "system"))
	ready := w.start(protocol.KernelRequest{})
	checkAnswers(t, ready)
	l.terminal("list", "alice@login").check(t, 0, ready.Session.JobID)
	l.terminal("stop", ready.Session.JobID, "alice@login").check(t, 0, ready.Session.JobID)
	w.close()
	if now, refusedNow := codeLogins(t, l.site); now-in != 1 || refusedNow != refused || l.prompter.count()-typed != 1 {
		t.Errorf("%d logins, %d refused, %d codes", now-in, refusedNow-refused, l.prompter.count()-typed)
	}
	program := &sshUser{t: t, run: l.run}
	if len(program.processes()) != 1 || len(l.daemons()) != 1 {
		t.Errorf("processes %v of keepers %v", program.processes(), l.daemons())
	}
	l.signal(syscall.SIGKILL)
	eventually(t, waitLimit, func() bool { return len(program.processes()) == 0 }, func() string { return "the ssh program is left" })
	nothingLeft(t, l.site)
}
