package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// TestInvalidMessages sends invalid messages in valid frames: each is answered, and the
// connection stays open.
func TestInvalidMessages(t *testing.T) {
	tests := []struct {
		name, body string
		id         any
		code       protocol.ErrorCode
	}{
		{"not JSON", `{"jsonrpc":`, nil, protocol.ErrParse},
		{"not UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", nil, protocol.ErrParse},
		{"two values", `{} {}`, nil, protocol.ErrParse},
		{"nothing", ``, nil, protocol.ErrParse},
		{"deep", strings.Repeat("[", 100000), nil, protocol.ErrParse},
		{"a batch", `[{"jsonrpc":"2.0","id":5,"method":"kernel/list"}]`, nil, protocol.ErrInvalidRequest},
		{"an empty batch", ` []`, nil, protocol.ErrInvalidRequest},
		{"a number", `42`, nil, protocol.ErrInvalidRequest},
		{"another version", `{"jsonrpc":"1.0","id":5,"method":"kernel/list"}`, 5.0, protocol.ErrInvalidRequest},
		{"no version", `{"id":"five","method":"kernel/list"}`, "five", protocol.ErrInvalidRequest},
		{"method not a string", `{"jsonrpc":"2.0","id":5,"method":7}`, 5.0, protocol.ErrInvalidRequest},
		{"no method", `{"jsonrpc":"2.0","id":5}`, 5.0, protocol.ErrInvalidRequest},
		{"id a fraction", `{"jsonrpc":"2.0","id":1.5,"method":"kernel/list"}`, nil, protocol.ErrInvalidRequest},
		{"id an object", `{"jsonrpc":"2.0","id":{},"method":"kernel/list"}`, nil, protocol.ErrInvalidRequest},
		{"unknown method", `{"jsonrpc":"2.0","id":5,"method":"kernel/dance"}`, 5.0, protocol.ErrMethodNotFound},
		{"unknown method, $/", `{"jsonrpc":"2.0","id":5,"method":"$/dance"}`, 5.0, protocol.ErrMethodNotFound},
		{"a notification as request", `{"jsonrpc":"2.0","id":5,"method":"exit"}`, 5.0, protocol.ErrMethodNotFound},
		{"params an array", `{"jsonrpc":"2.0","id":5,"method":"kernel/list","params":[1]}`, 5.0, protocol.ErrInvalidParams},
		{"a member twice", `{"jsonrpc":"2.0","id":5,"method":"kernel/list","params":{"user":"a","user":"b"}}`, 5.0, protocol.ErrInvalidParams},
		{"a fraction of a CPU", `{"jsonrpc":"2.0","id":5,"method":"kernel/start","params":{"request":{"cpus":1.5}}}`, 5.0, protocol.ErrInvalidParams},
		{"second initialize", `{"jsonrpc":"2.0","id":5,"method":"initialize","params":{"protocolVersion":2}}`, 5.0, protocol.ErrInvalidRequest},
	}
	p := dialInitialized(t, newStub(quick))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p.t = t
			p.send(tt.body)
			p.wantError(tt.id, tt.code)
			p.send(`{"jsonrpc":"2.0","id":"alive","method":"kernel/list"}`)
			p.want(`{"jsonrpc":"2.0","id":"alive","result":{"sessions":[]}}`)
		})
	}
}

