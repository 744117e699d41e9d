package rpc

import (
	"errors"
	"io"
	"strings"
	"testing"

	"go.lsp.dev/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
)

// FuzzFrames reads frames from any bytes: it ends, never panics, never returns more than its
// input, and each message that it accepts is valid.
func FuzzFrames(f *testing.F) {
	for _, seed := range []string{
		"Content-Length: 2\r\n\r\n{}", "Content-Length: 2\n\n{}Content-Length: 2\n\n[]",
		"Content-Length: 99999\r\n\r\n{}", "Content-Length: -1\r\n\r\n", "X\r\n\r\n", "\r\n",
		"Content-Length: 40\r\nA: b\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}   ",
		"Content-Length: 43\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":\"\\u0000\",\"method\":\"x\"}",
		"Content-Length: 38\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"bad\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		in := newFrameReader(strings.NewReader(input))
		total := 0
		for {
			body, err := readFrame(in)
			if err != nil {
				_, bad := errors.AsType[*frameError](err)
				if !bad && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("unexpected error %v", err)
				}
				return
			}
			if total += len(body); total > len(input) || len(body) > protocol.MaxFrameBytes {
				t.Fatalf("%d bytes of bodies from %d", total, len(input))
			}
			msg, _, wireErr := parseMessage(body)
			if (msg == nil) == (wireErr == nil) {
				t.Fatalf("message %v and error %v", msg, wireErr)
			}
			if call, ok := msg.(*jsonrpc2.Call); ok && !call.ID().IsValid() {
				t.Fatal("a call without an id")
			}
		}
	})
}
