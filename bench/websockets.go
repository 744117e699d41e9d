package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
)

// websockets are opened at once, and each has to answer.
const websockets = 100

// measureWebsockets opens many websockets to one kernel at once, and asks over
// each for the kernel's info.
func measureWebsockets(ctx context.Context, l *lab, r *report) error {
	return l.comparedToOpenSSH(ctx, func(delay time.Duration, client, ssh *jupyter.Client, _ *onNode) error {
		ours, failed, err := onNewKernel(ctx, client)
		if err != nil {
			return err
		}
		theirs, theirFailed, err := onNewKernel(ctx, ssh)
		if err != nil {
			return err
		}
		r.add(row{
			what: fmt.Sprintf("%d websockets opened at once, until the last kernel_info_reply", websockets), roundTrip: roundTrip(delay),
			figure: float64(failed), format: "%.0f", bound: "all answer",
			measured:   fmt.Sprintf("%.2f s, %d failed", ours.Seconds(), failed),
			comparison: fmt.Sprintf("`ssh -J -L` %.2f s, %d failed", theirs.Seconds(), theirFailed),
		})
		return nil
	})
}

// onNewKernel is openMany to a new kernel: one that has just lost many clients at once keeps
// their messages for them.
func onNewKernel(ctx context.Context, client *jupyter.Client) (took time.Duration, failed int, err error) {
	k, err := client.StartKernel(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, k.Close(ctx)) }()
	if _, err := k.Execute(ctx, "1"); err != nil {
		return 0, 0, err
	}
	took, failed = openMany(ctx, client, k.ID)
	return took, failed, nil
}

// openMany returns the time until all have answered, and how many failed.
func openMany(ctx context.Context, client *jupyter.Client, kernel string) (took time.Duration, failed int) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	begun := time.Now()
	opened := make(chan *jupyter.Kernel, websockets)
	for range websockets {
		go func() {
			k, _ := client.Connect(ctx, kernel) // returns when the kernel has answered
			opened <- k
		}()
	}
	for range websockets {
		if k := <-opened; k == nil {
			failed++
		} else {
			defer k.Disconnect() // all stay open until all have answered
		}
	}
	return time.Since(begun), failed
}
