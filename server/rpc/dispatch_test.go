package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// hanging answers initialize at once, and anything else when its context ends.
func hanging(begun chan<- string) *stub {
	return newStub(func(ctx context.Context, method string, _, _ any) error {
		if method == protocol.MethodInitialize {
			return nil
		}
		begun <- method
		<-ctx.Done()
		return fmt.Errorf("doing %s: %w", method, ctx.Err())
	})
}

func TestWrongType(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	p.send(`{"jsonrpc":"2.0","id":4,"method":"kernel/start","params":{"request":{"cpus":"four"}}}`)
	p.want(golden(t, "kernel-start.wrong-type.error"))
}

func TestCancelRequest(t *testing.T) {
	begun := make(chan string, 2)
	p := dialInitialized(t, hanging(begun))
	for _, id := range []string{`4`, `"takeover-1"`, `9007199254740993`} {
		p.send(`{"jsonrpc":"2.0","id":` + id + `,"method":"kernel/start"}`)
		<-begun
		p.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":9007199254740992}}`) // another
		p.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":` + id + `}}`)
		p.want(`{"jsonrpc":"2.0","id":` + id + `,"error":{"code":-32800,"message":"cancelled"}}`)
	}
}

// TestCancelBeforeStart cancels a request that may not have started.
func TestCancelBeforeStart(t *testing.T) {
	begun := make(chan string, 100)
	p := dialInitialized(t, hanging(begun))
	for range 100 {
		p.send(golden(t, "kernel-start.request"))
		p.send(golden(t, "cancelRequest.notification"))
		p.want(golden(t, "kernel-start.cancelled.error"))
	}
}

func TestSameIDTwice(t *testing.T) {
	begun := make(chan string, 1)
	p := dialInitialized(t, hanging(begun))
	p.send(golden(t, "kernel-start.request"))
	<-begun
	p.send(golden(t, "kernel-start.request"))
	p.wantError(4.0, protocol.ErrInvalidRequest)
	p.send(golden(t, "cancelRequest.notification"))
	p.wantError(4.0, protocol.ErrRequestCancelled)
}

func TestTooManyRequests(t *testing.T) {
	begun := make(chan string, maxRequests)
	p := dialInitialized(t, hanging(begun))
	for i := range maxRequests {
		p.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"kernel/list"}`, i))
	}
	for range maxRequests {
		<-begun
	}
	p.send(`{"jsonrpc":"2.0","id":"more","method":"kernel/list"}`)
	p.wantError("more", protocol.ErrInvalidRequest)
	p.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":7}}`)
	p.wantError(7.0, protocol.ErrRequestCancelled)
	p.send(`{"jsonrpc":"2.0","id":"room","method":"kernel/list"}`)
	if method := <-begun; method != protocol.MethodKernelList {
		t.Errorf("began %s", method)
	}
}

func TestPanic(t *testing.T) {
	p := dialInitialized(t, newStub(func(_ context.Context, method string, _, _ any) error {
		if method == protocol.MethodKernelLog {
			panic("a mistake")
		}
		return nil
	}))
	for range 3 {
		p.send(golden(t, "kernel-log.request"))
		p.wantError(7.0, protocol.ErrInternal)
	}
	p.send(`{"jsonrpc":"2.0","id":1,"method":"kernel/list"}`)
	p.want(`{"jsonrpc":"2.0","id":1,"result":{"sessions":[]}}`)
}

// TestCloseCancelsRequests closes the connection in each way while a method runs.
func TestCloseCancelsRequests(t *testing.T) {
	ends := map[endReason]func(*peer){
		endOfInput: func(p *peer) { p.conn.Close() },
		endExit:    func(p *peer) { p.send(golden(p.t, "exit.notification")) },
		endBroken:  func(p *peer) { p.raw("garbage\r\n\r\n"); p.wantError(nil, protocol.ErrParse) },
	}
	for reason, end := range ends {
		begun := make(chan string, 1)
		p := dialInitialized(t, hanging(begun))
		p.send(golden(t, "kernel-start.request"))
		<-begun
		end(p)
		p.wantEnd(reason)
	}
}

func TestContextDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	released := make(chan error, 1)
	impl := &watchClosed{newStub(quick), released}
	rw, far := net.Pipe()
	defer far.Close()
	done, conn := make(chan struct{}), NewConn(rw)
	go func() { defer close(done); conn.Serve(ctx, impl, zap.NewNop()) }()
	cancel()
	select {
	case <-done:
		if conn.ended != endInterrupted {
			t.Errorf("ended by %q", conn.ended)
		}
	case <-time.After(patience):
		t.Fatal("Serve does not end with its context")
	}
	if err := <-released; err != nil {
		t.Errorf("the context of Closed is done: %v", err)
	}
}

