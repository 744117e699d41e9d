package console

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

// TestConfirmWithoutATerminal: nothing is accepted, except a start that would otherwise never be tried.
func TestConfirmWithoutATerminal(t *testing.T) {
	notes := 0
	p := &Prompter{Screen: NewScreen(io.Discard), PrintNote: func(string) { notes++ },
		Open: func() (in, out *os.File, err error) { return nil, nil, errors.New("no terminal") }}
	for purpose, want := range map[protocol.PromptPurpose]bool{protocol.PurposeStart: true, protocol.PurposeHostKey: false, protocol.PurposeReconnect: false} {
		if got := p.Confirm(t.Context(), protocol.PromptConfirmParams{Purpose: purpose, Message: "Go on?"}); got.Accepted != want {
			t.Errorf("%s: %v, want %v", purpose, got.Accepted, want)
		}
	}
	if notes != 3 {
		t.Errorf("%d notes", notes)
	}
}
