package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
)

const (
	// maxStdout and maxStderr bound what Run keeps of a command's output, in bytes.
	maxStdout, maxStderr = 8 << 20, 256 << 10
	// endTimeout is how long to wait for the connection's own end once a
	// channel has ended without an exit status.
	endTimeout = time.Second
)

// Run runs command to its end, as the user on the host, with stdin as its
// input. sshd hands command to the user's login shell. A non-zero exit is no
// error; a command ended by a signal exits with 128 and the signal's number.
//
// An error means that the outcome is unknown: LinkLost, Cancelled,
// ConnectTimeout if ctx ran out, AuthRefused if the host runs nothing until the password is
// changed, CommandFailed if the command could not be started,
// wrote more than 8 MiB, or ended without a status. When ctx ends, the
// command is sent a TERM and its channel is closed.
func (c *Conn) Run(ctx context.Context, command string, stdin []byte) (stdout, stderr []byte, exit int, err error) {
	tried := c.describe(command)
	p, err := c.exec(ctx, command)
	if err != nil {
		return nil, nil, 0, err
	}
	go p.feed(stdin)
	result := make(chan output, 1)
	go func() { result <- p.collect() }()
	select {
	case out := <-result:
		_ = p.channel.Close()
		if out.err != nil {
			return out.stdout, out.stderr, 0, c.commandError(ctx, tried, out)
		}
		if out.exit != 0 && sshauth.SaysExpired(out.stderr) {
			return nil, nil, 0, sshauth.PasswordExpiredError(c.target)
		}
		return out.stdout, out.stderr, out.exit, nil
	case <-ctx.Done():
		p.terminate()
	case <-c.done:
	}
	return nil, nil, 0, c.callError(ctx, tried)
}

// Start runs command and returns a stream of its stdout and stdin; its
// stderr is dropped. Close ends the input and the channel; CloseWrite of the
// returned Stream ends the input alone. ctx bounds only the start.
func (c *Conn) Start(ctx context.Context, command string) (io.ReadWriteCloser, error) {
	p, err := c.exec(ctx, command)
	if err != nil {
		return nil, err
	}
	return p.stream(c), nil
}

// Subsystem starts a subsystem, such as sftp, and returns a stream of its output and input.
// It is CommandFailed if the host has none of that name. ctx bounds only the start.
func (c *Conn) Subsystem(ctx context.Context, name string) (io.ReadWriteCloser, error) {
	tried := "starting " + name + " on " + c.target.Label()
	c.nagleOff.Store(true)
	channel, requests, err := c.sessions.open(ctx, useBulk)
	if err != nil {
		return nil, c.sessionError(ctx, tried, err)
	}
	p := newProcess(channel, requests)
	stop := context.AfterFunc(ctx, func() { _ = channel.Close() }) // which ends the wait for the answer
	accepted, err := channel.SendRequest("subsystem", true, ssh.Marshal(struct{ Name string }{name}))
	if !stop() {
		err = ctx.Err()
	}
	if err == nil && accepted {
		return p.stream(c), nil
	}
	_ = channel.Close()
	if err != nil {
		return nil, c.sessionError(ctx, tried, err)
	}
	return nil, &fault.Error{Code: fault.CommandFailed, Tried: tried, Answer: "the host does not offer it",
		Advice: "Ask the site to enable it."}
}

// process is a command on the host.
type process struct {
	channel ssh.Channel
	// status is set before ended is closed; nil: the host never sent one.
	status *int
	ended  chan struct{}
}

func newProcess(channel ssh.Channel, requests <-chan *ssh.Request) *process {
	p := &process{channel: channel, ended: make(chan struct{})}
	go p.watch(requests)
	return p
}

// stream returns a stream of the output and input; the standard error is dropped.
func (p *process) stream(c *Conn) *Stream {
	go func() { _, _ = io.Copy(io.Discard, p.channel.Stderr()) }() // ends with the channel
	return newStream(p.channel, c)
}

// exec starts command. The request asks for no reply, so that what is written
// to the command need not wait for one. (OpenSSH takes input only once the command
// runs, which costs a round trip; other servers take it at once.)
func (c *Conn) exec(ctx context.Context, command string) (*process, error) {
	c.nagleOff.Store(true)
	channel, requests, err := c.sessions.open(ctx, useInteractive)
	var p *process
	if err == nil {
		p, err = launch(channel, requests, command)
	}
	if err != nil {
		return nil, c.sessionError(ctx, c.describe(command), err)
	}
	return p, nil
}

// launch asks for command on a session's channel, which is closed on an error.
func launch(channel ssh.Channel, requests <-chan *ssh.Request, command string) (*process, error) {
	p := newProcess(channel, requests)
	if _, err := channel.SendRequest("exec", false, ssh.Marshal(struct{ Command string }{command})); err != nil {
		_ = channel.Close()
		return nil, err
	}
	return p, nil
}

