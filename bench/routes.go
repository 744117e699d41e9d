package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
)

const (
	// requests and cells are measured on each route, in turns of routeTurn, and
	// routeDownloads are made.
	routeSamples, routeTurn, routeDownloads = 100, 25, 3
)

// route is a route into the job, the environment that pins it, and its limits: what a request
// may take more than OpenSSH's and a cell more than by the first route, and the least share of
// OpenSSH's rate. Slurm transfers a step's data in pieces of 1 KiB.
type route struct {
	what    string
	environ []string
	more    time.Duration
	share   float64
}

var routes = []route{
	{"by ssh to the node", []string{"SUNPYTER_ROUTE=ssh"}, 2 * time.Millisecond, 1},
	{"by srun", []string{"SUNPYTER_ROUTE=srun"}, 5 * time.Millisecond, 0.1},
	{"by srun, with a port of the node", []string{"SUNPYTER_ROUTE=srun", "SUNPYTER_NODE_PORT=true"}, 2 * time.Millisecond, 1},
}

// measureRoutes measures all routes into a job side by side with `ssh -J -L`.
func measureRoutes(ctx context.Context, l *lab, r *report) error {
	return l.withDownload(ctx, func() error { return l.measureRoutes(ctx, r) })
}

func (l *lab) measureRoutes(ctx context.Context, r *report) (err error) {
	if err := l.site.AwaitIdle(time.Minute); err != nil {
		return err
	}
	var clients []*jupyter.Client
	var o *onNode
	var programs []*program
	defer func() {
		for _, p := range programs {
			err = errors.Join(err, p.stop())
		}
	}()
	for _, way := range routes {
		p, err := l.launch(ctx, append(way.environ, "SUNPYTER_SHARE_LOGIN=false"), "start", "alice@login")
		if err != nil {
			return err
		}
		programs = append(programs, p)
		e, err := p.ready(ctx)
		if err != nil {
			return err
		}
		clients = append(clients, e.client())
		if o == nil { // with a second job, whose Jupyter is meant would not be clear
			if o, err = l.observe(ctx); err != nil {
				return err
			}
		}
	}
	return l.atDelays(func(delay time.Duration) error { return l.routesOnce(ctx, r, delay, clients, o) })
}

// routesOnce measures at one delay. The last route is OpenSSH's.
func (l *lab) routesOnce(ctx context.Context, r *report, delay time.Duration, clients []*jupyter.Client, o *onNode) error {
	ssh, end, err := l.openSSH(ctx, o)
	if err != nil {
		return err
	}
	defer end()
	clients = append(clients[:len(routes):len(routes)], ssh)
	asked, err := inTurns(len(clients), routeSamples/routeTurn, func(i int) (sample, error) { return requests(ctx, clients[i]) })
	if err != nil {
		return err
	}
	var kernels []func() (kernel, error)
	for _, c := range clients {
		kernels = append(kernels, newKernel(ctx, c))
	}
	cells, err := timeExecutes(routeSamples/routeTurn, routeTurn, kernels...)
	if err != nil {
		return err
	}
	rates, err := downloadRates(ctx, routeDownloads, clients...)
	if err != nil {
		return err
	}
	last := len(routes)
	for i, way := range routes {
		best := cells[0].median() // OpenSSH's stall for 40 ms
		if i == 0 {
			best = cells[last].median()
		}
		way.report(r, "a request on a new connection", delay, asked[i], asked[last], asked[last].median()+way.more)
		way.report(r, "a cell's execute", delay, cells[i], cells[last], best+way.more)
		what := fmt.Sprintf("%s: download of %d MiB, median of %d", way.what, downloadBytes>>20, routeDownloads)
		r.share(what, delay, rates[i], "`ssh -J -L`", rates[last], way.share)
	}
	return nil
}

// report adds the row of what takes time.
func (w route) report(r *report, what string, delay time.Duration, ours, theirs sample, limit time.Duration) {
	r.milliseconds(fmt.Sprintf("%s: %s, median of %d", w.what, what, len(ours)), delay, ours.median(), limit,
		fmt.Sprintf("`ssh -J -L` %.1f ms", milliseconds(theirs.median())))
}

// inTurns collects samples of each of n ways, in so many turns.
func inTurns(n, times int, turn func(way int) (sample, error)) ([]sample, error) {
	all := make([]sample, n)
	for range times {
		for way := range n {
			s, err := turn(way)
			if err != nil {
				return nil, err
			}
			all[way] = append(all[way], s...)
		}
	}
	return all, nil
}

// requests times one turn of requests, each on a new connection.
func requests(ctx context.Context, c *jupyter.Client) (s sample, err error) {
	own := &jupyter.Client{URL: c.URL, Token: c.Token, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	for range routeTurn {
		begun := time.Now()
		if err := own.Do(ctx, http.MethodGet, "api/status", nil, nil); err != nil {
			return nil, err
		}
		s = append(s, time.Since(begun))
	}
	return s, nil
}
