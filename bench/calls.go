package main

import (
	"cmp"
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
	err := l.running(ctx, func(p *program, _ event) error {
		if err := l.countCalls(r, "from start to ready, a node being free", callsToReady); err != nil {
			return err
		}
		if err := pause(ctx, runningWatch); err != nil {
			return err
		}
		phase := fmt.Sprintf("while running, in %.0f s", runningWatch.Seconds())
		if err := l.countCalls(r, phase, callsWhileRunning); err != nil {
			return err
		}
		if err := p.stop(); err != nil {
			return err
		}
		return l.countCalls(r, "to release", callsToRelease)
	})
	if err != nil || !l.long {
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
	r.add(row{
		what: "scheduler calls " + phase, roundTrip: roundTrip(0),
		figure: float64(len(commands)), limit: float64(limit), format: "%.0f",
		measured:   fmt.Sprintf("%d: %s", len(commands), cmp.Or(strings.Join(commands, ", "), "none")),
		comparison: fmt.Sprintf("by `sdiag` %d RPCs (a command may make several)", rpcs),
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
