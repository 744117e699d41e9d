package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
)

const (
	// executes are measured for each connection, in turns of executeTurn, so that changes
	// of the machine's load affect all of them.
	executes, executeTurn = 200, 10
	// executeLimit is what the tunnel may add to an execute besides one round trip.
	executeLimit = 5 * time.Millisecond
)

// measureExecutes measures cells through the tunnel, on the node and through OpenSSH.
func measureExecutes(ctx context.Context, l *lab, r *report) error {
	return l.comparedToOpenSSH(ctx, func(delay time.Duration, ours, theirs *jupyter.Client, o *onNode) error {
		samples, err := l.sampleExecutes(ctx, ours, theirs, o)
		if err == nil {
			reportExecutes(r, delay, samples)
		}
		return err
	})
}

// reportExecutes adds the rows of the three connections at one delay.
func reportExecutes(r *report, delay time.Duration, samples []sample) {
	for _, q := range []struct {
		name string
		at   float64
	}{{"median", 0.5}, {"p90", 0.9}} {
		mine, node, openssh := samples[0].at(q.at), samples[1].at(q.at), samples[2].at(q.at)
		limit := node + 2*delay + executeLimit
		r.add(row{
			what: fmt.Sprintf("a cell's execute through the tunnel, %s of %d", q.name, executes), roundTrip: roundTrip(delay),
			measured:   fmt.Sprintf("%.1f ms", milliseconds(mine)),
			comparison: fmt.Sprintf("on the node %.1f ms; `ssh -J -L` %.1f ms", milliseconds(node), milliseconds(openssh)),
			limit:      fmt.Sprintf("%.1f ms", milliseconds(limit)), verdict: verdict(milliseconds(mine), milliseconds(limit), "%.1f ms"),
		})
	}
}

// sampleExecutes times executes through the tunnel, on the node, and through OpenSSH, in turns.
func (l *lab) sampleExecutes(ctx context.Context, client, ssh *jupyter.Client, o *onNode) (samples []sample, err error) {
	ours, closeOurs, err := turns(ctx, client)
	if err != nil {
		return samples, err
	}
	defer func() { err = errors.Join(err, closeOurs()) }()
	theirs, closeTheirs, err := turns(ctx, ssh)
	if err != nil {
		return samples, err
	}
	defer func() { err = errors.Join(err, closeTheirs()) }()
	inside, closeInside, err := l.turnsOnNode(ctx, o)
	if err != nil {
		return samples, err
	}
	defer func() { err = errors.Join(err, closeInside()) }()

	all := []func(int) (sample, error){ours, inside, theirs}
	return inTurns(len(all), executes/executeTurn, func(i int) (sample, error) { return all[i](executeTurn) })
}

// turns starts a kernel and returns a function that times so many executes on it.
func turns(ctx context.Context, client *jupyter.Client) (turn func(n int) (sample, error), end func() error, err error) {
	k, err := client.StartKernel(ctx)
	if err != nil {
		return nil, nil, err
	}
	turn = func(n int) (sample, error) {
		var s sample
		for range n {
			begun := time.Now()
			if out, err := k.Execute(ctx, "print(6 * 7)"); err != nil || out != "42\n" {
				return nil, fmt.Errorf("the kernel said %q, %w", out, err)
			}
			s = append(s, time.Since(begun))
		}
		return s, nil
	}
	if _, err := turn(5); err != nil { // the first ones import modules
		return nil, nil, err
	}
	return turn, func() error { return k.Close(ctx) }, nil
}
