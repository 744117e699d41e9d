package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/tunnel/hostkeys"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// CommandTarget is a host behind another one, with the same users, on which a command reaches it: the command's
// standard input and output are those of an SSH server that is started there for this
// connection alone.
type CommandTarget struct {
	// Host is its name, for messages.
	Host string

	// HostKeys are as in [NodeTarget].
	HostKeys []string
	// Command makes the command line for the host before it. public is the public half
	// of the one key that will be offered, as it stands in authorized_keys: it is made
	// for this connection, and its other half is in this process's memory alone.
	Command func(public string) string
	// Skip reads what the command prints before the server speaks; nil: nothing. port is
	// one of the host's on which the same server listens too, for this connection; 0: none.
	Skip func(io.Reader) (rest io.Reader, port int, err error)
	// Patience is how long the server may take to speak.
	Patience time.Duration
}

// CommandExitError is in the chain of the fault where the command of a [CommandTarget] ended
// instead of carrying a connection.
type CommandExitError struct {
	// Status is its exit status; -1: not known.
	Status int
	// Stderr are the last lines of its standard error, safe to show.
	Stderr string
}

func (e *CommandExitError) Error() string {
	return fmt.Sprintf("the command ended with status %d: %s", e.Status, e.Stderr)
}

// DialCommand opens an SSH connection to a host that a command reaches. It ends with this one;
// closing it ends the command's input, and leaves this one open.
//
// Faults: those of Start; CommandFailed where the command ended, with a [CommandExitError];
// NodeKeyMismatch, AuthRefused, HandshakeFailed, ConnectTimeout.
func (c *Conn) DialCommand(ctx context.Context, node CommandTarget) (*Conn, error) {
	t := c.nodeTarget(node.Host, 22)
	known, err := hostkeys.ParsePinned(t, node.HostKeys)
	if err != nil {
		return nil, err
	}
	key, err := sshauth.NewEphemeralKey(known.Kind())
	if err != nil {
		return nil, err
	}
	under, err := c.startCommandConn(ctx, node, sshkey.Line(key.Public()))
	if err != nil {
		return nil, err
	}
	inner, err := c.inside(ctx, t, under, node.Patience, []*sshauth.Key{key}, known)
	if err != nil {
		return nil, c.commandConnError(ctx, t, under, err)
	}
	conn := c.upgradeToTCP(ctx, inner, under.port, known)
	if conn == inner {
		conn.breakNagleForSrun()
	}
	return conn, nil
}

// upgradeToTCP connects again, to the port on which the same server listens. The old connection
// keeps the server running, and is closed with the new one; without a new one it is used.
func (c *Conn) upgradeToTCP(ctx context.Context, inner *Conn, port int, host hostkeys.Pinned) *Conn {
	if port == 0 {
		return inner
	}
	t := *inner.target
	t.Port = port
	stream, err := c.DialTCP(ctx, t.Address())
	var conn *Conn
	if err == nil {
		conn, err = c.inside(ctx, &t, stream, t.Timeout(c.opts.ConnectTimeout), inner.login.keys, host)
	}
	if err != nil {
		c.log.Info("no connection to the server's port", zap.String("host", t.Host), zap.Int("port", port), zap.Error(err))
		return inner
	}
	conn.closers = append(conn.closers, inner.Close)
	go func() { // ends with either
		select {
		case <-inner.done:
			conn.end(inner.err)
		case <-conn.done:
		}
	}()
	return conn
}

// commandConn is a command on a host as a net.Conn.
type commandConn struct {
	*Stream
	output  io.Reader // what follows the output before SSH
	port    int       // on which the server listens too; 0: on none
	process *process
	stderr  *bounded.Tail // its standard error; complete once drained is closed
	drained chan struct{}
}

func (c *commandConn) Read(p []byte) (int, error) { return c.output.Read(p) }

// startCommandConn starts the command, and returns once its output before SSH has been read.
func (c *Conn) startCommandConn(ctx context.Context, node CommandTarget, public string) (*commandConn, error) {
	p, err := c.exec(ctx, node.Command(public))
	if err != nil {
		return nil, err
	}
	s := newStream(p.channel, c)
	carrier := &commandConn{Stream: s, output: s, process: p, stderr: &bounded.Tail{Limit: maxErrorTail}, drained: make(chan struct{})}
	go func() { // ends with the channel
		defer close(carrier.drained)
		_, _ = io.Copy(carrier.stderr, p.channel.Stderr())
	}()
	if node.Skip == nil {
		return carrier, nil
	}
	limit, cancel := context.WithTimeout(ctx, node.Patience)
	defer cancel()
	release := context.AfterFunc(limit, func() { _ = s.Close() })
	carrier.output, carrier.port, err = node.Skip(s)
	if release() && err == nil {
		return carrier, nil
	}
	_ = s.Close()
	if lost := c.callError(limit, "starting a command on "+c.target.Label()); lost != nil {
		return nil, lost
	}
	return nil, err
}

// commandConnError says that the command ended, when that is so.
func (c *Conn) commandConnError(ctx context.Context, t *sshconfig.Target, under *commandConn, err error) error {
	tried := "connecting to the node " + t.Label() + " by a command on " + c.target.Label()
	if lost := c.callError(ctx, tried); lost != nil {
		return lost
	}
	f := fault.As(err)
	if f == nil || !slices.Contains([]fault.Code{fault.HandshakeFailed, fault.ConnectTimeout, fault.AuthRefused}, f.Code) {
		return err
	}
	ended := under.ending(f.Code == fault.ConnectTimeout)
	if ended.Status <= 0 && ended.Stderr == "" {
		return err
	}
	with := *f
	with.Tried, with.Err = tried, errors.Join(ended, err)
	if f.Code != fault.AuthRefused {
		with.Code, with.Answer = fault.CommandFailed, ended.Stderr
	}
	return &with
}

// ending returns how the command ended, if that is known soon. It does not wait for a silent one.
func (c *commandConn) ending(silent bool) *CommandExitError {
	if !silent {
		limit, cancel := context.WithTimeout(context.Background(), endTimeout)
		defer cancel()
		for _, over := range []<-chan struct{}{c.drained, c.process.ended} {
			select {
			case <-over:
			case <-limit.Done():
			}
		}
	}
	ended := &CommandExitError{Status: -1, Stderr: c.stderr.String()}
	if channels.IsClosed(c.process.ended) && c.process.status != nil {
		ended.Status = *c.process.status
	}
	return ended
}

// maxErrorTail is how much of the end of a command's standard error is kept, in bytes.
const maxErrorTail = 600
