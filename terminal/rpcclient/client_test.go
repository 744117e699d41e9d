package rpcclient

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
)

// newTestClient returns a client with handler h and the server's end of its connection; answers
// returns the server's result for a request.
func newTestClient(t *testing.T, h *Handler, answers func(ctx context.Context, r *jsonrpc2.Request) (any, error)) (*Client, *jsonrpc2.Conn) {
	t.Helper()
	near, far := net.Pipe()
	c := newClient(near, h)
	server := jsonrpc2.NewConn(t.Context(), jsonrpc2.NewBufferedStream(far, jsonrpc2.VSCodeObjectCodec{}),
		jsonrpc2.AsyncHandler(jsonrpc2.HandlerWithError(func(ctx context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) (any, error) {
			return answers(ctx, r)
		})), jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	t.Cleanup(func() {
		c.Detach()
		_ = server.Close()
		<-server.DisconnectNotify()
	})
	return c, server
}

func TestCancelledCallWaitsForItsAnswer(t *testing.T) {
	cancelled := make(chan json.RawMessage, 1)
	asked := make(chan jsonrpc2.ID, 1)
	c, _ := newTestClient(t, &Handler{}, func(_ context.Context, r *jsonrpc2.Request) (any, error) {
		if r.Method == protocol.MethodCancelRequest {
			cancelled <- *r.Params
			return nil, nil
		}
		asked <- r.ID
		params := <-cancelled
		if want, _ := json.Marshal(protocol.CancelParams{ID: r.ID.Num}); string(params) != string(want) {
			t.Errorf("cancelled %s, want %s", params, want)
		}
		return nil, &jsonrpc2.Error{Code: int64(protocol.ErrRequestCancelled), Message: "cancelled"}
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if err := c.Call(ctx, protocol.MethodKernelStart, protocol.KernelStartParams{}, nil); !HasCode(err, fault.Cancelled) {
		t.Errorf("err = %v, want the server's own answer", err)
	}
}

func TestLostServerIsAFailure(t *testing.T) {
	var server *jsonrpc2.Conn
	c, server := newTestClient(t, &Handler{}, func(context.Context, *jsonrpc2.Request) (any, error) {
		return nil, server.Close()
	})
	err := c.Call(t.Context(), protocol.MethodKernelList, nil, nil)
	if f, ok := errors.AsType[*Failure](err); !ok || !strings.Contains(f.Problem.Answer, "closed") {
		t.Errorf("err = %v", err)
	}
}

func TestUnknownAndBrokenMessages(t *testing.T) {
	sessions := make(chan protocol.Session, 4)
	_, server := newTestClient(t, &Handler{Session: func(p protocol.SessionDidChangeParams) { sessions <- p.Session }, Prompter: &console.Prompter{}},
		func(context.Context, *jsonrpc2.Request) (any, error) { return nil, nil })
	for method, want := range map[string]protocol.ErrorCode{"window/dance": protocol.ErrMethodNotFound, protocol.MethodPromptSecret: protocol.ErrInvalidParams} {
		err := server.Call(t.Context(), method, nil, nil)
		if answer, ok := errors.AsType[*jsonrpc2.Error](err); !ok || answer.Code != int64(want) {
			t.Errorf("%s: %v, want code %d", method, err, want)
		}
	}
	for _, params := range []string{`{"session":7}`, `{"session":{"id":"k1","state":"dancing","new":true}}`} {
		if err := server.Notify(t.Context(), protocol.MethodSessionDidChange, json.RawMessage(params)); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Notify(t.Context(), "window/dance", nil); err != nil {
		t.Fatal(err)
	}
	select {
	case s := <-sessions:
		if s.ID != "k1" || s.State != "dancing" {
			t.Errorf("got %+v", s)
		}
	case <-time.After(pace.Limit(20 * time.Second)):
		t.Error("a session in a state that is not known did not arrive")
	}
}

// The user sees when the server cancels a prompt.
func TestPromptCanBeCancelled(t *testing.T) {
	asked := make(chan struct{})
	h := &Handler{}
	h.Prompter = &console.Prompter{Screen: console.NewScreen(&strings.Builder{}), PrintNote: func(string) {}, Open: func() (*os.File, *os.File, error) {
		close(asked)
		takenBack := func() bool {
			h.mu.Lock()
			defer h.mu.Unlock()
			return len(h.cancels) == 0
		}
		for limit := time.Now().Add(pace.Limit(20 * time.Second)); !takenBack(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(limit) {
				t.Error("the question is not taken back")
				break
			}
		}
		return nil, nil, errors.New("over")
	}}
	_, server := newTestClient(t, h, func(context.Context, *jsonrpc2.Request) (any, error) { return nil, nil })
	waiter, err := server.DispatchCall(t.Context(), protocol.MethodPromptSecret, protocol.PromptSecretParams{}, jsonrpc2.PickID(jsonrpc2.ID{Num: 7}))
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := server.Notify(t.Context(), protocol.MethodCancelRequest, protocol.CancelParams{ID: 7}); err != nil {
		t.Fatal(err)
	}
	var answer protocol.PromptSecretResult
	if err := waiter.Wait(t.Context(), &answer); err != nil || !answer.Cancelled {
		t.Errorf("answer %+v, err %v", answer, err)
	}
}
