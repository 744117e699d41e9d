package terminal

import (
	"bufio"
	"context"
	"io"
	"os"
	"time"
)

// enter waits until the user presses Enter at the terminal; false when ctx ends first or
// nobody can. Ready is told, before the wait, whether there is a terminal to press it
// at. Ctrl+C stays what it is, and what was typed before does not count.
func (a *asker) enter(ctx context.Context, ready func(possible bool)) bool {
	a.one.Lock() // two that read from one terminal would share what is typed
	defer a.one.Unlock()
	if ctx.Err() != nil {
		return false
	}
	defer staysInBackground()()
	in, out, err := a.open()
	if err != nil {
		ready(false)
		return false
	}
	defer func() { _ = in.Close(); _ = out.Close() }()
	drain(in)
	ready(true)
	pressed := make(chan bool, 1)
	go func() { // ends when in is closed, at the latest
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

// drain reads what has been typed already, where the system lets a read be given up.
func drain(in *os.File) {
	if in.SetReadDeadline(time.Now().Add(20*time.Millisecond)) != nil {
		return
	}
	_, _ = io.Copy(io.Discard, in)
	_ = in.SetReadDeadline(time.Time{})
}
