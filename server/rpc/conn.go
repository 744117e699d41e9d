package rpc

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

const (
	// drainTimeout bounds how long cancelled methods may take to undo their work.
	drainTimeout = time.Minute
	// flushTimeout bounds how long a client may take to read what is still queued.
	flushTimeout = 2 * time.Second
)

// Handler answers a client's requests. Its methods are called concurrently; their
// ctx is cancelled by $/cancelRequest and when the connection closes. The order of
// requests, the version check, exit and $/cancelRequest are Conn's own.
type Handler interface {
	protocol.Server

	// ClusterDidChange handles the client's notification. It is called before the
	// next message is read, and so must not block.
	ClusterDidChange(ctx context.Context, params *protocol.ClusterDidChangeParams) error

	// Explain returns the error of a request, perhaps with more advice.
	Explain(about Subject, err error) error

	// Closed is called once, as soon as the connection is closed, while the
	// cancelled methods unwind. It releases everything and returns when that is
	// done. ctx has no deadline and is not cancelled.
	Closed(ctx context.Context)
}

// Subject is what a request is about, as far as its parameters name it.
type Subject struct {
	Cluster   string `json:"cluster"`
	User      string `json:"user"`
	SessionID string `json:"sessionId"`
}

// endReason is why a connection was closed, for the log.
type endReason string

const (
	endOfInput     endReason = "end of input" // the client closed its side, or died
	endExit        endReason = "exit"         // the client sent exit
	endInterrupted endReason = "interrupted"  // the context given to Serve is done, as by SIGTERM
	endBroken      endReason = "broken"       // a frame cannot be read, or the client cannot be written to
)

// ErrClosed is the cause of a method's cancelled context when the connection is
// closed, and the error of a write after that. What the method began is then
// Handler.Closed's to end or to keep.
var ErrClosed = errors.New("the connection to the client is closed")

// Conn is the JSON-RPC connection to one client, over one byte stream.
type Conn struct {
	rw     io.ReadWriteCloser
	stream *stream
	out    *writeQueue
	rpc    jsonrpc2.Conn
	client *Client
	style  clientStyle

	endOnce    sync.Once
	ended      endReason       // set before closed is done, as is err
	err        error           // the cause of endBroken
	closed     context.Context // done when the connection is closed
	cancelConn context.CancelFunc
}

// NewConn returns a connection over rw. Nothing is read before Serve, which also
// closes rw.
func NewConn(rw io.ReadWriteCloser) *Conn {
	c := &Conn{rw: rw}
	c.closed, c.cancelConn = context.WithCancel(context.Background())
	c.out = newWriteQueue(rw, func(err error) { c.shutdown(endBroken, err) })
	c.stream = newStream(rw, c.out, c.closed, c.shutdown)
	c.rpc = jsonrpc2.NewConn(c.stream)
	c.client = &Client{conn: c}
	c.client.ClientStub = protocol.ClientStub{Call: c.client.call, Notify: c.client.notify}
	return c
}

// Client returns the client's side. It can be used at once: what is sent before
// Serve is queued.
func (c *Conn) Client() *Client { return c.client }

// shutdown closes the connection; the first call counts.
func (c *Conn) shutdown(reason endReason, err error) {
	c.endOnce.Do(func() {
		c.ended, c.err = reason, err
		c.cancelConn()
	})
}

// Serve answers the client until the connection closes, lets impl release what it
// holds, and returns when all methods have ended and the queue is flushed. It
// closes rw, but does not wait for a read that closing does not interrupt, such as
// one from a terminal: that ends with the process.
func (c *Conn) Serve(ctx context.Context, impl Handler, log *zap.Logger) {
	c.stream.log = log
	base, cancel := context.WithCancelCause(ctx)
	defer cancel(ErrClosed)
	defer context.AfterFunc(c.closed, func() { cancel(ErrClosed) })()
	defer context.AfterFunc(ctx, func() { c.shutdown(endInterrupted, nil) })()

	d := newDispatcher(impl, log, &c.style, c.shutdown)
	go c.out.run()
	c.rpc.Go(base, d.handle)

	<-c.closed.Done()
	cancel(ErrClosed)
	log.Info("the client's connection is closed", zap.String("reason", string(c.ended)), zap.Error(c.err))
	closeHandler(context.WithoutCancel(ctx), impl, log)
	if left := d.drain(drainTimeout); left > 0 {
		log.Error("requests did not end in time", zap.Int("requests", left))
	}
	c.out.close(flushTimeout)
	if err := c.rw.Close(); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		log.Debug("closing the client's stream", zap.Error(err))
	}
}

// closeHandler calls Closed. A panic there must not skip the end of the methods.
func closeHandler(ctx context.Context, impl Handler, log *zap.Logger) {
	defer func() {
		if r := recover(); r != nil {
			log.Error("panic while releasing", zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
		}
	}()
	impl.Closed(ctx)
}

// JoinStdio returns one stream over the process's stdin and stdout.
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
