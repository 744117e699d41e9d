package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The limits of scheduler calls.
const (
	callsToReady, callsWhilePending, callsWhileRunning, callsToRelease = 3, 1, 0, 2
	runningWatch                                                       = 30 * time.Second
	pendingWatch                                                       = 150 * time.Second
)

// measureCalls counts the scheduler calls of one session, phase by phase, by a
// wrapper around Slurm's commands on login and by slurmctld's own statistics.
func measureCalls(ctx context.Context, l *lab, r *report) error {
	if err := l.site.AwaitIdle(time.Minute); err != nil {
		return err
	}
	if err := l.resetCalls(); err != nil {
		return err
	}
	p, err := l.start(ctx)
	if err != nil {
		return err
	}
	stopped := false
	defer func() {
		if !stopped {
			_ = p.stop()
		}
	}()
	if _, err := p.ready(ctx); err != nil {
		return err
	}
	err = l.countCalls(r, "from start to ready, a node being free", callsToReady)
	if err == nil {
		err = pause(ctx, runningWatch)
	}
	if err == nil {
		err = l.countCalls(r, fmt.Sprintf("while running, in %.0f s", runningWatch.Seconds()), callsWhileRunning)
	}
	if err != nil {
		return err
	}
	stopped = true
	if err := p.stop(); err != nil {
		return err
	}
	if err := l.countCalls(r, "to release", callsToRelease); err != nil || !l.long {
		return err
	}
	return l.measurePending(ctx, r)
}

// measurePending counts calls for a job that is pending because of its begin time.
func (l *lab) measurePending(ctx context.Context, r *report) (err error) {
	p, err := l.start(ctx, "--sbatch-option=--begin=now+1hour")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if _, err := p.await(ctx, func(e event) bool { return e.Session.JobID != "" }); err != nil {
		return err
	}
	if err := l.resetCalls(); err != nil {
		return err
	}
	if err := pause(ctx, pendingWatch); err != nil {
		return err
	}
	minutes := int(pendingWatch/time.Minute) + 1
	return l.countCalls(r, fmt.Sprintf("while pending, in %.1f minutes (%d begun)", pendingWatch.Minutes(), minutes), minutes*callsWhilePending)
}

// resetCalls begins a count.
func (l *lab) resetCalls() error { return errors.Join(l.site.ResetCalls(), l.site.ResetRPCs()) }

// countCalls adds a row of the calls since the last count, and begins another.
func (l *lab) countCalls(r *report, phase string, limit int) error {
	calls, err := l.site.Calls()
	if err != nil {
		return err
	}
	rpcs, err := l.site.RPCs("alice")
	if err != nil {
		return err
	}
	var commands []string
	for _, c := range calls {
		if len(c.Args) == 1 && c.Args[0] == "--version" {
			continue // makes no call
		}
		commands = append(commands, c.Command)
	}
	names := "none"
	if len(commands) > 0 {
		names = strings.Join(commands, ", ")
	}
	r.add(row{
		what: "scheduler calls " + phase, roundTrip: roundTrip(0), measured: fmt.Sprintf("%d: %s", len(commands), names),
		comparison: fmt.Sprintf("by `sdiag` %d RPCs (a command may make several)", rpcs),
		limit:      fmt.Sprint(limit), verdict: verdict(float64(len(commands)), float64(limit), "%.0f"),
	})
	return l.resetCalls()
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
