//go:build !windows

package openssh

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/internal/watchdog"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// pollInterval is how often the socket of a program without a log is looked for.
const pollInterval = 250 * time.Millisecond

// exitTimeout is how long an ssh program may take to exit after SIGTERM.
const exitTimeout = 2 * time.Second

// Client is a connection that an ssh program has: it runs as a control master, a
// child of this process, and each channel goes through its control socket.
type Client struct {
	target    *sshconfig.Target
	cfg       Config
	dir       *socketDir
	parser    *logParser
	log       *logPipe
	askpass   *askpass
	cmd       *exec.Cmd
	watchdog  *watchdog.Watchdog // of the login
	prompting atomic.Bool
	seen      map[string]bool // the questions so far; used by one question at a time
	control   *ssh.Client     // set by login

	once    sync.Once
	ready   chan struct{}           // closed once connections can be opened
	stopped context.Context         // ends once the login is to end; its cause is a fault of ours or a reason from the log
	stop    context.CancelCauseFunc // ends stopped; the first cause is kept
	ended   chan struct{}           // closed when the program has ended
	exit    error                   // set before ended is closed
}

// Dial logs in to t with the program t.Program, once. busy reports that the host closed
// the connection before the login because it was busy, so that another attempt may succeed.
func Dial(ctx context.Context, t *sshconfig.Target, cfg Config) (c *Client, busy bool, err error) {
	c, err = startClient(ctx, t, cfg)
	if err != nil {
		return nil, false, &fault.Error{Code: fault.SSHConfig, Tried: "starting " + t.Program + " to connect to " + t.Label(), Answer: err.Error(), Err: err,
			Advice: "Correct the cluster's setting ssh: system, or the path of a program with the same options as ssh."}
	}
	if err := c.login(ctx); err != nil {
		_ = c.Close()
		f := fault.As(err)
		return nil, f != nil && c.parser.isBusy(f), err
	}
	return c, false, nil
}

// startClient starts the program.
func startClient(ctx context.Context, t *sshconfig.Target, cfg Config) (s *Client, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s = &Client{target: t, cfg: cfg, seen: map[string]bool{}, ready: make(chan struct{}), ended: make(chan struct{})}
	s.stopped, s.stop = context.WithCancelCause(context.Background())
	if s.dir, err = newSocketDir(cfg.Sockets); err != nil {
		return nil, err
	}
	s.watchdog = watchdog.New(s.patience(stageConnecting), s.tooSilent)
	defer func() {
		if err != nil {
			s.discard()
		}
	}()
	s.parser = &logParser{notify: s.notify, stop: s.stop, onLine: s.onLine, onReady: sync.OnceFunc(func() { close(s.ready) })}
	var writes *os.File
	if s.log, writes, err = newLogPipe(s.parser); err != nil {
		return nil, err
	}
	defer func() { _ = writes.Close() }()
	if s.askpass, err = newAskpass(ctx, s.dir.path, s.answer); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(t.Program, arguments(t, s.dir.socket(), cfg)...)
	s.cmd.Env = append(os.Environ(), s.askpass.environment(self)...)
	s.cmd.Stderr = writes
	s.cmd.SysProcAttr = childAttributes()
	return s, s.start()
}

// discard closes the resources of a program that was not started.
func (s *Client) discard() {
	s.watchdog.Stop()
	if s.log != nil {
		s.log.close()
	}
	if s.askpass != nil {
		s.askpass.close()
	}
	s.dir.remove()
}

func (s *Client) notify(kind, text string) {
	s.cfg.Notify(prompts.Notice{Kind: kind, Host: s.target.Name, Text: text})
}

// onLine restarts the watchdog of the login: the program has written something.
func (s *Client) onLine(stage loginStage) {
	if !s.prompting.Load() && stage < stageIn {
		s.watchdog.LimitTo(s.patience(stage))
	}
}

