package console

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

// Prompter shows the server's prompts to the user, one at a time, on the terminal itself, even if
// stdin and stdout are redirected. It stores no answer.
type Prompter struct {
	Screen    *Screen
	Open      func() (in, out *os.File, err error)
	PrintNote func(text string) // prints why a prompt could not be shown

	mu sync.Mutex
}

// Secret reads one line. Ctrl+C and the end of ctx dismiss the prompt.
func (a *Prompter) Secret(ctx context.Context, q protocol.PromptSecretParams) protocol.PromptSecretResult {
	who := q.Host
	if q.User != "" {
		who = q.User + "@" + q.Host
	}
	heading := fmt.Sprintf("%s asks for %s.", who, purposeName(q.Purpose))
	prompt := strings.TrimSpace(q.Prompt) + " "
	switch q.Purpose {
	case protocol.PurposePassphrase:
		heading = fmt.Sprintf("A key for %s has a passphrase.", who)
	case protocol.PurposeNewKey:
		heading = fmt.Sprintf("Creating a key for %s.", who)
	}
	answer, err := a.ask(ctx, heading, q.Detail, prompt, q.Echo)
	if err != nil {
		a.PrintNote(fmt.Sprintf("Could not ask for %s: %v.\nAdd the key to an agent first (ssh-add), or connect once with ssh %s", purposeName(q.Purpose), err, who))
		return protocol.PromptSecretResult{Cancelled: true}
	}
	if answer == nil {
		return protocol.PromptSecretResult{Cancelled: true}
	}
	return protocol.PromptSecretResult{Value: *answer}
}

// Confirm asks for a yes; anything else is a no.
func (a *Prompter) Confirm(ctx context.Context, q protocol.PromptConfirmParams) protocol.PromptConfirmResult {
	prompt := "[y/N] "
	if q.Purpose == protocol.PurposeHostKey {
		prompt = "Is that right? [y/N] "
	}
	answer, err := a.ask(ctx, q.Message, q.Detail, prompt, true)
	if err != nil {
		note := fmt.Sprintf("Could not ask: %v. The question was: %s", err, q.Message)
		if q.Purpose == protocol.PurposeHostKey {
			note += "\nConnect once and answer it there: ssh " + q.Host
		}
		a.PrintNote(note)
	}
	if answer == nil {
		return protocol.PromptConfirmResult{Accepted: err != nil && q.Purpose == protocol.PurposeStart}
	}
	switch strings.ToLower(strings.TrimSpace(*answer)) {
	case "y", "yes":
		return protocol.PromptConfirmResult{Accepted: true}
	}
	return protocol.PromptConfirmResult{}
}

// purposeName returns a name for what is asked for.
func purposeName(purpose protocol.PromptPurpose) string {
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

// ask shows a prompt and reads one line; nil means that it was dismissed. The error says why it
// could not be shown.
func (a *Prompter) ask(ctx context.Context, heading, detail, prompt string, echo bool) (*string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ctx.Err() != nil {
		return nil, nil
	}
	in, out, err := a.Open()
	if err != nil {
		return nil, fmt.Errorf("there is no terminal (%w)", err)
	}
	defer func() { _ = in.Close(); _ = out.Close() }()
	a.Screen.Pause()
	defer a.Screen.Resume()
	if before, err := rawMode(in); err == nil {
		drain(in) // as in ssh, keys pressed before the prompt are no answer: a wrong one may block the user's address
		restore(in, before)
	}
	_, _ = fmt.Fprintln(out, plain.Text(heading))
	if detail != "" {
		_, _ = fmt.Fprintln(out, plain.Text(detail))
	}
	return readLine(ctx, in, out, plain.Text(prompt), echo)
}

// readLine reads one line from the terminal in raw mode, so that Ctrl+C dismisses the prompt and
// the end of ctx ends it.
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
	go func() { // ends at the latest when the caller closes in
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

// rawMode puts the terminal into raw mode. Unlike os.File.Fd, it leaves the file non-blocking.
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

// AwaitEnter waits until the user presses Enter at the terminal; it returns false if ctx ends
// first or there is no terminal. Before the wait, it calls ready with whether there is one. Ctrl+C
// keeps its meaning, and input typed earlier does not count.
func (a *Prompter) AwaitEnter(ctx context.Context, ready func(possible bool)) bool {
	a.mu.Lock() // two readers would each get a part of the input
	defer a.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	defer ignoreTTIN()()
	in, out, err := a.Open()
	if err != nil {
		ready(false)
		return false
	}
	defer func() { _ = in.Close(); _ = out.Close() }()
	drain(in)
	ready(true)
	pressed := make(chan bool, 1)
	go func() { // ends at the latest when in is closed
		_, err := bufio.NewReader(in).ReadString('\n')
		pressed <- err == nil
	}()
	select {
	case yes := <-pressed:
		return yes
	case <-ctx.Done():
		return false
	}
}

// drain discards pending input, on systems that support read deadlines.
func drain(in *os.File) {
	if in.SetReadDeadline(time.Now().Add(20*time.Millisecond)) != nil {
		return
	}
	_, _ = io.Copy(io.Discard, in)
	_ = in.SetReadDeadline(time.Time{})
}
