package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sa2c/sunpyter/protocol"
)

// hopDelay is the link's delay in one direction by which round trips are counted: so long
// that the variation of Slurm's answers does not matter.
const hopDelay = 100 * time.Millisecond

// hops are the steps to a kernel that wait for the far end, each with the round trips that
// it may take. Steps during Jupyter's start cost a start no time; taking a kernel over, with
// a shared login, shows them.
var hops = [...]struct {
	what  string
	limit float64
}{
	{"to the login node, until it has let us in", 8},
	{"from there until Slurm has the job", 4},
	{"into a job that runs, taken over by a window that shares the login", 9},
}

// measureHops counts the round trips of each hop, from what they take with a delay
// and without.
func measureHops(ctx context.Context, l *lab, r *report) error {
	if _, err := l.hopsOnce(ctx); err != nil { // the first one warms the machine's caches
		return err
	}
	var near, far [len(hops)]sample
	for range l.runs {
		times, err := l.hopsOnce(ctx)
		if err != nil {
			return err
		}
		var delayed [len(hops)]time.Duration
		err = l.delayed(hopDelay, func() (err error) {
			delayed, err = l.hopsOnce(ctx)
			return err
		})
		if err != nil {
			return err
		}
		for i := range hops {
			near[i], far[i] = append(near[i], times[i]), append(far[i], delayed[i])
		}
	}
	for i, hop := range hops {
		trips := float64(far[i].median()-near[i].median()) / float64(2*hopDelay)
		r.add(row{
			what: "round trips " + hop.what, roundTrip: roundTrip(hopDelay),
			figure: trips, limit: hop.limit + 0.5, format: "%.1f", bound: fmt.Sprintf("%.0f", hop.limit),
			comparison: fmt.Sprintf("%s; with no delay %s", far[i], near[i]),
		})
	}
	return nil
}

// hopsOnce starts a kernel, takes it over, and ends it. The previous owner is killed before:
// one that runs takes up to a second to close its local port, which would hide round trips.
func (l *lab) hopsOnce(ctx context.Context) (times [len(hops)]time.Duration, err error) {
	first, err := l.start(ctx)
	if err != nil {
		return times, err
	}
	defer func() { err = errors.Join(err, first.stop()) }()
	in, err := first.entered(ctx, protocol.StateSubmitting)
	if err != nil {
		return times, err
	}
	submitted, err := first.entered(ctx, protocol.StatePending)
	if err != nil {
		return times, err
	}
	ready, err := first.ready(ctx)
	if err != nil {
		return times, err
	}
	if err := first.kill(); err != nil {
		return times, err
	}
	next, err := l.launch(ctx, nil, "take", ready.Session.ID)
	if err != nil {
		return times, err
	}
	defer func() { err = errors.Join(err, next.stop()) }()
	taken, err := next.ready(ctx)
	return [...]time.Duration{in.at.Sub(first.begun), submitted.at.Sub(in.at), taken.at.Sub(next.begun)}, err
}
