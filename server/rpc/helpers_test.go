package rpc

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/sa2c/sunpyter/protocol"
)

// patience bounds every wait of the tests.
var patience = 20 * time.Second

// stub is a Handler whose methods are one function.
type stub struct {
	serverStub
	closed   chan struct{}
	clusters chan []protocol.ClusterProfile
	explain  func(Subject, error) error // nil: errors stay as they are
}

func newStub(call func(ctx context.Context, method string, params, result any) error) *stub {
	return &stub{call, make(chan struct{}), make(chan []protocol.ClusterProfile, 10), nil}
}

func (s *stub) Closed(context.Context) { close(s.closed) }

func (s *stub) ClusterDidChange(_ context.Context, params *protocol.ClusterDidChangeParams) error {
	s.clusters <- params.Clusters
	return nil
}

func (s *stub) Explain(about Subject, err error) error {
	if s.explain == nil {
		return err
	}
	return s.explain(about, err)
}

// quick answers every method with an empty result.
func quick(context.Context, string, any, any) error { return nil }

// peer is a client that writes and reads bytes.
type peer struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	wire *Conn
	stub *stub
	end  chan struct{} // closed when Serve has returned
}

// dial serves impl and returns its client. the connection is closed with the test.
func dial(t *testing.T, impl *stub) *peer {
	t.Helper()
	ours, theirs := net.Pipe()
	p := &peer{t, ours, bufio.NewReader(ours), NewConn(theirs), impl, make(chan struct{})}
	go func() {
		defer close(p.end)
		p.wire.Serve(t.Context(), impl, zaptest.NewLogger(t, zaptest.Level(zap.FatalLevel)))
	}()
	t.Cleanup(func() {
		ours.Close()
		select {
		case <-p.end:
		case <-time.After(patience):
			t.Error("Serve did not return")
		}
	})
	if err := ours.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return p
}

// dialInitialized is dial after a successful initialize.
func dialInitialized(t *testing.T, impl *stub) *peer {
	t.Helper()
	p := dial(t, impl)
	p.send(golden(t, "initialize.request"))
	p.recv()
	return p
}

// raw writes bytes as they are.
func (p *peer) raw(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p.conn, s); err != nil {
		p.t.Fatalf("writing: %v", err)
	}
}

// send writes one frame.
func (p *peer) send(body string) {
	p.t.Helper()
	p.raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

// recv reads one frame. It trusts the header that it expects, and no code of the server's.
func (p *peer) recv() string {
	p.t.Helper()
	var length int
	if _, err := fmt.Fscanf(p.in, "Content-Length: %d\r\n\r\n", &length); err != nil {
		p.t.Fatalf("reading a header: %v", err)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(p.in, body); err != nil {
		p.t.Fatalf("reading a body: %v", err)
	}
	return string(body)
}

// want reads one frame and compares it, except for the error's data where the
// wanted message has none.
func (p *peer) want(message string) {
	p.t.Helper()
	got, want := decodeAny(p.t, p.recv()), decodeAny(p.t, message)
	if e, ok := want["error"].(map[string]any); ok && e["data"] == nil {
		if ge, ok := got["error"].(map[string]any); ok {
			delete(ge, "data")
		}
	}
	if !reflect.DeepEqual(got, want) {
		p.t.Errorf("got  %v\nwant %v", got, want)
	}
}

// wantError reads one frame and compares the id and the error's number.
func (p *peer) wantError(id any, code protocol.ErrorCode) {
	p.t.Helper()
	text := p.recv()
	m := decodeAny(p.t, text)
	e, _ := m["error"].(map[string]any)
	if e == nil || e["code"] != float64(code) || m["id"] != id || m["jsonrpc"] != "2.0" {
		p.t.Errorf("got %s, want id %v and error %d", text, id, code)
	}
}

// wantEnd waits for the end and for Closed.
func (p *peer) wantEnd(reason endReason) {
	p.t.Helper()
	select {
	case <-p.stub.closed:
		if p.wire.ended != reason {
			p.t.Errorf("ended by %q, want %q (%v)", p.wire.ended, reason, p.wire.err)
		}
	case <-time.After(patience):
		p.t.Fatal("Closed was not called")
	}
}

// golden returns a golden message on one line.
func golden(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("../../protocol/testdata/golden/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(content))
}

func decodeAny(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return m
}