// watchClosed reports the error of Closed's context.
type watchClosed struct {
	*stub
	ctxErr chan<- error
}

func (w *watchClosed) Closed(ctx context.Context) { w.ctxErr <- ctx.Err() }

func TestErrors(t *testing.T) {
	live := t.Context()
	ended, cancel := context.WithCancel(live)
	cancel()
	tests := []struct {
		name    string
		ctx     context.Context
		err     error
		code    protocol.ErrorCode
		problem string
	}{
		{"fault", live, &fault.Error{Code: fault.SlurmRejected}, protocol.ErrFailed, "slurm.rejected"},
		{"wrapped fault", live, fmt.Errorf("x: %w", &fault.Error{Code: fault.NoKey}), protocol.ErrFailed, "ssh.no-key"},
		{"bad request", live, &fault.Error{Code: fault.BadRequest}, protocol.ErrInvalidParams, "request.invalid"},
		{"cancelled fault", live, &fault.Error{Code: fault.Cancelled}, protocol.ErrRequestCancelled, "cancelled"},
		{"cancelled", ended, context.Canceled, protocol.ErrRequestCancelled, "cancelled"},
		{"cancelled on the way", ended, &fault.Error{Code: fault.LinkLost, Err: context.Canceled}, protocol.ErrRequestCancelled, "ssh.link-lost"},
		{"release in doubt", ended, &fault.Error{Code: fault.ReleaseUnconfirmed, Err: context.Canceled}, protocol.ErrFailed, "release.unconfirmed"},
		{"no fault", live, errors.New("oops"), protocol.ErrInternal, "internal"},
		{"deadline", live, context.DeadlineExceeded, protocol.ErrInternal, "internal"},
		{"internal fault", live, &fault.Error{Code: fault.Internal}, protocol.ErrInternal, "internal"},
	}
	for _, tt := range tests {
		got := toRPCError(tt.ctx, tt.err, fault.Editor)
		if protocol.ErrorCode(got.Code) != tt.code || ProblemOf(tt.err).Code != tt.problem {
			t.Errorf("%s: %d %s, want %d %s", tt.name, got.Code, ProblemOf(tt.err).Code, tt.code, tt.problem)
		}
	}
}

// TestClusterDidChangeKeepsItsPlace: the notification is handled before the request
// behind it, and not before initialize.
func TestClusterDidChangeKeepsItsPlace(t *testing.T) {
	p := dial(t, newStub(quick))
	change := golden(t, "cluster-didChange.notification")
	p.send(change)
	p.send(golden(t, "initialize.request"))
	p.recv()
	p.send(change)
	p.send(`{"jsonrpc":"2.0","method":"cluster/didChange","params":{"clusters":7}}`)
	p.send(golden(t, "cluster-list.request"))
	p.recv()
	if n := len(p.stub.clusters); n != 1 {
		t.Errorf("%d changes arrived", n)
	}
}

// TestExplainedErrors: the server sees what a request was about, and what a client can do after
// an error stays with it.
func TestExplainedErrors(t *testing.T) {
	impl := newStub(func(_ context.Context, method string, _, _ any) error {
		if method == protocol.MethodInitialize {
			return nil
		}
		return WithChoices(&fault.Error{Code: fault.JupyterMissing, Tried: "a", Answer: "b"}, []protocol.Choice{{Kind: protocol.ChoiceEnvironment}})
	})
	var about Subject
	impl.explain = func(subject Subject, err error) error {
		about = subject
		explained := *fault.As(err)
		explained.Advice = "Ask."
		return &explained
	}
	p := dialInitialized(t, impl)
	p.send(`{"jsonrpc":"2.0","id":4,"method":"kernel/takeOver","params":{"cluster":"lab","user":"alice","sessionId":"k1"}}`)
	p.want(`{"jsonrpc":"2.0","id":4,"error":{"code":2,"message":"a: b. Ask.","data":{"code":"job.jupyter-missing","message":"a: b. Ask.","tried":"a","answer":"b","advice":"Ask.","choices":[{"kind":"environment"}]}}}`)
	if about != (Subject{Cluster: "lab", User: "alice", SessionID: "k1"}) {
		t.Errorf("about %+v", about)
	}
}
