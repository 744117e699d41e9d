package rpc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// answer is the outcome of a prompt.
type answer struct {
	secret *protocol.PromptSecretResult
	err    error
}

// ask prompts for a secret in the background.
func ask(ctx context.Context, p *peer) <-chan answer {
	out := make(chan answer, 1)
	go func() {
		secret, err := p.wire.Client().PromptSecret(ctx, &protocol.PromptSecretParams{Host: "h", Purpose: protocol.PurposeCode})
		out <- answer{secret, err}
	}()
	return out
}

func TestPrompt(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	got := ask(t.Context(), p)
	p.want(`{"jsonrpc":"2.0","id":1,"method":"prompt/secret","params":{"host":"h","purpose":"code","prompt":""}}`)
	p.send(golden(t, "prompt-secret.result"))
	if a := <-got; a.err != nil || a.secret.Value != "123456" {
		t.Errorf("got %v, %v", a.secret, a.err)
	}
}

// TestPromptFails answers a prompt with invalid answers.
func TestPromptFails(t *testing.T) {
	for _, body := range []string{
		`{"jsonrpc":"2.0","id":%v,"error":{"code":-32601,"message":"no such method"}}`,
		`{"jsonrpc":"2.0","id":%v,"result":{"value":7}}`,
		`{"jsonrpc":"2.0","id":%v,"error":"broken"}`,
		`{"id":%v,"error":{"code":1,"message":"x"},"result":{}}`,
	} {
		p := dialInitialized(t, newStub(quick))
		got := ask(t.Context(), p)
		p.send(fmt.Sprintf(body, decodeAny(t, p.recv())["id"]))
		if a := <-got; !fault.Is(a.err, fault.PromptUnanswered) {
			t.Errorf("%s: %v", body, a.err)
		}
	}
}

// TestPromptCancelled: the client gets $/cancelRequest.
func TestPromptCancelled(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	ctx, cancel := context.WithCancel(t.Context())
	got := ask(ctx, p)
	id := decodeAny(t, p.recv())["id"]
	cancel()
	p.want(fmt.Sprintf(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":%v}}`, id))
	if a := <-got; !errors.Is(a.err, context.Canceled) {
		t.Errorf("got %v", a.err)
	}
	p.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,"result":{"value":"too late"}}`, id))
	p.send(`{"jsonrpc":"2.0","id":1,"method":"kernel/list"}`)
	p.want(`{"jsonrpc":"2.0","id":1,"result":{"sessions":[]}}`)
}

// TestPromptWhenClosed closes the connection while a prompt is open.
func TestPromptWhenClosed(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	got := ask(t.Context(), p)
	p.recv()
	p.conn.Close()
	if a := <-got; !fault.Is(a.err, fault.PromptUnanswered) {
		t.Errorf("got %v", a.err)
	}
	if err := p.wire.Client().SessionDidChange(t.Context(), &protocol.SessionDidChangeParams{}); err != nil {
		t.Errorf("notifying a closed client: %v", err)
	}
	if a := <-ask(t.Context(), p); !fault.Is(a.err, fault.PromptUnanswered) {
		t.Errorf("prompting a closed client: %v", a.err)
	}
}

// TestPromptFromWithinRequest asks while a request is being answered.
func TestPromptFromWithinRequest(t *testing.T) {
	var p *peer
	ready := make(chan struct{})
	p = dialInitialized(t, newStub(func(ctx context.Context, method string, _, _ any) error {
		if method == protocol.MethodInitialize {
			return nil
		}
		<-ready
		_, err := p.wire.Client().PromptConfirm(ctx, &protocol.PromptConfirmParams{})
		return err
	}))
	close(ready)
	p.send(`{"jsonrpc":"2.0","id":1,"method":"kernel/list"}`)
	p.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,"result":{"accepted":true}}`, decodeAny(t, p.recv())["id"]))
	p.want(`{"jsonrpc":"2.0","id":1,"result":{"sessions":[]}}`)
}

// TestNotificationsComeBeforeTheResult sends notifications from a method.
func TestNotificationsComeBeforeTheResult(t *testing.T) {
	var p *peer
	ready := make(chan struct{})
	p = dialInitialized(t, newStub(func(ctx context.Context, method string, _, _ any) error {
		if method == protocol.MethodInitialize {
			return nil
		}
		<-ready
		client := p.wire.Client()
		return errors.Join(
			client.Progress(ctx, &protocol.ProgressParams{Token: "t", Kind: protocol.ProgressBegin}),
			client.SessionDidChange(ctx, &protocol.SessionDidChangeParams{Session: protocol.Session{ID: "s"}}),
			client.Progress(ctx, &protocol.ProgressParams{Token: "t", Kind: protocol.ProgressEnd}),
		)
	}))
	close(ready)
	for range 100 {
		p.send(`{"jsonrpc":"2.0","id":1,"method":"kernel/list"}`)
		for _, method := range []any{"$/progress", "session/didChange", "$/progress", nil} {
			if got := decodeAny(t, p.recv())["method"]; got != method {
				t.Fatalf("got %v, want %v", got, method)
			}
		}
	}
}

// TestClientThatDoesNotRead floods a client that reads nothing: no caller blocks,
// memory stays bounded, and the client later gets the latest state.
func TestClientThatDoesNotRead(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	client := p.wire.Client()
	started := time.Now()
	const rounds = 3000 // some 5 MB
	for i := range rounds {
		session := protocol.Session{ID: fmt.Sprint("s", i%3), Generation: i, Notice: strings.Repeat("x", 500)}
		client.SessionDidChange(t.Context(), &protocol.SessionDidChangeParams{Session: session})
		client.Progress(t.Context(), &protocol.ProgressParams{Token: "t", Kind: protocol.ProgressReport, Message: fmt.Sprint(i)})
		client.LogMessage(t.Context(), &protocol.LogMessageParams{Level: protocol.LogInfo, Message: strings.Repeat("y", 1000)})
	}
	if took := time.Since(started); took > patience {
		t.Errorf("sending took %v", took)
	}
	if size := p.wire.out.size(); size > 2*maxLossyBytes {
		t.Errorf("%d bytes are queued", size)
	}
	p.send(`{"jsonrpc":"2.0","id":"after","method":"kernel/list"}`)
	newest := map[any]any{}
	for {
		m := decodeAny(t, p.recv())
		if m["id"] == "after" {
			break
		}
		if params := m["params"].(map[string]any); m["method"] == "session/didChange" {
			s := params["session"].(map[string]any)
			newest[s["id"]] = s["generation"]
		}
	}
	for i := rounds - 3; i < rounds; i++ {
		if got := newest[fmt.Sprint("s", i%3)]; got != float64(i) {
			t.Errorf("the newest of s%d is %v, want %d", i%3, got, i)
		}
	}
}

// TestCloseWithoutReader closes the connection of a client that reads nothing.
func TestCloseWithoutReader(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	p.wire.Client().SessionDidChange(t.Context(), &protocol.SessionDidChangeParams{})
	p.send(golden(t, "exit.notification"))
	p.wantEnd(endExit)
	select {
	case <-p.end:
	case <-time.After(patience):
		t.Fatal("Serve waits for a client that does not read")
	}
}
