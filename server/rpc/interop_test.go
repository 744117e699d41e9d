package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"
	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// The tests here drive the connection with a JSON-RPC implementation that shares no
// code with it, so that framing, ids and errors are checked independently.

// interopClient is a client of that implementation.
type interopClient struct {
	*jsonrpc2.Conn
	wire *Conn
	got  chan *jsonrpc2.Request // what the server sends
}

// dialInterop serves impl to an interopClient, which answers requests with respond.
func dialInterop(t *testing.T, impl *stub, respond func(*jsonrpc2.Request) (any, error)) *interopClient {
	t.Helper()
	ours, theirs := net.Pipe()
	c := &interopClient{wire: NewConn(theirs), got: make(chan *jsonrpc2.Request, 100)}
	end := make(chan struct{})
	go func() { defer close(end); c.wire.Serve(context.Background(), impl, zap.NewNop()) }()
	handler := jsonrpc2.HandlerWithError(func(_ context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) (any, error) {
		c.got <- r
		return respond(r)
	})
	c.Conn = jsonrpc2.NewConn(context.Background(), jsonrpc2.NewBufferedStream(ours, jsonrpc2.VSCodeObjectCodec{}), handler)
	t.Cleanup(func() {
		c.Close()
		select {
		case <-end:
		case <-time.After(patience):
			t.Error("Serve did not return")
		}
	})
	return c
}

// goldenMessage is a golden request, notification or answer.
type goldenMessage struct {
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *struct {
		Code    int64
		Message string
		Data    json.RawMessage
	}
}

// goldens returns the golden messages of a kind by their names without it.
func goldens(t *testing.T, kind string) map[string]goldenMessage {
	t.Helper()
	paths, err := filepath.Glob("../../protocol/testdata/golden/*." + kind + ".json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden %s: %v", kind, err)
	}
	out := map[string]goldenMessage{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var m goldenMessage
		if err := json.Unmarshal(content, &m); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out[strings.TrimSuffix(filepath.Base(path), "."+kind+".json")] = m
	}
	return out
}

// script is a server that expects one call after the other.
type script struct {
	mu     sync.Mutex
	result json.RawMessage // the next call's
	err    error
	params any // the last call's
}

func (s *script) call(_ context.Context, method string, params, result any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if method == protocol.MethodInitialize && s.result == nil {
		return nil
	}
	s.params = params
	if s.err != nil {
		return s.err
	}
	return json.Unmarshal(s.result, result)
}

// set prepares the next call.
func (s *script) set(result json.RawMessage, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result, s.err = result, err
}

// TestInteropRequests plays each golden request and compares what the method
// got, and what came back, with the golden messages.
func TestInteropRequests(t *testing.T) {
	results := goldens(t, "result")
	played := 0
	for name, request := range goldens(t, "request") {
		if methods[request.Method].owner != "Server" {
			continue
		}
		result, ok := results[name]
		if !ok { // a variant of the request with the same answer
			base, _, _ := strings.Cut(name, ".")
			result = results[base]
		}
		played++
		t.Run(name, func(t *testing.T) {
			s := &script{}
			c := dialInterop(t, newStub(s.call), nil)
			if request.Method != protocol.MethodInitialize {
				initialize(t, c)
			}
			s.set(result.Result, nil)
			var got json.RawMessage
			if err := c.Call(t.Context(), request.Method, request.Params, &got); err != nil {
				t.Fatal(err)
			}
			same(t, got, result.Result)
			if request.Params != nil {
				params, err := json.Marshal(s.params)
				if err != nil {
					t.Fatal(err)
				}
				same(t, params, request.Params)
			}
		})
	}
	if played < 10 {
		t.Errorf("only %d requests were played", played)
	}
}

