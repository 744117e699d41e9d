//go:build !windows

package console

import (
	"bufio"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"github.com/sa2c/sunpyter/protocol"
)

// TestTypedBeforeThePrompt: what was typed before a prompt is no answer to it, even without Enter.
func TestTypedBeforeThePrompt(t *testing.T) {
	screen, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = screen.Close(); _ = tty.Close() }()
	p := &Prompter{Screen: NewScreen(io.Discard), Open: func() (in, out *os.File, err error) {
		return openBoth(tty.Name(), os.O_RDWR|syscall.O_NONBLOCK|syscall.O_NOCTTY, tty.Name(), os.O_WRONLY|syscall.O_NOCTTY)
	}}
	for _, typed := range []string{"wrong\n", "wrong", "\n\n"} {
		if _, err := io.WriteString(screen, typed); err != nil {
			t.Fatal(err)
		}
		answer := make(chan string, 1)
		go func() {
			answer <- p.Secret(t.Context(), protocol.PromptSecretParams{Host: "login", Purpose: protocol.PurposePassword, Prompt: "Password:"}).Value
		}()
		for shown := bufio.NewReader(screen); ; {
			text, err := shown.ReadString(' ')
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(text, "Password: ") {
				break
			}
		}
		if _, err := io.WriteString(screen, "right\r"); err != nil {
			t.Fatal(err)
		}
		if got := <-answer; got != "right" {
			t.Errorf("after %q, the answer is %q", typed, got)
		}
	}
}