// watch reads the channel's requests until the channel is closed.
func (p *process) watch(requests <-chan *ssh.Request) {
	defer close(p.ended)
	for r := range requests {
		switch r.Type {
		case "exit-status":
			var m struct{ Status uint32 }
			if ssh.Unmarshal(r.Payload, &m) == nil {
				status := int(m.Status)
				p.status = &status
			}
		case "exit-signal":
			var m struct {
				Signal        string
				Core          bool
				Message, Lang string
			}
			if ssh.Unmarshal(r.Payload, &m) == nil {
				status := 128 + signalNumbers[ssh.Signal(m.Signal)]
				p.status = &status
			}
		}
		if r.WantReply {
			_ = r.Reply(false, nil)
		}
	}
}

// signalNumbers are those of RFC 4254 section 6.10, by their numbers on Linux.
var signalNumbers = map[ssh.Signal]int{ssh.SIGHUP: 1, ssh.SIGINT: 2, ssh.SIGQUIT: 3, ssh.SIGILL: 4, ssh.SIGABRT: 6, ssh.SIGFPE: 8,
	ssh.SIGKILL: 9, ssh.SIGUSR1: 10, ssh.SIGSEGV: 11, ssh.SIGUSR2: 12, ssh.SIGPIPE: 13, ssh.SIGALRM: 14, ssh.SIGTERM: 15}

// feed writes the whole input and ends it. It ends with the channel.
func (p *process) feed(stdin []byte) {
	if len(stdin) > 0 {
		_, _ = p.channel.Write(stdin)
	}
	_ = p.channel.CloseWrite()
}

// terminate sends the command a TERM, then closes its channel.
func (p *process) terminate() {
	_, _ = p.channel.SendRequest("signal", false, ssh.Marshal(struct{ Signal string }{string(ssh.SIGTERM)}))
	_ = p.channel.Close()
}

// output is the output of a command.
type output struct {
	stdout, stderr []byte
	exit           int
	err            error
}

var (
	errNoStatus = errors.New("the command ended without an exit status")
	errTooLong  = fmt.Errorf("the command wrote more than %d MiB", maxStdout>>20)
)

// collect reads both outputs to their end. Past its limit stderr is dropped;
// stdout past its limit ends the command.
func (p *process) collect() (out output) {
	errors := &bounded.Head{Limit: maxStderr}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(errors, p.channel.Stderr())
	}()
	out.stdout, out.err = io.ReadAll(io.LimitReader(p.channel, maxStdout+1))
	if out.err == nil && len(out.stdout) > maxStdout {
		p.terminate()
		go func() { _, _ = io.Copy(io.Discard, p.channel) }() // ends with the channel
		out.stdout, out.err = out.stdout[:maxStdout], errTooLong
	}
	<-drained
	<-p.ended
	out.stderr = errors.Bytes()
	switch {
	case out.err != nil:
	case p.status == nil:
		out.err = errNoStatus
	default:
		out.exit = *p.status
	}
	return out
}

// awaitEndBriefly waits a moment for the connection's end: a lost link closes the
// channels just before it is known to be lost.
func (c *Conn) awaitEndBriefly(ctx context.Context) {
	select {
	case <-c.done:
	case <-ctx.Done():
	case <-time.After(endTimeout):
	}
}

// commandError is for a command that was started and has no outcome.
func (c *Conn) commandError(ctx context.Context, tried string, out output) error {
	if out.err == errNoStatus || errors.Is(out.err, io.ErrUnexpectedEOF) {
		c.awaitEndBriefly(ctx)
	}
	if err := c.callError(ctx, tried); err != nil {
		return err
	}
	answer := out.err.Error()
	if words := bounded.Text(string(out.stderr), 500); words != "" {
		answer += ": " + words
	}
	return &fault.Error{Code: fault.CommandFailed, Tried: tried, Answer: answer,
		Advice: "It may have completed. Try again; if that fails too, log in with ssh and run it there.", Err: out.err}
}

// sessionError is for a command that was not started.
func (c *Conn) sessionError(ctx context.Context, tried string, err error) error {
	if !isRefusal(err) {
		c.awaitEndBriefly(ctx)
	}
	if err := c.callError(ctx, tried); err != nil {
		return err
	}
	if isRefusal(err) {
		return noRoomError(tried, err)
	}
	return &fault.Error{Code: fault.CommandFailed, Tried: tried, Answer: bounded.Text(err.Error(), 300), Err: err,
		Advice: "The host may be too busy. Try again in a moment."}
}

// describe names a command in a message, if it is readable: scripts are sent
// packed. Input is never shown.
func (c *Conn) describe(command string) string {
	const readable = 80
	if len(command) > readable {
		return "running a command on " + c.target.Label()
	}
	return fmt.Sprintf("running %q on %s", bounded.Text(command, readable), c.target.Label())
}

// noRoomError returns the error for a host that allows no more commands on a connection.
func noRoomError(tried string, err error) error {
	return &fault.Error{Code: fault.CommandFailed, Tried: tried, Err: err,
		Answer: "the host allows no more commands on this connection (" + bounded.Text(err.Error(), 200) + ")",
		Advice: "Its SSH server allows too few commands on one connection (MaxSessions, usually 10): ask the site for at least 4. " +
			"If an SSH key alone logs you in, further connections are opened instead: set one up if the site accepts keys. " +
			"If the host lets you log in but runs no command at all, ask the site about that."}
}
