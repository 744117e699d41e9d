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
		samples, err := timeExecutes(executes/executeTurn, executeTurn, newKernel(ctx, ours),
			func() (kernel, error) { return l.newKernelOnNode(ctx, o) }, newKernel(ctx, theirs))
		if err != nil {
			return err
		}
		for _, q := range quantiles {
			mine, node, openssh := samples[0].at(q.at), samples[1].at(q.at), samples[2].at(q.at)
			what := fmt.Sprintf("a cell's execute through the tunnel, %s of %d", q.name, executes)
			r.milliseconds(what, delay, mine, node+2*delay+executeLimit,
				fmt.Sprintf("on the node %.1f ms; `ssh -J -L` %.1f ms", milliseconds(node), milliseconds(openssh)))
		}
		return nil
	})
}

// kernel is one in which executes are timed: turn times n of them.
type kernel struct {
	turn func(n int) (sample, error)
	end  func() error
}

// timeExecutes starts a kernel in each way and times executes in them, in so many turns with n of each.
func timeExecutes(times, n int, ways ...func() (kernel, error)) (all []sample, err error) {
	var kernels []kernel
	defer func() {
		for _, k := range kernels {
			err = errors.Join(err, k.end())
		}
	}()
	for _, start := range ways {
		k, err := start()
		if err != nil {
			return nil, err
		}
		kernels = append(kernels, k)
	}
	return inTurns(len(kernels), times, func(way int) (sample, error) { return kernels[way].turn(n) })
}

// newKernel starts a kernel of a Jupyter server.
func newKernel(ctx context.Context, client *jupyter.Client) func() (kernel, error) {
	return func() (kernel, error) {
		k, err := client.StartKernel(ctx)
		if err != nil {
			return kernel{}, err
		}
		turn := func(n int) (s sample, err error) {
			for range n {
				begun := time.Now()
				if out, err := k.Execute(ctx, "print(6 * 7)"); err != nil || out != "42\n" {
					return nil, fmt.Errorf("the kernel said %q, %w", out, err)
				}
				s = append(s, time.Since(begun))
			}
			return s, nil
		}
		_, err = turn(5) // the first ones import modules
		return kernel{turn, func() error { return k.Close(ctx) }}, err
	}
}