// TestUnansweredMessages sends messages that get no answer.
func TestUnansweredMessages(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	for _, body := range []string{
		`{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"off"}}`,
		`{"jsonrpc":"2.0","method":"kernel/list"}`,
		`{"jsonrpc":"2.0","method":"unheard/of","params":[]}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest"}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":{}}}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":99}}`,
		`{"jsonrpc":"2.0","id":77,"result":{}}`,
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}`,
		`{"jsonrpc":"2.0","id":78,"error":"broken"}`,
	} {
		p.send(body)
	}
	p.send(`{"jsonrpc":"2.0","id":1,"method":"kernel/list","params":{"unknown":{"member":1}}}`)
	p.want(`{"jsonrpc":"2.0","id":1,"result":{"sessions":[]}}`)
}

// TestLostFraming sends frames whose end cannot be found: they are answered, and
// the connection is closed.
func TestLostFraming(t *testing.T) {
	tests := []struct {
		name, bytes string
		code        protocol.ErrorCode
	}{
		{"no colon", "Content-Length 5\r\n\r\n", protocol.ErrParse},
		{"no length", "Content-Type: x\r\n\r\n", protocol.ErrParse},
		{"blank line", "\r\n", protocol.ErrParse},
		{"not a number", "Content-Length: five\r\n\r\n", protocol.ErrParse},
		{"negative", "Content-Length: -5\r\n\r\n", protocol.ErrParse},
		{"two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", protocol.ErrParse},
		{"out of range", "Content-Length: 99999999999999999999\r\n\r\n", protocol.ErrParse},
		{"too large", fmt.Sprintf("Content-Length: %d\r\n\r\n", protocol.MaxFrameBytes+1), protocol.ErrInvalidRequest},
		{"long line", strings.Repeat("x", maxHeaderBytes), protocol.ErrParse},
		{"many lines", strings.Repeat("X: y\r\n", maxHeaderBytes/6+1), protocol.ErrParse},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := dial(t, newStub(quick))
			p.raw(tt.bytes)
			p.wantError(nil, tt.code)
			p.wantEnd(endBroken)
			if _, err := p.in.ReadByte(); !errors.Is(err, io.EOF) {
				t.Errorf("after the end: %v, want EOF", err)
			}
		})
	}
}

// TestTolerantFraming sends headers in forms that others write.
func TestTolerantFraming(t *testing.T) {
	body := `{"jsonrpc":"2.0","id":1,"method":"kernel/list"}`
	p := dialInitialized(t, newStub(quick))
	for _, header := range []string{
		"content-length: %d\r\n\r\n", "CONTENT-LENGTH:%d\r\n\r\n", "Content-Length: %d\n\n",
		"Content-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
	} {
		p.raw(fmt.Sprintf(header, len(body)) + body)
		p.want(`{"jsonrpc":"2.0","id":1,"result":{"sessions":[]}}`)
	}
}

// TestLargestFrame sends a frame of exactly the largest size.
func TestLargestFrame(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	head, tail := `{"jsonrpc":"2.0","id":1,"method":"kernel/list","params":{"x":"`, `"}}`
	p.send(head + strings.Repeat("x", protocol.MaxFrameBytes-len(head)-len(tail)) + tail)
	p.want(`{"jsonrpc":"2.0","id":1,"result":{"sessions":[]}}`)
}

// TestResultTooLarge lets a method return more than fits into a frame.
func TestResultTooLarge(t *testing.T) {
	p := dialInitialized(t, newStub(func(_ context.Context, _ string, _, result any) error {
		if log, ok := result.(*protocol.KernelLogResult); ok {
			log.Text = strings.Repeat("x", protocol.MaxFrameBytes)
		}
		return nil
	}))
	p.send(golden(t, "kernel-log.request"))
	p.wantError(7.0, protocol.ErrInternal)
}

// TestNotUTF8 lets a method return bytes as a host may send them.
func TestNotUTF8(t *testing.T) {
	p := dialInitialized(t, newStub(func(_ context.Context, _ string, _, result any) error {
		switch result := result.(type) {
		case *protocol.KernelLogResult:
			result.Text = "caf\xe9"
		case *protocol.KernelLinkResult:
			return &fault.Error{Code: fault.SlurmRejected, Tried: "trying", Answer: "caf\xe9"}
		}
		return nil
	}))
	p.send(golden(t, "kernel-log.request"))
	p.want(`{"jsonrpc":"2.0","id":7,"result":{"text":"caf\ufffd"}}`)
	p.send(golden(t, "kernel-link.request"))
	p.want(`{"jsonrpc":"2.0","id":9,"error":{"code":2,"message":"trying: caf\ufffd"}}`)
}

// TestHiddenCharacters lets a method return what a hostile host says: nothing on the wire
// moves a cursor, reverses a line or hides a part of it, in results, errors and notifications.
func TestHiddenCharacters(t *testing.T) {
	const said = "\x1b[31mre\u202ed\u2066\u200b\U000e0041\ufe0f\u2028\r\n\tend"
	p := dialInitialized(t, newStub(func(_ context.Context, _ string, _, result any) error {
		switch result := result.(type) {
		case *protocol.KernelLogResult:
			result.Text = said
		case *protocol.KernelLinkResult:
			return &fault.Error{Code: fault.SlurmRejected, Tried: "trying", Answer: said}
		}
		return nil
	}))
	p.send(golden(t, "kernel-log.request"))
	p.want(`{"jsonrpc":"2.0","id":7,"result":{"text":"[31mred\n\tend"}}`)
	p.send(golden(t, "kernel-link.request"))
	p.want(`{"jsonrpc":"2.0","id":9,"error":{"code":2,"message":"trying: [31mred | \tend"}}`)
	_ = p.wire.Client().ShowMessage(t.Context(), &protocol.ShowMessageParams{Level: protocol.LogInfo, Message: said})
	p.want(`{"jsonrpc":"2.0","method":"window/showMessage","params":{"level":"info","message":"[31mred\n\tend"}}`)
}

// TestTruncatedInput closes in the middle of a frame.
func TestTruncatedInput(t *testing.T) {
	for _, bytes := range []string{"", "Content-", "Content-Length: 5\r\n\r\n{"} {
		p := dial(t, newStub(quick))
		if bytes != "" {
			p.raw(bytes)
		}
		p.conn.Close()
		p.wantEnd(endOfInput)
	}
}

// TestClientClosesItsInput: a write fails, and the connection closes.
func TestClientClosesItsInput(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	impl := newStub(quick)
	conn := NewConn(JoinStdio(inR, outW))
	end := make(chan struct{})
	go func() { defer close(end); conn.Serve(t.Context(), impl, zap.NewNop()) }()
	outR.Close()
	defer inW.Close()
	body := golden(t, "initialize.request")
	if _, err := fmt.Fprintf(inW, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		t.Fatal(err)
	}
	select {
	case <-end:
		if conn.ended != endBroken || !errors.Is(conn.err, io.ErrClosedPipe) {
			t.Errorf("ended by %q: %v", conn.ended, conn.err)
		}
	case <-time.After(patience):
		t.Fatal("Serve does not notice")
	}
}
