package server

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/protocol"
)

// Deadlines of the end of a conversation.
const (
	// drainTimeout is how long cancelled methods may take to undo what they began.
	drainTimeout = time.Minute
	// flushTimeout is how long a client may take to read what is left for it.
	flushTimeout = 2 * time.Second
)

// Handler is what the wire serves. Its methods are called concurrently; their
// ctx is cancelled by $/cancelRequest and by the end of the conversation. The
// order of the conversation, the version check, exit and $/cancelRequest are the
// wire's own.
type Handler interface {
	protocol.Server

	// ClusterDidChange takes in the client's notification. It is called between
	// two messages, in their order, and so must not wait.
	ClusterDidChange(ctx context.Context, params *protocol.ClusterDidChangeParams) error

	// Closed is called once, as soon as the conversation is over, while the
	// cancelled methods unwind. It owns the sessions' end: it releases everything
	// and returns when that is done. ctx has no deadline and is not cancelled.
	Closed(ctx context.Context, end End)
}

// EndReason is why a conversation is over.
type EndReason string

// The reasons. All of them release what is left.
const (
	// EndOfInput: the client closed its side, or died.
	EndOfInput EndReason = "end of input"
	// EndExit: the client sent exit.
	EndExit EndReason = "exit"
	// EndInterrupted: the context given to Serve is done, as by SIGTERM.
	EndInterrupted EndReason = "interrupted"
	// EndBroken: the client's frames cannot be told apart, or it cannot be written to.
	EndBroken EndReason = "broken"
)

// End is how a conversation ended.
type End struct {
	// Reason is the first reason that was seen.
	Reason EndReason
	// AfterShutdown is true when the client had asked for shutdown.
	AfterShutdown bool
	// Err says more; with EndBroken.
	Err error
}

// errOver is the cause of the end of methods' contexts when the conversation is
// over: what they began is then Closed's to end or to keep.
var errOver = errors.New("the conversation is over")

// Conn is one client's conversation over one byte stream.
type Conn struct {
	rw     io.ReadWriteCloser
	stream *stream
	out    *outbox
	rpc    jsonrpc2.Conn
	client *Client

	endOnce sync.Once
	end     End             // written once before over is done
	over    context.Context // done when the conversation is over
	hangUp  context.CancelFunc
}

// NewConn prepares a conversation over rw. Nothing is read before Serve, which
// also closes rw.
func NewConn(rw io.ReadWriteCloser) *Conn {
	c := &Conn{rw: rw}
	c.over, c.hangUp = context.WithCancel(context.Background())
	c.out = newOutbox(rw, func(err error) { c.finish(EndBroken, err) })
	c.stream = newStream(rw, c.out, c.over, c.finish)
	c.rpc = jsonrpc2.NewConn(c.stream)
	c.client = newClient(c)
	return c
}

// Client gives the client's side. It can be used at once: what is sent before
// Serve waits.
func (c *Conn) Client() *Client { return c.client }

// finish ends the conversation; the first call counts.
func (c *Conn) finish(reason EndReason, err error) {
	c.endOnce.Do(func() {
		c.end = End{Reason: reason, Err: err}
		c.hangUp()
	})
}

// Serve answers the client until the conversation is over, lets impl release
// what it holds, and returns when all methods have ended and the client was
// sent what was left. It closes rw, but does not wait for a read that closing
// does not interrupt, as one from a terminal: that ends with the process.
func (c *Conn) Serve(ctx context.Context, impl Handler, log *zap.Logger) End {
	c.stream.log = log
	base, cancel := context.WithCancelCause(ctx)
	defer cancel(errOver)
	defer context.AfterFunc(c.over, func() { cancel(errOver) })()
	defer context.AfterFunc(ctx, func() { c.finish(EndInterrupted, nil) })()

	d := newDispatcher(impl, log, c.finish)
	go c.out.run()
	c.rpc.Go(base, d.handle)

	<-c.over.Done()
	cancel(errOver)
	c.end.AfterShutdown = d.life.shutdownSeen()
	log.Info("the conversation is over", zap.String("reason", string(c.end.Reason)), zap.Error(c.end.Err))
	closeHandler(context.WithoutCancel(ctx), impl, c.end, log)
	if left := d.drain(drainTimeout); left > 0 {
		log.Error("requests did not end in time", zap.Int("requests", left))
	}
	c.out.close(flushTimeout)
	if err := c.rw.Close(); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		log.Debug("closing the client's stream", zap.Error(err))
	}
	return c.end
}

// closeHandler calls Closed. A panic there must not skip the end of the methods.
func closeHandler(ctx context.Context, impl Handler, end End, log *zap.Logger) {
	defer func() {
		if r := recover(); r != nil {
			log.Error("panic while releasing", zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
		}
	}()
	impl.Closed(ctx, end)
}

// JoinStdio makes one stream of the process's stdin and stdout.
func JoinStdio(in io.ReadCloser, out io.WriteCloser) io.ReadWriteCloser {
	return stdio{in, out}
}

type stdio struct {
	io.ReadCloser
	out io.WriteCloser
}

func (s stdio) Write(p []byte) (int, error) { return s.out.Write(p) }

// Close closes both.
func (s stdio) Close() error { return errors.Join(s.ReadCloser.Close(), s.out.Close()) }
