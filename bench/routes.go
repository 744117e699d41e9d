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
func measureRoutes(ctx context.Context, l *lab, r *report) (err error) {
	if _, err := l.site.Exec(ctx, "login", "alice", "truncate", "-s", fmt.Sprint(downloadBytes), downloadFile); err != nil {
		return err
	}
	defer func() { _ = l.site.RemoveFile("login", "/home/alice/"+downloadFile) }()
	if err := l.site.AwaitIdle(time.Minute); err != nil {
		return err
	}
	var clients []*jupyter.Client
	var o *onNode
	for _, way := range routes {
		p, err := l.launch(ctx, append(way.environ, "SUNPYTER_SHARE_LOGIN=false"), "start", "alice@login")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.stop()) }()
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
	ssh, err := l.openSSH(ctx, o)
	if err != nil {
		return err
	}
	defer ssh.close()
	clients = append(clients[:len(routes):len(routes)], ssh.client)
	asked, err := inTurns(len(clients), routeSamples/routeTurn, func(i int) (sample, error) { return requests(ctx, clients[i]) })
	if err != nil {
		return err
	}
	cells, err := l.cells(ctx, clients)
	if err != nil {
		return err
	}
	rates := make([][]float64, len(clients))
	for n := range routeDownloads * len(clients) {
		way := n % len(clients)
		rate, err := download(ctx, clients[way])
		if err != nil {
			return err
		}
		rates[way] = append(rates[way], rate)
	}
	for i, way := range routes {
		last := len(clients) - 1
		best := cells[0].median() // OpenSSH's stall for 40 ms
		if i == 0 {
			best = cells[last].median()
		}
		r.add(way.timed("a request on a new connection", delay, asked[i], asked[last], asked[last].median()+way.more),
			way.timed("a cell's execute", delay, cells[i], cells[last], best+way.more))
		ours, theirs := middle(rates[i]), middle(rates[last])
		r.add(row{what: fmt.Sprintf("%s: download of %d MiB, median of %d", way.what, downloadBytes>>20, routeDownloads), roundTrip: roundTrip(delay), measured: fmt.Sprintf("%.0f MB/s", ours),
			comparison: fmt.Sprintf("`ssh -J -L` %.0f MB/s: %.2f times that", theirs, ours/theirs), limit: fmt.Sprintf("%.1f times", way.share), verdict: verdictAtLeast(ours/theirs, way.share, "%.2f")})
	}
	return nil
}

// timed returns the row of what takes time.
func (w route) timed(what string, delay time.Duration, ours, theirs sample, limit time.Duration) row {
	return row{what: fmt.Sprintf("%s: %s, median of %d", w.what, what, len(ours)), roundTrip: roundTrip(delay), measured: fmt.Sprintf("%.1f ms", milliseconds(ours.median())),
		comparison: fmt.Sprintf("`ssh -J -L` %.1f ms", milliseconds(theirs.median())),
		limit:      fmt.Sprintf("%.1f ms", milliseconds(limit)), verdict: verdict(milliseconds(ours.median()), milliseconds(limit), "%.1f ms")}
}

// cells times executes on a kernel through each client.
func (l *lab) cells(ctx context.Context, clients []*jupyter.Client) (all []sample, err error) {
	var turn []func(int) (sample, error)
	for _, c := range clients {
		run, end, err := turns(ctx, c)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, end()) }()
		turn = append(turn, run)
	}
	return inTurns(len(clients), routeSamples/routeTurn, func(i int) (sample, error) { return turn[i](routeTurn) })
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
