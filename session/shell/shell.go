package shell

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"regexp"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/internal/retry"
)

// Request is what to run in a job, in the environment of its kernels.
type Request struct {
	// Command is the command with its arguments; none: the user's shell.
	Command []string
	// Directory is where it starts; empty: in the kernels' working directory.
	Directory string
	// TTY runs it in a terminal.
	TTY bool
	// Term and ColorTerm are for the variables TERM and COLORTERM in a terminal.
	Term, ColorTerm string
	// Rows and Columns are the size of the terminal.
	Rows, Columns int
	// Key is that of a terminal that another run of the program has left; empty: a new one.
	// Its last output comes first. All but the size and Output are ignored then.
	Key string
	// Output is called with what it writes, one call at a time; stderr is never true in a
	// terminal. While it has not returned, the command waits after 256 KiB. An error ends
	// the shell.
	Output func(ctx context.Context, stderr bool, data []byte) error
}

// Shell is a terminal or a command in a job. It survives lost links. Its methods may be
// called from anywhere.
type Shell struct {
	req    Request
	id     string // in the job
	keep   time.Duration
	dial   dialer
	closed func() // releases what dial needs
	ctx    context.Context
	cancel context.CancelFunc
	opened chan struct{} // closed when it runs
	done   chan struct{} // closed when the fields below are set
	status int
	err    error

	received, confirmed int64  // bytes of output; used by its goroutine alone
	earlier             replay // the output that comes again; used by its goroutine alone

	out outbox // what the job is to be sent
}

// dialer connects to shells.py in the job: for a new shell (id is empty), or one that
// runs there.
type dialer func(ctx context.Context, id string) (net.Conn, error)

// errClosed is the end of a shell by Close.
var errClosed = &fault.Error{Code: fault.Cancelled, Tried: "running a shell on the node", Answer: "it was closed"}

// Start opens a shell and returns when it runs. keep is how long it survives without
// a connection. closed is called once, when dial is not used any more: before Done is
// closed, or before Start returns an error.
func Start(ctx context.Context, req Request, keep time.Duration, dial dialer, closed func()) (*Shell, error) {
	s := &Shell{
		req: req, id: cmp.Or(req.Key, newKey()), keep: keep, dial: dial, closed: closed, out: newOutbox(req.Rows, req.Columns),
		opened: make(chan struct{}), done: make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.run()
	select {
	case <-s.opened:
		return s, nil
	case <-s.done:
		if s.isOpened() { // and has ended already
			return s, nil
		}
		return nil, s.err
	case <-ctx.Done():
		s.Close()
		return nil, context.Cause(ctx)
	}
}

// newKey returns a key for a shell.
func newKey() string {
	key := make([]byte, 8)
	_, _ = rand.Read(key) // never fails
	return hex.EncodeToString(key)
}

var keyForm = regexp.MustCompile(`^[0-9a-f]{16}$`)

// IsKey reports whether a text has the form of a key: it becomes part of a path.
func IsKey(text string) bool { return keyForm.MatchString(text) }

// Key names the shell in its job; see Request.
func (s *Shell) Key() string { return s.id }

// Done is closed when it has ended, and all its output was taken.
func (s *Shell) Done() <-chan struct{} { return s.done }

// Result returns the exit status once Done is closed, 128 and the number for a signal; or
// why it has none.
func (s *Shell) Result() (status int, err error) { return s.status, s.err }

// Write sends input. It waits while the job has not taken what was sent before.
func (s *Shell) Write(ctx context.Context, data []byte) error {
	for len(data) > 0 {
		n, changed := s.out.add(data)
		if data = data[n:]; n > 0 {
			continue
		}
		select {
		case <-changed:
		case <-s.done:
			return nil // what comes after the end is dropped, as in any terminal
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// CloseInput ends the input of a command outside a terminal.
func (s *Shell) CloseInput() { s.out.change(func(o *outbox) { o.inputEnd = true }) }

// Resize changes the size of the terminal.
func (s *Shell) Resize(rows, columns int) {
	s.out.change(func(o *outbox) { o.size = [2]int{rows, columns} })
}

// Signal sends a signal, named as INT, to the command and its processes.
func (s *Shell) Signal(name string) {
	s.out.change(func(o *outbox) {
		if len(o.signals) < 16 {
			o.signals = append(o.signals, name)
		}
	})
}

// closeTimeout bounds the wait for the job to take the end of a shell. Without a link
// its process there ends it after a while.
const closeTimeout = 2 * time.Second

// Close ends the shell and what runs in it.
func (s *Shell) Close() {
	s.out.change(func(o *outbox) { o.closing = true })
	timer := time.AfterFunc(closeTimeout, s.cancel)
	defer timer.Stop()
	<-s.done
}

// Leave ends the connection to the shell, which runs on in the job as without a link: another
// run of the program may return to it.
func (s *Shell) Leave() {
	s.cancel()
	<-s.done
}

// run is the shell's goroutine.
func (s *Shell) run() {
	defer close(s.done)
	defer s.closed()
	defer s.cancel()
	pause := retry.Backoff{Min: 100 * time.Millisecond, Max: 5 * time.Second}
	asked := s.req.Key != "" // the job may know it
	for {
		ended, err := s.connect(&asked, &pause)
		switch {
		case ended != nil:
			s.status = ended.Status
			return
		case s.out.isClosing() || s.ctx.Err() != nil:
			s.err = errClosed
			return
		case !isLinkError(err):
			s.err = err
			return
		case !pause.Wait(s.ctx):
			s.err = errClosed
			return
		}
	}
}

// connect makes a connection to the shell, and serves it to its end or the shell's.
func (s *Shell) connect(asked *bool, pause *retry.Backoff) (*exitMessage, error) {
	id := ""
	if *asked {
		id = s.id
	}
	conn, err := s.dial(s.ctx, id)
	if *asked && fault.Is(err, fault.ConnectRefused) {
		if s.isOpened() || s.req.Key != "" {
			return nil, &fault.Error{Code: fault.ShellLost, Tried: "reconnecting to the shell on the node", Answer: "it no longer exists", Err: err,
				Advice: "It ends when the connection is lost for too long, or when its memory is needed. Open another one."}
		}
		*asked = false // the request did not arrive
		conn, err = s.dial(s.ctx, "")
	}
	if err != nil {
		return nil, err
	}
	*asked = true
	defer conn.Close()
	defer context.AfterFunc(s.ctx, func() { _ = conn.Close() })()
	return s.converse(conn, id == "", pause)
}

func (s *Shell) isOpened() bool { return channels.IsClosed(s.opened) }

// isLinkError reports whether another connection may succeed.
func isLinkError(err error) bool {
	if errors.Is(err, errOutput) {
		return false
	}
	return fault.As(err) == nil || fault.IsTransient(err) // without a fault, the stream broke
}
