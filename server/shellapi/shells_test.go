package shellapi

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/shell"
)

// TestShellIDs: an id names one shell from its request to its end, and their number is bounded.
func TestShellIDs(t *testing.T) {
	s := New(Options{})
	for i := range maxShells {
		if err := s.reserve(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"", "0", "new"} {
		if err := s.reserve(id); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := s.find("0"); !fault.Is(err, fault.ShellLost) {
		t.Errorf("one that is being opened: %v", err)
	}
	s.remove("0")
	if err := s.reserve("new"); err != nil {
		t.Error(err)
	}
	opened := &shell.Shell{}
	if s.set("new", opened) != nil {
		t.Error("the client is taken for gone")
	}
	if found, err := s.find("new"); found != opened || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	s.remove("new")
	s.Close()
	if err := s.reserve("late"); !fault.Is(err, fault.Cancelled) {
		t.Errorf("after the end: %v", err)
	}
}

// TestShellThatEndsWhileItIsOpened: a command may end, and its end be reported, before the request that opened it is
// answered. Its id is free then, and another shell that has it already is not replaced.
func TestShellThatEndsWhileItIsOpened(t *testing.T) {
	s, ended := New(Options{}), endedShell(t)
	if err := s.reserve("a"); err != nil {
		t.Fatal(err)
	}
	s.remove("a") // reportEnd is faster
	s.set("a", ended)
	if _, err := s.find("a"); !fault.Is(err, fault.ShellLost) {
		t.Errorf("a shell that has ended is found: %v", err)
	}
	if err := s.reserve("a"); err != nil {
		t.Fatal(err)
	}
	another := &shell.Shell{}
	s.set("a", another)
	s.set("a", ended)
	if found, err := s.find("a"); found != another {
		t.Errorf("the next shell of that name is lost: %v, %v", found, err)
	}
	s.remove("a")
}

// endedShell returns a shell that was opened and has ended.
func endedShell(t *testing.T) *shell.Shell {
	t.Helper()
	dial := func(context.Context, string) (net.Conn, error) {
		ours, job := net.Pipe()
		go func() {
			defer job.Close()
			_, _ = job.Read(make([]byte, 1024))                                // the request
			_, _ = job.Write([]byte("H\x00\x00\x00\x02{}X\x00\x00\x00\x02{}")) // frames of shells.py: it is open, it has ended
			_, _ = io.Copy(io.Discard, job)
		}()
		return ours, nil
	}
	ended, err := shell.Start(t.Context(), shell.Request{Command: []string{"true"}}, 0, dial, func() {})
	if err != nil {
		t.Fatal(err)
	}
	<-ended.Done()
	return ended
}

// TestShellRequestsThatAreRefused never reach a kernel.
func TestShellRequestsThatAreRefused(t *testing.T) {
	s, ctx := New(Options{}), t.Context()
	var errs []error
	add := func(_ any, err error) { errs = append(errs, err) }
	add(s.ShellOpen(ctx, &protocol.ShellOpenParams{ShellID: "a", Rows: -1}))
	add(s.ShellOpen(ctx, &protocol.ShellOpenParams{ShellID: "a", Columns: maxTerminalSize + 1}))
	add(s.ShellOpen(ctx, &protocol.ShellOpenParams{ShellID: "a", Key: "../../../etc/x"}))
	add(s.ShellInput(ctx, &protocol.ShellInputParams{ShellID: "a", Data: "*"}))
	add(s.ShellResize(ctx, &protocol.ShellResizeParams{ShellID: "a"}))
	add(s.ShellSignal(ctx, &protocol.ShellSignalParams{ShellID: "a", Signal: "STOP"}))
	for i, err := range errs {
		if !fault.Is(err, fault.BadRequest) {
			t.Errorf("request %d: %v", i, err)
		}
	}
}
