package rpc

import (
	"context"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

func TestBeforeInitialize(t *testing.T) {
	p := dial(t, newStub(quick))
	p.send(`{"jsonrpc":"2.0","method":"kernel/list"}`) // ignored
	p.send(golden(t, "kernel-start.request"))
	p.want(golden(t, "kernel-start.not-initialized.error"))
	p.send(`{"jsonrpc":"2.0","id":2,"method":"shutdown"}`)
	p.wantError(2.0, protocol.ErrNotInitialized)
	p.send(golden(t, "initialize.request"))
	p.want(`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":0,"serverInfo":{"name":""}}}`)
	p.send(`{"jsonrpc":"2.0","id":"second","method":"initialize","params":{"protocolVersion":2}}`)
	p.want(golden(t, "initialize.twice.error"))
}

func TestExitBeforeInitialize(t *testing.T) {
	p := dial(t, newStub(quick))
	p.send(golden(t, "exit.notification"))
	p.wantEnd(endExit)
}

func TestWrongVersion(t *testing.T) {
	p := dial(t, newStub(quick))
	p.send(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"reloadGraceSeconds":30,"clusters":[{"name":"lab","wayIn":"srun","request":{}}]}}`)
	p.want(golden(t, "initialize.version.error"))
	p.send(`{"jsonrpc":"2.0","id":4,"method":"initialize","params":{"protocolVersion":7}}`)
	if answer := string(p.recv()); !strings.Contains(answer, "request.version") || !strings.Contains(answer, "Update the sunpyter program.") {
		t.Errorf("a newer client gets %s", answer)
	}
	p.send(`{"jsonrpc":"2.0","id":2,"method":"initialize"}`)
	p.wantError(2.0, protocol.ErrVersion)
	// It may try again with a version that is spoken here.
	p.send(`{"jsonrpc":"2.0","id":3,"method":"initialize","params":{"protocolVersion":2,"unknown":[]}}`)
	p.want(`{"jsonrpc":"2.0","id":3,"result":{"protocolVersion":0,"serverInfo":{"name":""}}}`)
}

func TestAfterShutdown(t *testing.T) {
	p := dialInitialized(t, newStub(quick))
	p.send(`{"jsonrpc":"2.0","id":8,"method":"shutdown"}`)
	p.want(`{"jsonrpc":"2.0","id":8,"result":{"released":[]}}`)
	for _, method := range []string{"shutdown", "initialize", "kernel/list", "no/method"} {
		p.send(`{"jsonrpc":"2.0","id":9,"method":"` + method + `"}`)
		p.wantError(9.0, protocol.ErrInvalidRequest)
	}
	p.send(golden(t, "exit.notification"))
	p.wantEnd(endExit)
}

// TestRequestsBehindInitialize pipelines requests behind an initialize that takes its time.
func TestRequestsBehindInitialize(t *testing.T) {
	for _, fails := range []bool{false, true} {
		goOn := make(chan struct{})
		p := dial(t, newStub(func(_ context.Context, method string, _, _ any) error {
			if method != protocol.MethodInitialize {
				return nil
			}
			<-goOn
			if fails {
				return &fault.Error{Code: fault.BadConfig, Tried: "reading the configuration"}
			}
			return nil
		}))
		p.send(golden(t, "initialize.request"))
		p.send(`{"jsonrpc":"2.0","id":2,"method":"kernel/list"}`)
		p.send(`{"jsonrpc":"2.0","id":3,"method":"initialize"}`)
		p.wantError(3.0, protocol.ErrInvalidRequest)
		close(goOn)
		answers := map[any]map[string]any{}
		for range 2 {
			m := decodeAny(t, p.recv())
			answers[m["id"]] = m
		}
		_, failed := answers[2.0]["error"]
		if failed != fails {
			t.Errorf("initialize fails: %v; then kernel/list: %v", fails, answers[2.0])
		}
	}
}