// TestInteropErrors lets a method fail as each golden error says.
func TestInteropErrors(t *testing.T) {
	played := 0
	for name, want := range goldens(t, "error") {
		if protocol.ErrorCode(want.Error.Code) != protocol.ErrFailed {
			continue // the wire's own; the raw tests have them
		}
		played++
		var p protocol.Problem
		if err := json.Unmarshal(want.Error.Data, &p); err != nil {
			t.Fatal(err)
		}
		s := &script{}
		c := dialInterop(t, newStub(s.call), nil)
		initialize(t, c)
		s.set(nil, fmt.Errorf("deep inside: %w", WithChoices(&fault.Error{
			Code: fault.Code(p.Code), Tried: p.Tried, Answer: p.Answer, Advice: p.Advice,
		}, p.Choices)))
		err := c.Call(t.Context(), protocol.MethodKernelList, nil, nil)
		e, ok := errors.AsType[*jsonrpc2.Error](err)
		if !ok || e.Code != want.Error.Code || e.Message != want.Error.Message {
			t.Fatalf("%s: %v", name, err)
		}
		same(t, *e.Data, want.Error.Data)
	}
	if played < 3 {
		t.Errorf("only %d errors were played", played)
	}
}

// TestInteropPrompts sends each golden question and answers with each golden answer.
func TestInteropPrompts(t *testing.T) {
	results := goldens(t, "result")
	for name, request := range goldens(t, "request") {
		info := methods[request.Method]
		if info.owner != "Client" {
			continue
		}
		base, _, _ := strings.Cut(name, ".")
		for variant, result := range results {
			if variant != base && !strings.HasPrefix(variant, base+".") {
				continue
			}
			c := dialInterop(t, newStub(quick), func(*jsonrpc2.Request) (any, error) { return result.Result, nil })
			params, got := info.newParams(), info.newResult()
			if err := json.Unmarshal(request.Params, params); err != nil {
				t.Fatal(err)
			}
			if err := c.wire.Client().Call(t.Context(), request.Method, params, got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			sent := <-c.got
			same(t, *sent.Params, request.Params)
			again, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			same(t, again, result.Result)
		}
	}
}

// TestInteropNotifications sends each golden notification to the client.
func TestInteropNotifications(t *testing.T) {
	c := dialInterop(t, newStub(quick), func(*jsonrpc2.Request) (any, error) { return nil, nil })
	for name, note := range goldens(t, "notification") {
		info := methods[note.Method]
		if info.owner != "ClientNotifications" {
			continue
		}
		params := info.newParams()
		if err := json.Unmarshal(note.Params, params); err != nil {
			t.Fatal(err)
		}
		if err := c.wire.Client().Notify(t.Context(), note.Method, params); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-c.got:
			if got.Method != note.Method || !got.Notif {
				t.Errorf("%s: got %v", name, got)
			}
			same(t, *got.Params, note.Params)
		case <-time.After(patience):
			t.Fatalf("%s does not arrive", name)
		}
	}
}

// TestInteropCancel cancels by number and by string.
func TestInteropCancel(t *testing.T) {
	for _, id := range []jsonrpc2.ID{{Num: 4}, {Str: "takeover-1", IsString: true}} {
		begun := make(chan string, 1)
		c := dialInterop(t, hanging(begun), nil)
		initialize(t, c)
		call, err := c.DispatchCall(t.Context(), protocol.MethodKernelStart, struct{}{}, jsonrpc2.PickID(id))
		if err != nil {
			t.Fatal(err)
		}
		<-begun
		if err := c.Notify(t.Context(), protocol.MethodCancelRequest, map[string]any{"id": id}); err != nil {
			t.Fatal(err)
		}
		err = call.Wait(t.Context(), nil)
		if e, ok := errors.AsType[*jsonrpc2.Error](err); !ok || e.Code != int64(protocol.ErrRequestCancelled) {
			t.Errorf("id %v: %v", id, err)
		}
	}
}

// initialize sends initialize.
func initialize(t *testing.T, c *interopClient) {
	t.Helper()
	params := &protocol.InitializeParams{ProtocolVersion: protocol.Version}
	if err := c.Call(t.Context(), protocol.MethodInitialize, params, nil); err != nil {
		t.Fatal(err)
	}
}

// same compares two JSON texts by their meaning.
func same(t *testing.T, got, want []byte) {
	t.Helper()
	var g, w any
	if err := errors.Join(json.Unmarshal(got, &g), json.Unmarshal(want, &w)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
