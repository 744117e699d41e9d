package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// The limits of a start: Sunpyter's part of it, and a number of round trips.
const (
	startLimit      = 350 * time.Millisecond
	startRoundTrips = 12
)

// measureStarts measures starts of this Sunpyter and of the shell-based one.
func measureStarts(ctx context.Context, l *lab, r *report) error {
	if _, _, err := l.startOnce(ctx); err != nil { // the first one warms the machine's caches
		return err
	}
	err := l.atDelays(func(delay time.Duration) error {
		whole, err := l.ourStarts(ctx, r, delay, false)
		if err != nil {
			return err
		}
		return l.shellStarts(ctx, r, delay, whole)
	})
	if err == nil {
		err = l.site.SetHomeCache(true)
	}
	if err != nil {
		return err
	}
	err = l.atDelays(func(delay time.Duration) error {
		_, err := l.ourStarts(ctx, r, delay, true)
		return err
	})
	return errors.Join(err, l.site.SetHomeCache(false))
}

func (l *lab) ourStarts(ctx context.Context, r *report, delay time.Duration, cached bool) (whole sample, err error) {
	var ours, site sample
	for range l.runs {
		took, theirs, err := l.startOnce(ctx)
		if err != nil {
			return nil, err
		}
		whole, ours, site = append(whole, took), append(ours, took-theirs), append(site, theirs)
	}
	home := "no cache"
	if cached {
		home = "30 s of caches"
	}
	r.seconds("start to `/api/status` through the tunnel, less Slurm's and Jupyter's time; home with "+home, delay, ours,
		startLimit+startRoundTrips*2*delay, fmt.Sprintf("Slurm and Jupyter: %s; in all: %s", site, whole))
	return whole, nil
}

// startOnce starts a kernel, asks once at its URL, and releases it. It took whole from exec to the
// answer at the URL, and of that site from sbatch's return to Jupyter's answer on its node.
func (l *lab) startOnce(ctx context.Context) (whole, site time.Duration, err error) {
	if err := l.site.AwaitIdle(time.Minute); err != nil {
		return 0, 0, err
	}
	watch, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var o *onNode
	var observed errgroup.Group
	observed.Go(func() (err error) { o, err = l.observe(watch); return err })
	p, err := l.start(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	e, err := p.ready(ctx)
	if err != nil {
		return 0, 0, err
	}
	if err := e.client().Do(ctx, http.MethodGet, "api/status", nil, nil); err != nil {
		return 0, 0, err
	}
	whole = time.Since(p.begun)
	if err := observed.Wait(); err != nil {
		return 0, 0, err
	}
	submitted, err := l.submitted()
	return whole, o.up.Sub(submitted), err
}
