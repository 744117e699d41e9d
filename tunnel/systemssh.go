//go:build !windows

package tunnel

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
)

// systemLook is how often it is looked whether a program that says nothing has logged in.
const systemLook = 250 * time.Millisecond

// systemEndTimeout is how long an ssh program may take to end when it is told to.
const systemEndTimeout = 2 * time.Second

// systemSSH is a connection that an ssh program has: it runs as a control master, a
// child of this process, and each channel goes through its control socket.
type systemSSH struct {
	target  *Target
	cfg     programConfig
	folder  *systemFolder
	words   *systemWords
	said    *wordsPipe
	ask     *askpass
	cmd     *exec.Cmd
	dog     *watchdog // of the login
	asking  atomic.Bool
	control *ssh.Client // set by login

	once    sync.Once
	in      chan struct{} // closed once connections can be opened
	stopped chan struct{} // closed once the login is to end; see stop
	cause   error         // why, set before stopped is closed; nil with halt
	halt    *systemStop
	halting sync.Once
	ended   chan struct{} // closed when the program has ended
	exit    error         // set before ended is closed
}

// programConfig is what a connection needs besides its target.
type programConfig struct {
	// prompter may be nil: nobody is asked.
	prompter Prompter
	// notify is called with how far the login is, and what the host says.
	notify func(Notice)
	// keys sign for hosts behind this one, once the program has had them unlocked.
	keys *keyring
	// sockets is a private directory for sockets; empty: they are among the temporary files.
	sockets string
	// connectTimeout overrides the configuration's; 0: it does not.
	connectTimeout time.Duration
	// aliveInterval is when a silent host is asked for a sign, alivePatience how long it may take.
	aliveInterval, alivePatience time.Duration
}

// dialProgram logs in to t with the program t.Program, once. busy reports that the host closed
// the connection before the login for want of room, so that another attempt may succeed.
func dialProgram(ctx context.Context, t *Target, cfg programConfig) (c *systemSSH, busy bool, err error) {
	c, err = startProgram(ctx, t, cfg)
	if err != nil {
		return nil, false, &fault.Error{Code: fault.SSHConfig, Tried: "starting " + t.Program + " to connect to " + t.label(), Answer: err.Error(), Err: err,
			Advice: "Correct the setting ssh of the cluster: system, or the path of a program that is used as ssh is."}
	}
	if err := c.login(ctx); err != nil {
		_ = c.Close()
		f := asFault(err)
		return nil, f != nil && c.words.turnedAway(f), err
	}
	return c, false, nil
}

// startProgram starts the program.
func startProgram(ctx context.Context, t *Target, cfg programConfig) (s *systemSSH, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s = &systemSSH{target: t, cfg: cfg, in: make(chan struct{}), stopped: make(chan struct{}), ended: make(chan struct{})}
	if s.folder, err = newSystemFolder(cfg.sockets); err != nil {
		return nil, err
	}
	s.dog = newWatchdog(s.patience(stageConnecting), closer(s.tooSilent))
	defer func() {
		if err != nil {
			s.discard()
		}
	}()
	s.words = newSystemWords(s.tell, func(why systemStop) { s.stop(nil, &why) }, sync.OnceFunc(func() { close(s.in) }))
	s.words.heard = s.heard
	var writes *os.File
	if s.said, writes, err = newWordsPipe(s.words); err != nil {
		return nil, err
	}
	defer func() { _ = writes.Close() }()
	if s.ask, err = newAskpass(ctx, s.folder.path, s.answer(s.person())); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(t.Program, systemArguments(t, s.folder.socket(), cfg)...)
	s.cmd.Env = append(os.Environ(), s.ask.environment(self)...)
	s.cmd.Stderr = writes
	s.cmd.SysProcAttr = systemChild()
	return s, s.start()
}

// discard closes what a program that was not started leaves behind.
func (s *systemSSH) discard() {
	s.dog.stop()
	if s.said != nil {
		s.said.close()
	}
	if s.ask != nil {
		s.ask.close()
	}
	s.folder.remove()
}

// person returns what puts the program's questions to the user.
func (s *systemSSH) person() *systemPerson {
	return &systemPerson{target: s.target, prompter: s.cfg.prompter, keys: s.cfg.keys, words: s.words, tell: s.tell, before: map[string]bool{},
		stop: func(err error) { s.stop(err, nil) }, names: func(ctx context.Context) bool { return namesHosts(ctx, s.target.Program) }}
}

func (s *systemSSH) tell(kind, text string) {
	s.cfg.notify(Notice{Kind: kind, Host: s.target.Name, Text: text})
}

