package console

import (
	"bufio"
	"context"
	"io"
	"os"
	"time"
)

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
