package server

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
)

func (c *check) sshConfig(ctx context.Context) finding {
	target, err := tunnel.Resolve(ctx, c.profile.Host, c.profile.User, tunnel.ResolveOptions{Log: c.server.log, File: c.profile.SSHConfig, Program: c.profile.SSH})
	if err != nil {
		return failed(err)
	}
	c.target = target
	found := fmt.Sprintf("%s port %d as %s", target.Host, target.Port, target.User)
	for via := target.Via; via != nil; via = via.Via {
		found += ", through " + via.Host
	}
	if target.ProxyCommand != "" {
		found += ", by a ProxyCommand"
	}
	if target.Program != "" {
		found += ", by the program " + target.Program
	}
	if len(target.Warnings) > 0 {
		return warning(found+"; "+strings.Join(target.Warnings, "; "), "")
	}
	return fine(found)
}

func (c *check) lookUp(ctx context.Context) finding {
	addresses, err := tunnel.LookUp(ctx, c.target)
	switch {
	case err != nil:
		return failed(err)
	case len(addresses) == 0:
		return fine("left to the ProxyCommand")
	}
	return fine(strings.Join(addresses, ", "))
}

// entry is the one login of a check, whose stages are tests of their own.
type entry struct {
	cancel context.CancelFunc
	stages map[string]*stage // by the kind of notice that tells of it
	over   chan struct{}
	login  session.Login // set before over is closed, as is err
	err    error

	mu       sync.Mutex // guards password
	password bool       // one was asked for
}

// stage is a part of a login. done is closed when it is behind us.
type stage struct {
	order int
	once  sync.Once
	done  chan struct{}
	found string // set before done is closed
}

func (s *stage) reach(found string) {
	s.once.Do(func() { // an attempt that the host cut off may have told it already
		s.found = found
		close(s.done)
	})
}

// enter begins the login. It is one attempt, whatever comes of it.
func (c *check) enter(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	e := &entry{cancel: cancel, over: make(chan struct{}), stages: map[string]*stage{}}
	for i, kind := range []string{tunnel.NoticeConnected, tunnel.NoticeHostKnown, tunnel.NoticeLoggedIn} {
		e.stages[kind] = &stage{order: i, done: make(chan struct{})}
	}
	c.entry = e
	stop := c.server.notices.Listen(&connpool.Listener{
		Notice: func(n tunnel.Notice) {
			if stage := e.stages[n.Kind]; stage != nil && n.Host == c.target.Name {
				stage.reach(n.Text)
			}
		},
		Prompt: func(q tunnel.SecretQuestion) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.password = e.password || q.Purpose == tunnel.PurposePassword
		},
	})
	go func() { // ends with the login, which ctx ends
		defer close(e.over)
		defer stop()
		e.login, e.err = c.server.pool.Connect(ctx, c.profile, true)
	}()
}

// end ends the login if it is under way; it may be called on nil.
func (e *entry) end() {
	if e != nil {
		e.cancel()
		<-e.over
	}
}

// failsAt is the stage at which a login fails, by the failure's code; the last
// for all others.
var failsAt = map[fault.Code]int{
	fault.HostUnknown: 0, fault.ConnectRefused: 0, fault.ConnectTimeout: 0, fault.ConnectFailed: 0, fault.HandshakeFailed: 0,
	fault.HostKeyUnknown: 1, fault.HostKeyChanged: 1,
}

const lastStage = 2

// await waits until a stage is behind us, and gives what was found there. A login
// that failed at a later one, unseen, leaves it open.
func (e *entry) await(ctx context.Context, kind string) finding {
	stage := e.stages[kind]
	select {
	case <-stage.done:
	case <-e.over:
	case <-ctx.Done():
	}
	switch {
	case isClosed(stage.done):
		return fine(stage.found)
	case !isClosed(e.over):
		return skipped()
	case e.err == nil:
		return fine("a connection that is open already is used")
	}
	at, known := failsAt[fault.CodeOf(e.err)]
	if !known {
		at = lastStage
	}
	if at > stage.order {
		return skipped()
	}
	return failed(e.err)
}

func (c *check) port(ctx context.Context) finding {
	c.enter(ctx)
	return c.entry.await(ctx, tunnel.NoticeConnected)
}

func (c *check) hostKey(ctx context.Context) finding {
	return c.entry.await(ctx, tunnel.NoticeHostKnown)
}

func (c *check) logIn(ctx context.Context) finding {
	e := c.entry
	f := e.await(ctx, tunnel.NoticeLoggedIn)
	select {
	case <-e.over: // what follows the login, as a new key, is part of it
	case <-ctx.Done():
		return skipped()
	}
	if e.err != nil {
		return failed(e.err)
	}
	c.login = e.login
	key := f.detail
	f.detail = "as " + c.login.User()
	if key != "" {
		f.detail += " (" + key + ")"
	}
	if e.password && key == "" {
		return warning(f.detail+", by a password", "A key saves you from typing it: make one with `ssh-keygen -t ed25519`, and put it in place with `ssh-copy-id "+
			c.login.User()+"@"+c.target.Host+"`.")
	}
	return f
}

// shellPatience is how long a login shell may take to begin.
const shellPatience = 30 * time.Second

// shell looks whether commands run at all: a startup file may print, end the shell
// or never come to its end.
func (c *check) shell(ctx context.Context) finding {
	limit, cancel := context.WithTimeout(ctx, shellPatience)
	defer cancel()
	begun := time.Now()
	stdout, _, _, err := c.login.Run(limit, slurm.LoginCommand(`printf %s "$SHELL"`), nil)
	if limit.Err() != nil && ctx.Err() == nil {
		return failed(&fault.Error{Code: fault.CommandFailed, Tried: "running a command on the login node in your login shell", Err: err,
			Answer: fmt.Sprintf("it has not begun after %v: a startup file (.bashrc, .profile, .zshrc, config.fish) does not come to its end", shellPatience),
			Advice: "Look there for a loop, a question, or a program that waits, and leave it out where nobody types: `case $- in *i*) ;; *) return ;; esac` at the top of .bashrc."})
	}
	if err != nil {
		return failed(err)
	}
	output, err := slurm.StripNoise(stdout)
	if err != nil {
		return failed(err)
	}
	found := string(output)
	if noise := len(strings.TrimSpace(string(stdout[:len(stdout)-len(output)]))); noise > 100 {
		found += ", whose startup files print something, which does no harm here"
	}
	if took := time.Since(begun); took > 5*time.Second {
		return warning(fmt.Sprintf("%s, which took %.0f s to begin", found, took.Seconds()), "Look which line of your startup files there is slow; conda's are often.")
	}
	return fine(found)
}
