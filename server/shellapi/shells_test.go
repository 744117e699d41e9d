package shellapi

import (
	"fmt"
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
