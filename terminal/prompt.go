package terminal

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

// asker puts the server's questions to the user, one at a time, on the terminal
// itself, also where stdin and stdout are redirected. It keeps no answer.
type asker struct {
	screen *screen
	open   func() (in, out *os.File, err error)
	note   func(text string) // told why nobody could be asked

	one sync.Mutex
}

// secret asks for one line. Ctrl+C and the end of ctx dismiss the question.
func (a *asker) secret(ctx context.Context, q protocol.PromptSecretParams) protocol.PromptSecretResult {
	who := q.Host
	if q.User != "" {
		who = q.User + "@" + q.Host
	}
	heading := fmt.Sprintf("%s asks for %s.", who, wanted(q.Purpose))
	prompt := strings.TrimSpace(q.Prompt) + " "
	switch q.Purpose {
	case protocol.PurposePassphrase:
		heading = fmt.Sprintf("A key for %s has a passphrase.", who)
	case protocol.PurposeNewKey:
		heading = fmt.Sprintf("Creating a key for %s.", who)
	}
	answer, err := a.ask(ctx, heading, q.Detail, prompt, q.Echo)
	if err != nil {
		a.note(fmt.Sprintf("Could not ask for %s: %v.\nAdd the key to an agent first (ssh-add), or connect once by hand: ssh %s", wanted(q.Purpose), err, who))
		return protocol.PromptSecretResult{Cancelled: true}
	}
	if answer == nil {
		return protocol.PromptSecretResult{Cancelled: true}
	}
	return protocol.PromptSecretResult{Value: *answer}
}

// confirm asks for a yes; anything else is a no.
func (a *asker) confirm(ctx context.Context, q protocol.PromptConfirmParams) protocol.PromptConfirmResult {
	prompt := "[y/N] "
	if q.Purpose == protocol.PurposeHostKey {
		prompt = "Is that right? [y/N] "
	}
	answer, err := a.ask(ctx, q.Message, q.Detail, prompt, true)
	if err != nil {
		note := fmt.Sprintf("Could not ask: %v. The question was: %s", err, q.Message)
		if q.Purpose == protocol.PurposeHostKey {
			note += "\nConnect once by hand and answer it there: ssh " + q.Host
		}
		a.note(note)
	}
	if answer == nil {
		return protocol.PromptConfirmResult{}
	}
	switch strings.ToLower(strings.TrimSpace(*answer)) {
	case "y", "yes":
		return protocol.PromptConfirmResult{Accepted: true}
	}
	return protocol.PromptConfirmResult{}
}

// wanted names what is asked for.
func wanted(purpose protocol.PromptPurpose) string {
	switch purpose {
	case protocol.PurposePassphrase:
		return "the passphrase of a key"
	case protocol.PurposeNewKey:
		return "the passphrase of a new key"
	case protocol.PurposePassword:
		return "your password"
	}
	return "an answer"
}

// ask shows a question and reads one line; nil is a question that was dismissed. The error
// says why nobody could be asked.
func (a *asker) ask(ctx context.Context, heading, detail, prompt string, echo bool) (*string, error) {
	a.one.Lock()
	defer a.one.Unlock()
	if ctx.Err() != nil {
		return nil, nil
	}
	in, out, err := a.open()
	if err != nil {
		return nil, fmt.Errorf("there is no terminal (%w)", err)
	}
	defer func() { _ = in.Close(); _ = out.Close() }()
	a.screen.pause()
	defer a.screen.resume()
	_, _ = fmt.Fprintln(out, plain.Text(heading))
	if detail != "" {
		_, _ = fmt.Fprintln(out, plain.Text(detail))
	}
	return readLine(ctx, in, out, plain.Text(prompt), echo)
}

// readLine reads one line from the terminal by itself, so that Ctrl+C dismisses the
// question and the end of ctx ends it.
func readLine(ctx context.Context, in, out *os.File, prompt string, echo bool) (*string, error) {
	before, err := rawMode(in)
	if err != nil {
		return nil, err
	}
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "")
	answered := make(chan *string, 1)
	go func() { // ends when the caller closes in, at the latest
		line, err := readOne(terminal, prompt, echo)
		if err != nil {
			answered <- nil
			return
		}
		answered <- &line
	}()
	var answer *string
	select {
	case answer = <-answered:
	case <-ctx.Done():
	}
	restore(in, before)
	if answer == nil {
		_, _ = fmt.Fprintln(out)
	}
	return answer, nil
}

func readOne(terminal *term.Terminal, prompt string, echo bool) (string, error) {
	if !echo {
		return terminal.ReadPassword(prompt)
	}
	terminal.SetPrompt(prompt)
	return terminal.ReadLine()
}

// rawMode makes the terminal hand over each key as it is. It takes the file's descriptor
// without making its reads block, which os.File.Fd would.
func rawMode(file *os.File) (before *term.State, err error) {
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	failed := raw.Control(func(fd uintptr) { before, err = term.MakeRaw(int(fd)) })
	if failed != nil {
		return nil, failed
	}
	return before, err
}

func restore(file *os.File, before *term.State) {
	if raw, err := file.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = term.Restore(int(fd), before) })
	}
}
