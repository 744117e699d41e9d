package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/protocol"
)

// patience bounds every wait.
const patience = 2 * time.Minute

// program is a running `sunpyter start --json`.
type program struct {
	cmd    *exec.Cmd
	lab    *lab
	begun  time.Time
	stderr bytes.Buffer
	events chan event
}

// event is a line that it prints.
type event struct {
	Event   string            `json:"event"`
	Session protocol.Session  `json:"session"`
	URL     string            `json:"url"`
	Token   string            `json:"token"`
	Error   *protocol.Problem `json:"error"`

	at time.Time // when it was printed
}

// environment returns what the program needs to find the site and nothing of this user's.
func (l *lab) environment() []string {
	return append(os.Environ(), "SUNPYTER_SSH_CONFIG="+l.site.SSHConfig(),
		"SUNPYTER_STATE="+filepath.Join(l.dir, "state"), "SUNPYTER_CONFIG="+os.DevNull, "XDG_RUNTIME_DIR="+l.dir)
}

// start starts a kernel, once no job is in the queue.
func (l *lab) start(ctx context.Context, args ...string) (*program, error) {
	if err := l.site.AwaitIdle(time.Minute); err != nil {
		return nil, err
	}
	return l.launch(ctx, nil, append([]string{"start", "alice@login"}, args...)...)
}

// launch starts the program with a command, and with more in its environment.
func (l *lab) launch(ctx context.Context, environ []string, args ...string) (*program, error) {
	p := &program{lab: l, cmd: exec.CommandContext(ctx, l.binary, append(args, "--json", "--no-browser")...), events: make(chan event, 1000)}
	p.cmd.Env = append(l.environment(), environ...)
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.events)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var e event
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				e.at = time.Now()
				p.events <- e
			}
		}
	}()
	return p, nil
}

// await reads events up to the wanted one.
func (p *program) await(ctx context.Context, want func(event) bool) (event, error) {
	timeout := time.After(patience)
	for {
		select {
		case e, open := <-p.events:
			switch {
			case !open:
				return event{}, fmt.Errorf("the program ended: %s", p.stderr.Bytes())
			case e.Error != nil:
				return event{}, fmt.Errorf("the program failed: %+v", *e.Error)
			case want(e):
				return e, nil
			}
		case <-timeout:
			return event{}, fmt.Errorf("the program does not get there: %s", p.stderr.Bytes())
		case <-ctx.Done():
			return event{}, ctx.Err()
		}
	}
}

// ready waits until cells can run.
func (p *program) ready(ctx context.Context) (event, error) {
	return p.await(ctx, func(e event) bool { return e.Event == "ready" })
}

// entered waits until the kernel is in a state.
func (p *program) entered(ctx context.Context, state protocol.SessionState) (event, error) {
	return p.await(ctx, func(e event) bool { return e.Event == "session" && e.Session.State == state })
}

// stop presses Ctrl+C and waits for the end.
func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) { // it ends when another takes its kernel over
		return err
	}
	force := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer force.Stop()
	for range p.events {
		// The output about the release is not measured.
	}
	_ = p.cmd.Wait() // the exit code is that of Ctrl+C
	p.lab.endLogins()
	return nil
}

// kill ends it and its server with -9. The server is suspended before, since it releases its
// job when its client has ended.
func (p *program) kill() error {
	server, err := childOf(p.cmd.Process.Pid)
	if err != nil {
		return err
	}
	signal := func(name string) error { return exec.Command("kill", "-"+name, strconv.Itoa(server)).Run() }
	return errors.Join(signal("STOP"), p.cmd.Process.Kill(), signal("KILL"))
}

// running runs measure while a kernel is ready, and releases it.
func (l *lab) running(ctx context.Context, measure func(*program, event) error) (err error) {
	p, err := l.start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	e, err := p.ready(ctx)
	if err != nil {
		return err
	}
	return measure(p, e)
}

// comparedToOpenSSH runs measure at each delay, with a client through the tunnel to a ready kernel and one through OpenSSH.
func (l *lab) comparedToOpenSSH(ctx context.Context, measure func(delay time.Duration, ours, theirs *jupyter.Client, o *onNode) error) error {
	return l.running(ctx, func(_ *program, e event) error {
		o, err := l.observe(ctx)
		if err != nil {
			return err
		}
		return l.atDelays(func(delay time.Duration) error {
			ssh, end, err := l.openSSH(ctx, o)
			if err != nil {
				return err
			}
			defer end()
			return measure(delay, e.client(), ssh, o)
		})
	})
}

// client returns a Jupyter client of the program's URL.
func (e event) client() *jupyter.Client { return &jupyter.Client{URL: e.URL, Token: e.Token} }