// heard restarts the watchdog of the login: the program has written something.
func (s *systemSSH) heard(stage systemStage) {
	if !s.asking.Load() && stage < stageIn {
		s.dog.limitTo(s.patience(stage))
	}
}

// closer is a function as an io.Closer.
type closer func() error

func (c closer) Close() error { return c() }

// start starts the program, in a goroutine that ends with it. Where the system ends it
// with us, it does so at the end of the thread that has started it.
func (s *systemSSH) start() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread() // the thread goes on: others may hang on it
		err := s.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.exit = s.cmd.Wait()
		s.said.end(time.Second)                               // what it started may hold its output
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // what it has left: a wrapper's ssh, a ProxyCommand
		s.ask.close()
		s.folder.remove()
		close(s.ended)
	}()
	return <-started
}

// stop ends a login: with an error of ours, or for what the program said.
func (s *systemSSH) stop(err error, why *systemStop) {
	s.halting.Do(func() {
		s.cause, s.halt = err, why
		close(s.stopped)
	})
}

// login waits until the program has logged in. It is one attempt.
func (s *systemSSH) login(ctx context.Context) error {
	defer s.dog.stop()
	look := time.NewTicker(systemLook)
	defer look.Stop()
	for waits, inside := true, false; waits; {
		select {
		case <-s.in:
			inside = true
		case <-look.C: // a wrapper may keep the program's words to itself
			_, err := os.Lstat(s.folder.socket())
			inside = err == nil
		case <-s.ended:
			waits = false
		case <-s.stopped:
			waits = false
		case <-ctx.Done():
			waits = false
		}
		if waits && inside && !s.isStopped() {
			return s.connectControl(ctx)
		}
	}
	s.terminate()
	switch {
	case ctx.Err() != nil:
		return contextError(ctx, "connecting to "+s.target.label())
	case s.cause != nil: // it ends soon after that by itself
		return s.cause
	}
	return s.words.fault(s.target, s.target.Program, s.halt, s.exit)
}

// isStopped reports whether what the program has said so far ends the login.
func (s *systemSSH) isStopped() bool {
	s.said.catchUp()
	select {
	case <-s.stopped:
		return true
	default:
		return false
	}
}

// patience is how long the program may be silent at a stage of the login. Of hosts in
// between nothing is heard.
func (s *systemSSH) patience(stage systemStage) time.Duration {
	switch {
	case stage == stageAsking:
		return loginTimeout
	case stage == stageConnecting && (s.target.Via != nil || s.target.ProxyCommand != ""):
		return s.target.timeout(s.cfg.connectTimeout) + loginTimeout
	}
	return s.target.timeout(s.cfg.connectTimeout)
}

// tooSilent ends a login in which nothing happens.
func (s *systemSSH) tooSilent() error {
	s.stop(silent(s.target, s.words.at() == stageAsking, nil), nil)
	return nil
}

// answer answers a question, with the program's clock stopped.
func (s *systemSSH) answer(person *systemPerson) func(context.Context, askpassQuestion) askpassAnswer {
	return func(ctx context.Context, q askpassQuestion) askpassAnswer {
		s.asking.Store(true)
		resume := s.dog.pause()
		defer func() {
			s.asking.Store(false)
			resume()
		}()
		s.said.catchUp() // what was refused before the question is no answer to it
		return person.answer(ctx, q)
	}
}

// connectControl connects to the control socket.
func (s *systemSSH) connectControl(ctx context.Context) (err error) {
	if s.control, err = dialControl(ctx, s.folder.socket()); err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return contextError(ctx, "connecting to "+s.target.label())
	}
	return &fault.Error{Code: fault.SSHConfig, Tried: "using the connection of " + s.target.Program + " to " + s.target.label(), Err: err,
		Answer: "it logged in, but offers no control connection: " + clean(err.Error(), 300),
		Advice: "The program has to pass its options on to OpenSSH's ssh (-M and -S among them), and to stay until that ends."}
}

// address is the host's, where the program told it.
func (s *systemSSH) address() string {
	address, _, err := net.SplitHostPort(s.words.connectedTo())
	if err != nil || s.target.Via != nil || s.target.ProxyCommand != "" {
		return ""
	}
	return address
}

// Wait waits for the program's end, and gives its last words.
func (s *systemSSH) Wait() error {
	<-s.ended
	if words := s.words.last(); words != "" {
		return errors.New(words)
	}
	return s.exit
}

// Close ends the program, and all that goes through it.
func (s *systemSSH) Close() error {
	s.terminate()
	return nil
}

// terminate ends the program and waits for that.
func (s *systemSSH) terminate() {
	s.once.Do(func() {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-s.ended:
		case <-time.After(systemEndTimeout):
			_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		}
	})
	<-s.ended
}
