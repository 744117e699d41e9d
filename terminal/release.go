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
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// errReleaseAbandoned means that the user or the timeout ended the wait for a release.
var errReleaseAbandoned = errors.New("left before the release was confirmed")

// await runs call on a goroutine, which ends at the latest when the connection closes. Meanwhile
// it handles events and signals. Unless the error is errReleaseAbandoned, the caller may read what
// call has written.
func (r *runner) await(call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	for {
		select {
		case err := <-done:
			r.handlePending()
			return err
		case news := <-r.events:
			news()
		case sig := <-r.interrupts.signals:
			if r.onSignal(sig); r.interrupts.gaveUp {
				return errReleaseAbandoned
			}
		case <-r.interrupts.deadline:
			r.interrupts.gaveUp = true
			return errReleaseAbandoned
		}
	}
}

// handlePending handles the events that came before an answer.
func (r *runner) handlePending() {
	for {
		select {
		case news := <-r.events:
			news()
		default:
			return
		}
	}
}

// onSignal handles a signal. The first starts the release; a second Ctrl+C prints what the program
// waits for; a third quits.
func (r *runner) onSignal(sig os.Signal) {
	switch r.interrupts.add(sig) {
	case 1:
		r.interrupts.onFirst()
	case 2:
		r.screen.Line("Still waiting for Slurm to confirm that %s was cancelled (%s so far). Press Ctrl+C again to quit without waiting: the job stops by itself within %s.",
			jobText(r.progress.last.JobID), units.Duration(time.Since(r.interrupts.began)), graceText(r.progress.last))
	}
}

// finish releases everything and prints the outcome. Ready reports whether the kernel was usable;
// otherwise, startErr is the error of its start.
func (r *runner) finish(ready bool, startErr error) error {
	if !ready && !r.interrupts.gaveUp && !rpcclient.HasCode(startErr, fault.Cancelled) {
		// Interrupted, but it had already failed, or could not be undone with certainty.
		return r.fail(startErr)
	}
	list, err := r.release()
	r.screen.Close()
	switch {
	case r.interrupts.gaveUp:
		return r.warnUnconfirmed()
	case err != nil:
		return r.fail(err)
	}
	if !ready && len(list) == 0 && r.progress.last.JobID != "" {
		// The cancelled start has already released it.
		list = []protocol.Release{{SessionID: r.progress.last.ID, JobID: r.progress.last.JobID, Outcome: protocol.ReleaseDone}}
	}
	r.emitter.released(list)
	for _, one := range list {
		if ready || one.Outcome != protocol.ReleaseNoJob {
			r.screen.Line("%s", releaseText(one, r.progress.last))
		}
	}
	r.printEnough()
	switch {
	case !allConfirmed(list):
		r.unconfirmed = true
		return exitError(exitUnconfirmed)
	case !ready:
		r.screen.Line("Cancelled. Nothing is left behind.")
		return exitError(exitInterrupted)
	}
	return nil
}

// release ends everything that the server owns for this client, and waits until Slurm has
// confirmed it.
func (r *runner) release() ([]protocol.Release, error) {
	if r.interrupts.gaveUp {
		return nil, nil
	}
	r.screen.SetStatus(fmt.Sprintf("Stopping %s…", jobText(r.progress.last.JobID)), false)
	var result protocol.ShutdownResult
	err := r.await(func() error {
		return r.client.Call(context.Background(), protocol.MethodShutdown, nil, &result)
	})
	if err != nil {
		return nil, err
	}
	return result.Released, nil
}

// warnUnconfirmed prints what may still be running.
func (r *runner) warnUnconfirmed() error {
	last := r.progress.last
	release := protocol.Release{SessionID: last.ID, JobID: last.JobID, Outcome: protocol.ReleaseUnconfirmed, Message: errReleaseAbandoned.Error()}
	r.emitter.released([]protocol.Release{release})
	r.screen.Line("%s", releaseText(release, last))
	return exitError(exitUnconfirmed)
}

// closeClient closes the client and waits for the server; an unconfirmed release continues without
// this process.
func (r *runner) closeClient() {
	if r.interrupts.gaveUp || r.unconfirmed {
		r.client.Detach()
		return
	}
	r.client.Close()
}

// interruptWindow is the time within which signals count as one press of Ctrl+C: a parent process
// may forward the terminal's signal.
const interruptWindow = 300 * time.Millisecond

// interrupts are the signals that the user has sent to a command that owns a kernel.
type interrupts struct {
	signals  <-chan os.Signal
	onFirst  func() // called for the first one
	count    int    // after the first, only Ctrl+C counts
	began    time.Time
	last     time.Time
	deadline <-chan time.Time // limits the wait after the first
	gaveUp   bool             // the user or the deadline has ended the wait
}

// add counts a signal and returns its number, or 0 for one that does not count: a closing
// terminal may send several, which all count as the first. The third ends the wait.
func (i *interrupts) add(sig os.Signal) int {
	if i.count > 0 && (sig != os.Interrupt || time.Since(i.last) < interruptWindow) {
		return 0
	}
	i.last = time.Now()
	i.count++
	switch i.count {
	case 1:
		i.began, i.deadline = i.last, time.After(rpcclient.ReleaseTimeout)
	case 2:
	default:
		i.gaveUp = true
	}
	return i.count
}