// start starts the program, in a goroutine that ends with it. Where the system ends it
// with us, it does so at the end of the thread that has started it.
func (s *Client) start() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread() // the thread stays: other processes may depend on it
		err := s.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.exit = s.cmd.Wait()
		s.log.end(time.Second)                                // its children may keep its output open
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // its remaining children: a wrapper's ssh, a ProxyCommand
		s.askpass.close()
		s.dir.remove()
		close(s.ended)
	}()
	return <-started
}

// login waits until the program has logged in. It is one attempt.
func (s *Client) login(ctx context.Context) error {
	defer s.watchdog.Stop()
	look := time.NewTicker(pollInterval)
	defer look.Stop()
	for waits := true; waits; {
		inside := false
		select {
		case <-s.ready:
			inside = true
		case <-look.C: // a wrapper may discard the program's log
			_, err := os.Lstat(s.dir.socket())
			inside = err == nil
		case <-s.ended:
			waits = false
		case <-s.stopped.Done():
			waits = false
		case <-ctx.Done():
			waits = false
		}
		if inside && !s.isStopped() {
			return s.connectControl(ctx)
		}
	}
	_ = s.Close()
	cause := context.Cause(s.stopped)
	switch {
	case ctx.Err() != nil:
		return fault.ContextError(ctx, "connecting to "+s.target.Label())
	case fault.As(cause) != nil: // the program exits soon after that
		return cause
	}
	return s.parser.loginError(s.target, s.target.Program, cause, s.exit)
}

// isStopped reports whether the program's log so far ends the login.
func (s *Client) isStopped() bool {
	s.log.catchUp()
	return s.stopped.Err() != nil
}

// patience is how long the program may be silent at a stage of the login. Hosts in
// between are not in its log.
func (s *Client) patience(stage loginStage) time.Duration {
	switch {
	case stage == stageAsking:
		return watchdog.LoginTimeout
	case stage == stageConnecting && (s.target.Route.Via != nil || s.target.Route.ProxyCommand != ""):
		return s.target.Timeout(s.cfg.ConnectTimeout) + watchdog.LoginTimeout
	}
	return s.target.Timeout(s.cfg.ConnectTimeout)
}

// tooSilent ends a login in which nothing happens.
func (s *Client) tooSilent() {
	s.stop(watchdog.SilentError(s.target, s.parser.now().stage == stageAsking, nil))
}

// answer answers a question, with the program's clock stopped.
func (s *Client) answer(ctx context.Context, q askpassQuestion) askpassAnswer {
	s.prompting.Store(true)
	resume := s.watchdog.Pause()
	defer func() {
		s.prompting.Store(false)
		resume()
	}()
	if s.isStopped() { // according to what was logged before the question
		return askpassAnswer{}
	}
	return s.ask(ctx, q)
}

// connectControl connects to the control socket.
func (s *Client) connectControl(ctx context.Context) (err error) {
	if s.control, err = dialControl(ctx, s.dir.socket()); err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fault.ContextError(ctx, "connecting to "+s.target.Label())
	}
	return &fault.Error{Code: fault.SSHConfig, Tried: "using the connection of " + s.target.Program + " to " + s.target.Label(), Err: err,
		Answer: "it logged in, but offers no control connection: " + bounded.Text(err.Error(), 300),
		Advice: "The program must pass its options (including -M and -S) to OpenSSH's ssh, and run until that ends."}
}

// Address returns the host's address and port, if the program has logged them.
func (s *Client) Address() string { return s.parser.now().address }

// Wait waits for the program's end, and returns its last message as an error.
func (s *Client) Wait() error {
	<-s.ended
	if words := s.parser.lastLine(); words != "" {
		return errors.New(words)
	}
	return s.exit
}

// Close ends the program and all that goes through it, and waits for its exit.
func (s *Client) Close() error {
	s.once.Do(func() {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-s.ended:
		case <-time.After(exitTimeout):
			_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		}
	})
	<-s.ended
	return nil
}
