package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
)

// errGaveUp: the user, or the clock, ended the wait for a release.
var errGaveUp = errors.New("left before the release was confirmed")

// await makes a call on a goroutine that ends with the call, at the latest when the
// connection closes. It shows news meanwhile and counts signals. What the call
// writes may be read when the error is not errGaveUp.
func (h *holder) await(call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	for {
		select {
		case err := <-done:
			h.drain()
			return err
		case news := <-h.news:
			news()
		case sig := <-h.signals:
			if h.interrupt(sig); h.gaveUp {
				return errGaveUp
			}
		case <-h.patience:
			h.gaveUp = true
			return errGaveUp
		}
	}
}

// drain shows the news that came before an answer.
func (h *holder) drain() {
	for {
		select {
		case news := <-h.news:
			news()
		default:
			return
		}
	}
}

// onePress is the time within which signals are one press of Ctrl+C: what runs this program
// may pass the terminal's signal on once more.
const onePress = 300 * time.Millisecond

// interrupt counts a signal. The first begins the end; a second Ctrl+C says what is
// waited for; a third leaves. A terminal that closes may send several signals of other
// kinds, which all mean the first.
func (h *holder) interrupt(sig os.Signal) {
	if h.interrupts > 0 && (sig != os.Interrupt || time.Since(h.pressed) < onePress) {
		return
	}
	h.pressed = time.Now()
	h.interrupts++
	switch h.interrupts {
	case 1:
		h.stopping = time.Now()
		h.patience = time.After(patience)
		h.onInterrupt()
	case 2:
		h.screen.line("Still waiting for Slurm to confirm that %s was cancelled (%s so far). Press Ctrl+C again to quit without waiting: the job stops by itself within %s.",
			job(h.story.last.JobID), units.Duration(time.Since(h.stopping)), grace(h.story.last))
	default:
		h.gaveUp = true
	}
}

// finish releases what there is and says so. Ready tells whether there was a kernel to use; why
// is the error that its start ended with, otherwise.
func (h *holder) finish(ready bool, why error) error {
	if !ready && !h.gaveUp && !hasCode(why, fault.Cancelled) {
		// Interrupted, but it had failed already, or could not be undone for certain.
		return h.failed(why)
	}
	list, err := h.release()
	h.screen.close()
	switch {
	case h.gaveUp:
		return h.abandoned()
	case err != nil:
		return h.failed(err)
	}
	if !ready && len(list) == 0 && h.story.last.JobID != "" {
		// The cancelled start has released it already.
		list = []protocol.Release{{SessionID: h.story.last.ID, JobID: h.story.last.JobID, Outcome: protocol.ReleaseDone}}
	}
	h.emitter.released(list)
	for _, r := range list {
		if ready || r.Outcome != protocol.ReleaseNoJob {
			h.screen.line("%s", released(r, h.story.last))
		}
	}
	switch {
	case !confirmed(list):
		h.unsure = true
		return exitError(exitUnconfirmed)
	case !ready:
		h.screen.line("Cancelled. Nothing is left behind.")
		return exitError(exitInterrupted)
	}
	return nil
}

// release ends all that the server holds for this client, and waits until Slurm has
// accepted it.
func (h *holder) release() ([]protocol.Release, error) {
	if h.gaveUp {
		return nil, nil
	}
	h.screen.wait(fmt.Sprintf("Stopping %s…", job(h.story.last.JobID)), false)
	var result protocol.ShutdownResult
	err := h.await(func() error {
		return h.client.call(context.Background(), protocol.MethodShutdown, nil, &result)
	})
	if err != nil && !errors.Is(err, errGaveUp) {
		return nil, err
	}
	if h.gaveUp {
		return nil, nil
	}
	return result.Released, nil
}

// abandoned warns of what may still be running.
func (h *holder) abandoned() error {
	last := h.story.last
	r := protocol.Release{SessionID: last.ID, JobID: last.JobID, Outcome: protocol.ReleaseUnconfirmed, Message: errGaveUp.Error()}
	h.emitter.released([]protocol.Release{r})
	h.screen.line("%s", released(r, last))
	return exitError(exitUnconfirmed)
}

// leaveOrClose ends the client: in order, or, given up, at once.
func (h *holder) leaveOrClose() {
	if h.gaveUp || h.unsure {
		h.client.leave()
		return
	}
	h.client.close()
}
