package check

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
	"github.com/sa2c/sunpyter/tunnel/transport"
)

func (c *checker) checkSSHConfig(ctx context.Context) finding {
	target, err := sshconfig.Resolve(ctx, c.Profile.Host, c.Profile.User, sshconfig.Options{Log: c.Log, File: c.Profile.SSHConfig, Program: c.Profile.SSH})
	if err != nil {
		return failed(err)
	}
	c.target = target
	found := fmt.Sprintf("%s port %d as %s", target.Host, target.Port, target.User)
	for via := target.Route.Via; via != nil; via = via.Route.Via {
		found += ", through " + via.Host
	}
	if target.Route.ProxyCommand != "" {
		found += ", by a ProxyCommand"
	}
	if target.Program != "" {
		found += ", by the program " + target.Program
	}
	if len(target.Warnings) > 0 {
		return warning(found+"; "+strings.Join(target.Warnings, "; "), "")
	}
	return ok(found)
}

func (c *checker) checkName(ctx context.Context) finding {
	addresses, err := transport.LookUp(ctx, c.target)
	switch {
	case err != nil:
		return failed(err)
	case len(addresses) == 0:
		return ok("left to the ProxyCommand")
	}
	return ok(strings.Join(addresses, ", "))
}

// loginProbe is the one login of a check, whose stages are separate tests.
type loginProbe struct {
	cancel context.CancelFunc
	stages map[string]*stage  // by the kind of notice that completes them
	done   chan struct{}      // closed when the login has succeeded or failed
	login  nodeconn.LoginConn // set before done is closed, as is err
	err    error

	password atomic.Bool // the user was prompted for one
}

// stage is a part of a login.
type stage struct {
	order int
	once  sync.Once
	done  chan struct{} // closed when the stage is complete
	found string        // set before done is closed
}

func (s *stage) complete(found string) {
	s.once.Do(func() { // a retried attempt completes its first stages again
		s.found = found
		close(s.done)
	})
}

// startLogin begins the one login of the check.
func (c *checker) startLogin(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	p := &loginProbe{cancel: cancel, done: make(chan struct{}), stages: map[string]*stage{}}
	for i, kind := range []string{prompts.NoticeConnected, prompts.NoticeHostKnown, prompts.NoticeLoggedIn} {
		p.stages[kind] = &stage{order: i, done: make(chan struct{})}
	}
	c.probe = p
	stop := c.Notices.Listen(&connpool.Listener{
		Notice: func(n prompts.Notice) {
			if stage := p.stages[n.Kind]; stage != nil && n.Host == c.target.Name {
				stage.complete(n.Text)
			}
		},
		Prompt: func(q prompts.SecretQuestion) {
			if q.Purpose == prompts.PurposePassword {
				p.password.Store(true)
			}
		},
	})
	go func() { // returns with the login, which ctx cancels
		defer close(p.done)
		defer stop()
		p.login, p.err = c.Pool.Connect(ctx, c.Profile.Place, true)
	}()
}

// end cancels the login if it is running; it may be called on nil.
func (p *loginProbe) end() {
	if p != nil {
		p.cancel()
		<-p.done
	}
}

// failureStage is the order of the stage at which a login fails, by the failure's
// code; lastStage for all others.
var failureStage = map[fault.Code]int{
	fault.HostUnknown: 0, fault.ConnectRefused: 0, fault.ConnectTimeout: 0, fault.ConnectFailed: 0, fault.HandshakeFailed: 0,
	fault.HostKeyUnknown: 1, fault.HostKeyChanged: 1,
}

const lastStage = 2

// await waits until a stage is complete and returns what was found. The stage is
// skipped if the login failed at a later one without having reported it.
func (p *loginProbe) await(ctx context.Context, kind string) finding {
	stage := p.stages[kind]
	select {
	case <-stage.done:
	case <-p.done:
	case <-ctx.Done():
	}
	switch {
	case channels.IsClosed(stage.done):
		return ok(stage.found)
	case !channels.IsClosed(p.done):
		return skipped()
	case p.err == nil:
		return ok("using a connection that is already open")
	}
	at, known := failureStage[fault.CodeOf(p.err)]
	if !known {
		at = lastStage
	}
	if at > stage.order {
		return skipped()
	}
	return failed(p.err)
}

func (c *checker) checkPort(ctx context.Context) finding {
	c.startLogin(ctx)
	return c.probe.await(ctx, prompts.NoticeConnected)
}

func (c *checker) checkHostKey(ctx context.Context) finding {
	return c.probe.await(ctx, prompts.NoticeHostKnown)
}

func (c *checker) checkLogin(ctx context.Context) finding {
	p := c.probe
	f := p.await(ctx, prompts.NoticeLoggedIn)
	select {
	case <-p.done: // what follows the login, such as installing a key, is part of it
	case <-ctx.Done():
		return skipped()
	}
	if p.err != nil {
		return failed(p.err)
	}
	c.login = p.login
	key := f.detail
	f.detail = "as " + c.login.User()
	if key != "" {
		f.detail += " (" + key + ")"
	}
	if p.password.Load() && key == "" {
		return warning(f.detail+", by a password", "A key saves you from typing it: make one with "+fault.Shell("ssh-keygen -t ed25519")+", and install it with "+
			fault.Shell("ssh-copy-id "+c.login.User()+"@"+c.target.Host)+".")
	}
	return f
}

// shellTimeout is how long a login shell may take to start.
const shellTimeout = 30 * time.Second

// checkShell fails if commands do not run: a startup file may print, exit or hang.
func (c *checker) checkShell(ctx context.Context) finding {
	limit, cancel := context.WithTimeout(ctx, shellTimeout)
	defer cancel()
	begun := time.Now()
	stdout, _, _, err := c.login.Run(limit, loginshell.Command(`printf %s "$SHELL"`), nil)
	if limit.Err() != nil && ctx.Err() == nil {
		return failed(&fault.Error{Code: fault.CommandFailed, Tried: "running a command on the login node in your login shell", Err: err,
			Answer: "it has not started after " + units.Duration(shellTimeout) + ": a startup file (.bashrc, .profile, .zshrc, config.fish) does not finish",
			Advice: "Look there for a loop, a question, or a program that waits, and skip it in non-interactive shells: " + fault.Shell("case $- in *i*) ;; *) return ;; esac") + " at the top of .bashrc."})
	}
	if err != nil {
		return failed(err)
	}
	output, err := loginshell.StripNoise(stdout)
	if err != nil {
		return failed(err)
	}
	found := string(output)
	if noise := len(strings.TrimSpace(string(stdout[:len(stdout)-len(output)]))); noise > 100 {
		found += "; its startup files print something, which is harmless here"
	}
	if took := time.Since(begun); took > 5*time.Second {
		return warning(fmt.Sprintf("%s, which took %.0f s to start", found, took.Seconds()), "Find the slow line in your startup files there; it is often conda's.")
	}
	return ok(found)
}
