//go:build unix

package rpc

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
)

// TestBlockingStdin serves pipes whose reads cannot be interrupted, as the
// process's own stdin: exit must still end it.
func TestBlockingStdin(t *testing.T) {
	var in, out [2]int
	if err := errors.Join(syscall.Pipe(in[:]), syscall.Pipe(out[:])); err != nil {
		t.Fatal(err)
	}
	stdin, toServer := os.NewFile(uintptr(in[0]), "stdin"), os.NewFile(uintptr(in[1]), "in")
	fromServer, stdout := os.NewFile(uintptr(out[0]), "out"), os.NewFile(uintptr(out[1]), "stdout")
	defer fromServer.Close()
	defer toServer.Close() // ends the reader that Serve left behind

	impl := newStub(quick)
	end, conn := make(chan struct{}), NewConn(JoinStdio(stdin, stdout))
	go func() { defer close(end); conn.Serve(t.Context(), impl, zap.NewNop()) }()
	body := `{"jsonrpc":"2.0","method":"exit"}`
	if _, err := fmt.Fprintf(toServer, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		t.Fatal(err)
	}
	select {
	case <-end:
		if conn.ended != endExit {
			t.Errorf("ended by %q", conn.ended)
		}
	case <-time.After(patience):
		t.Fatal("Serve hangs on a blocking stdin")
	}
}
