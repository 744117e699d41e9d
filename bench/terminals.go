package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/sa2c/sunpyter/protocol"
)

const (
	// promptLimit and promptRoundTrips are until a shell shows its prompt, echoLimit is until a
	// key is shown, besides a round trip.
	promptLimit      = 200 * time.Millisecond
	promptRoundTrips = 3
	echoLimit        = 5 * time.Millisecond
	// keys are typed in each terminal.
	keys = 100
)

// measureTerminals measures shells on a node.
func measureTerminals(ctx context.Context, l *lab, r *report) error {
	return l.atDelays(func(delay time.Duration) error { return l.terminalsOnce(ctx, r, delay) })
}

// terminalsOnce measures at one delay, with a kernel of its own: its first shell differs.
func (l *lab) terminalsOnce(ctx context.Context, r *report, delay time.Duration) error {
	if err := l.site.AwaitIdle(time.Minute); err != nil {
		return err
	}
	return l.withServer(ctx, func(s *server) error {
		var ready protocol.KernelStartResult
		if err := s.call(ctx, protocol.MethodKernelStart, protocol.KernelStartParams{Cluster: cluster}, &ready); err != nil {
			return err
		}
		times, err := l.timeTerminals(ctx, s, ready.Session)
		if err == nil {
			times.report(r, delay)
		}
		return err
	})
}

// terminalTimes are the times of our terminals, and of those of ssh.
type terminalTimes struct{ first, ours, theirs, ourKeys, theirKeys sample }

// timeTerminals opens terminals of both kinds in turn, and types in each.
func (l *lab) timeTerminals(ctx context.Context, s *server, session protocol.Session) (times terminalTimes, err error) {
	for i := range l.runs + 1 {
		id := fmt.Sprint("shell-", i)
		t, err := s.openTerminal(ctx, session.ID, id)
		if err != nil {
			return times, err
		}
		if i == 0 {
			times.first = append(times.first, t.prompt)
		} else {
			times.ours = append(times.ours, t.prompt)
		}
		echoes, err := t.typeKeys(keys)
		if err != nil {
			return times, err
		}
		times.ourKeys = append(times.ourKeys, echoes...)
		if err := s.call(ctx, protocol.MethodShellClose, protocol.ShellCloseParams{ShellID: id}, nil); err != nil {
			return times, err
		}
		prompt, echoes, err := l.sshTerminal(ctx, session.Node)
		if err != nil {
			return times, err
		}
		times.theirs, times.theirKeys = append(times.theirs, prompt), append(times.theirKeys, echoes...)
	}
	return times, nil
}

// report adds the rows of one delay.
func (t terminalTimes) report(r *report, delay time.Duration) {
	limit := promptLimit + promptRoundTrips*2*delay
	ssh := "`ssh -J` " + t.theirs.String()
	r.seconds("prompt of a kernel's first shell", delay, t.first, limit, ssh)
	r.seconds("prompt of its next shells", delay, t.ours, limit, ssh)
	for _, q := range quantiles {
		what := fmt.Sprintf("echo of a key in a shell, %s of %d", q.name, len(t.ourKeys))
		r.milliseconds(what, delay, t.ourKeys.at(q.at), 2*delay+echoLimit,
			fmt.Sprintf("`ssh -J` %.1f ms", milliseconds(t.theirKeys.at(q.at))))
	}
}

// terminal is one that shows its prompt.
type terminal struct {
	prompt time.Duration // after which it was shown
	output <-chan []byte
	input  func([]byte) error
}

// openTerminal opens a shell and waits for its prompt.
func (s *server) openTerminal(ctx context.Context, session, id string) (*terminal, error) {
	output := make(chan []byte, 100)
	s.mu.Lock()
	s.shells[id] = output
	s.mu.Unlock()
	t := &terminal{output: output, input: func(data []byte) error {
		return s.call(ctx, protocol.MethodShellInput, protocol.ShellInputParams{ShellID: id, Data: base64.StdEncoding.EncodeToString(data)}, nil)
	}}
	begun := time.Now()
	params := protocol.ShellOpenParams{SessionID: session, ShellID: id, Terminal: true, Rows: 24, Columns: 80}
	if err := s.call(ctx, protocol.MethodShellOpen, params, &protocol.ShellOpenResult{}); err != nil {
		return nil, err
	}
	err := t.await([]byte("$ "))
	t.prompt = time.Since(begun)
	return t, err
}

// await waits for a text in the output.
func (t *terminal) await(text []byte) error {
	var seen []byte
	timeout := time.After(patience)
	for !bytes.Contains(seen, text) {
		select {
		case data := <-t.output:
			seen = append(seen, data...)
		case <-timeout:
			return fmt.Errorf("the terminal shows %q", seen)
		}
	}
	return nil
}

// typeKeys types n keys and returns how long each took to be shown.
func (t *terminal) typeKeys(n int) (echoes sample, err error) {
	for i := range n {
		key := []byte{byte('a' + i%26)}
		begun := time.Now()
		if err := t.input(key); err != nil {
			return nil, err
		}
		if err := t.await(key); err != nil {
			return nil, err
		}
		echoes = append(echoes, time.Since(begun))
	}
	return echoes, nil
}

// sshTerminal measures the same with ssh, which logs in twice for it.
func (l *lab) sshTerminal(ctx context.Context, node string) (prompt time.Duration, echoes sample, err error) {
	cmd := exec.CommandContext(ctx, "ssh", "-F", l.site.SSHConfig(), "-tt", "-J", "login", node)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, nil, err
	}
	output := make(outputs, 100)
	cmd.Stdout, cmd.WaitDelay = output, time.Second // what it shows last is not read
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	t := &terminal{output: output, input: func(data []byte) error { _, err := in.Write(data); return err }}
	if err := t.await([]byte("$ ")); err != nil {
		return 0, nil, err
	}
	prompt = time.Since(begun)
	echoes, err = t.typeKeys(keys)
	return prompt, echoes, err
}

// outputs are what a program has written.
type outputs chan []byte

func (o outputs) Write(data []byte) (int, error) {
	o <- bytes.Clone(data)
	return len(data), nil
}
