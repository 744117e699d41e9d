// Package rpcclient runs a server, `sunpyter serve`, as a child and speaks the protocol with it, by
// another JSON-RPC library than the server's. Only package terminal imports it.
package rpcclient

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
)

const (
	// InitializeTimeout limits the wait for the server's answer to initialize.
	InitializeTimeout = 10 * time.Second
	// keepLogin is how long a login is kept for the user's next command.
	keepLogin = 2 * time.Minute
	// exitTimeout limits the wait for the server to exit once its stdin is closed and nothing is
	// left to release.
	exitTimeout = 5 * time.Second
	// ReleaseTimeout limits the wait for the answer to a cancelled call and for a release: Slurm's
	// commands give up after about 50 s when the controller does not answer.
	ReleaseTimeout = 2 * time.Minute
)

// Options are the options of every command that uses a server.
type Options struct {
	JSON      bool
	SSHConfig string
	LogFile   string
	Verbose   bool
}

// Client is the connection to one server.
type Client struct {
	conn    *jsonrpc2.Conn
	child   *child // nil in tests whose server is no child process
	handler *Handler
	ids     atomic.Uint64
}

// Connect starts a server and initializes it. The caller closes the client.
func Connect(ctx context.Context, version string, o Options, h *Handler) (*Client, error) {
	args := []string{"serve"}
	if o.LogFile != "" {
		args = append(args, "--log-file", o.LogFile)
	}
	if o.Verbose {
		args = append(args, "--verbose")
	}
	env := os.Environ()
	if o.SSHConfig != "" {
		env = append(env, "SUNPYTER_SSH_CONFIG="+o.SSHConfig)
	}
	child, err := startChild(args, env)
	if err != nil {
		return nil, NewFailure(fault.Internal, "starting Sunpyter's server", err.Error(), "")
	}
	c := newClient(child, h)
	c.child = child
	if err := c.initialize(ctx, version); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// newClient returns a client over stream, which it closes.
func newClient(stream io.ReadWriteCloser, h *Handler) *Client {
	c := &Client{handler: h}
	c.conn = jsonrpc2.NewConn(context.Background(), jsonrpc2.NewBufferedStream(stream, jsonrpc2.VSCodeObjectCodec{}),
		h, jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	return c
}

func (c *Client) initialize(ctx context.Context, version string) error {
	ctx, cancel := context.WithTimeout(ctx, InitializeTimeout)
	defer cancel()
	params := protocol.InitializeParams{
		ProtocolVersion: protocol.Version,
		ClientInfo:      &protocol.ProgramInfo{Name: "sunpyter-terminal", Version: version},
		CommandLine:     true,

		KeepLoginSeconds: int(keepLogin.Seconds()),
	}
	id := jsonrpc2.PickID(jsonrpc2.ID{Num: c.ids.Add(1)})
	err := c.conn.Call(ctx, protocol.MethodInitialize, params, nil, id)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return NewFailure(fault.Internal, "connecting to Sunpyter's server", "no answer within "+units.Duration(InitializeTimeout), "Run it again with --verbose to see its log.")
	case errors.Is(err, jsonrpc2.ErrClosed):
		return c.ServerExited()
	}
	return toFailure(err)
}

// Call sends a request and waits for its answer. When ctx ends, it cancels the request and still
// waits for the answer, at most [ReleaseTimeout], because the server answers once everything is
// undone. Errors are a *Failure or ctx's own.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	id := c.ids.Add(1)
	waiter, err := c.conn.DispatchCall(ctx, method, params, jsonrpc2.PickID(jsonrpc2.ID{Num: id}))
	if err == nil {
		err = waiter.Wait(ctx, result)
	}
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = c.cancelled(ctx, waiter, id, result)
	}
	if errors.Is(err, jsonrpc2.ErrClosed) {
		return c.ServerExited()
	}
	return toFailure(err)
}

func (c *Client) cancelled(ctx context.Context, waiter jsonrpc2.Waiter, id uint64, result any) error {
	why := ctx.Err()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ReleaseTimeout)
	defer cancel()
	if err := c.conn.Notify(ctx, protocol.MethodCancelRequest, protocol.CancelParams{ID: id}); err != nil {
		return err
	}
	err := waiter.Wait(ctx, result)
	if errors.Is(err, context.DeadlineExceeded) {
		return why
	}
	return err
}

// ServerExited returns the error for a server that has exited.
func (c *Client) ServerExited() error {
	answer := "the connection to it closed"
	if c.child != nil {
		select {
		case <-c.child.exited:
			answer = c.child.exitReport()
		case <-time.After(exitTimeout):
		}
	}
	return NewFailure(fault.Internal, "talking to Sunpyter's server", answer,
		"Run it again with --verbose to see its log. A job that it had started stops by itself after a while; "+fault.Command("list")+" shows it and "+fault.Command("stop JOBID")+" stops it now.")
}

// Close ends the server, whose kernels have been released, and everything that belongs to the
// client.
func (c *Client) Close() {
	_ = c.conn.Notify(context.Background(), protocol.MethodExit, nil)
	if c.child != nil {
		_ = c.child.WriteCloser.Close() // its remaining output is still read
		select {
		case <-c.child.exited:
		case <-time.After(exitTimeout):
			_ = c.child.cmd.Process.Kill()
		}
	}
	_ = c.conn.Close()
	c.handler.work.Wait()
	if c.child != nil {
		<-c.child.exited
	}
}

// Detach closes the server's stdin and does not wait: the server finishes the release by itself.
func (c *Client) Detach() {
	_ = c.conn.Close()
	c.handler.work.Wait() // An open prompt restores the terminal's mode.
}

// Disconnected is closed when the server has closed the connection.
func (c *Client) Disconnected() <-chan struct{} { return c.conn.DisconnectNotify() }

// Go runs f in a goroutine that Close waits for.
func (c *Client) Go(f func()) { c.handler.work.Go(f) }

// Prompter returns the handler's.
func (c *Client) Prompter() *console.Prompter { return c.handler.Prompter }
