package terminal

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
)

const (
	// helloTime bounds the server's answer to initialize.
	helloTime = 10 * time.Second
	// keepLogin is how long a login is kept for the user's next command.
	keepLogin = 2 * time.Minute
	// endTime bounds the server's end once its input has ended and nothing is left to release.
	endTime = 5 * time.Second
	// patience bounds the wait for a cancelled call's answer and for a release: Slurm's
	// commands give up by themselves after about 50 s when its controller is silent.
	patience = 2 * time.Minute
)

// clientFlags are the flags of every command that uses a server.
type clientFlags struct {
	json      bool
	sshConfig string
	logFile   string
	verbose   bool
}

// client is the connection to one server.
type client struct {
	conn    *jsonrpc2.Conn
	child   *child // nil where the server is not a process of ours
	handler *handler
	ids     atomic.Uint64
}

// connect starts a server and greets it. The caller closes the client.
func (p *program) connect(ctx context.Context, flags clientFlags, h *handler) (*client, error) {
	args := []string{"serve"}
	if flags.logFile != "" {
		args = append(args, "--log-file", flags.logFile)
	}
	if flags.verbose {
		args = append(args, "--verbose")
	}
	env := os.Environ()
	if flags.sshConfig != "" {
		env = append(env, "SUNPYTER_SSH_CONFIG="+flags.sshConfig)
	}
	child, err := startChild(args, env)
	if err != nil {
		return nil, fail(fault.Internal, "starting Sunpyter's server", err.Error(), "")
	}
	c := newClient(child, h)
	c.child = child
	if err := c.hello(ctx, p.version); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// newClient speaks over stream, which it closes in the end.
func newClient(stream io.ReadWriteCloser, h *handler) *client {
	c := &client{handler: h}
	c.conn = jsonrpc2.NewConn(context.Background(), jsonrpc2.NewBufferedStream(stream, jsonrpc2.VSCodeObjectCodec{}),
		h, jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	return c
}

func (c *client) hello(ctx context.Context, version string) error {
	ctx, cancel := context.WithTimeout(ctx, helloTime)
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
		return fail(fault.Internal, "connecting to Sunpyter's server", "no answer within "+units.Duration(helloTime), "Run it again with --verbose to see its log.")
	case errors.Is(err, jsonrpc2.ErrClosed):
		return c.died()
	}
	return asFailure(err)
}

// call asks the server and waits for its answer. When ctx ends, the server is told
// to cancel and its answer is still awaited, since it comes when everything begun is undone;
// that wait is bounded by [patience]. Errors: *failure, or ctx's own.
func (c *client) call(ctx context.Context, method string, params, result any) error {
	id := c.ids.Add(1)
	waiter, err := c.conn.DispatchCall(ctx, method, params, jsonrpc2.PickID(jsonrpc2.ID{Num: id}))
	if err == nil {
		err = waiter.Wait(ctx, result)
	}
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = c.cancelled(ctx, waiter, id, result)
	}
	if errors.Is(err, jsonrpc2.ErrClosed) {
		return c.died()
	}
	return asFailure(err)
}

func (c *client) cancelled(ctx context.Context, waiter jsonrpc2.Waiter, id uint64, result any) error {
	why := ctx.Err()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
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

// died tells of a server that is no longer there.
func (c *client) died() error {
	answer := "the connection to it closed"
	if c.child != nil {
		select {
		case <-c.child.exited:
			answer = c.child.lastWords()
		case <-time.After(endTime):
		}
	}
	return fail(fault.Internal, "talking to Sunpyter's server", answer,
		"Run it again with --verbose to see its log. A job that it had started stops by itself after a while; "+fault.Command("list")+" shows it and "+fault.Command("stop JOBID")+" stops it now.")
}

// close ends the server, whose kernels have been released, and all that belongs to the client.
func (c *client) close() {
	_ = c.conn.Notify(context.Background(), protocol.MethodExit, nil)
	if c.child != nil {
		c.child.endInput()
		select {
		case <-c.child.exited:
		case <-time.After(endTime):
			_ = c.child.cmd.Process.Kill()
		}
	}
	_ = c.conn.Close()
	c.handler.work.Wait()
	if c.child != nil {
		c.child.copies.Wait()
	}
}

// leave ends the server's stdin and does not wait: it goes on with the release by itself.
func (c *client) leave() {
	_ = c.conn.Close()
	c.handler.work.Wait() // A question that stands gives the terminal back as it was.
}

// lost is closed when the server is no longer there.
func (c *client) lost() <-chan struct{} { return c.conn.DisconnectNotify() }
