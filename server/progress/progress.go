// Package progress sends the progress of requests to a client that gave a progress token.
// Package server and its sub-packages import it; it imports protocol.
package progress

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
)

// Client receives the notifications.
type Client interface {
	Progress(ctx context.Context, params *protocol.ProgressParams) error
}

// Report is the progress of one request.
type Report struct {
	client Client
	token  string
	ended  atomic.Bool
}

// Begin begins a report; without a token nothing is sent.
func Begin(client Client, token, title string) *Report {
	r := &Report{client: client, token: token}
	r.send(protocol.ProgressParams{Kind: protocol.ProgressBegin, Title: title})
	return r
}

func (r *Report) send(params protocol.ProgressParams) {
	if r.token == "" {
		return
	}
	params.Token = r.token
	_ = r.client.Progress(context.Background(), &params)
}

// Step reports what is done now.
func (r *Report) Step(what string) {
	r.send(protocol.ProgressParams{Kind: protocol.ProgressReport, Message: what})
}

// Session reports the state of a session.
func (r *Report) Session(w protocol.Session) {
	if !r.ended.Load() {
		r.send(protocol.ProgressParams{Kind: protocol.ProgressReport, State: w.State, Message: statusLine(w)})
	}
}

// End ends the report. It may be called more than once.
func (r *Report) End() {
	if !r.ended.Swap(true) {
		r.send(protocol.ProgressParams{Kind: protocol.ProgressEnd})
	}
}

// statusLine returns the state of a session in one line for the user.
func statusLine(w protocol.Session) string {
	if w.Notice != "" {
		return w.Notice
	}
	switch w.State {
	case protocol.StateConnecting:
		return "Connecting to " + w.Host
	case protocol.StateSubmitting:
		return "Connected; asking Slurm for a compute node"
	case protocol.StatePending:
		if w.Pending != nil {
			return fmt.Sprintf("Job %s is waiting: %s", w.JobID, w.Pending.Message)
		}
		return fmt.Sprintf("Job %s is in the queue", w.JobID)
	case protocol.StateStarting:
		return fmt.Sprintf("Job %s runs on %s; Jupyter is starting", w.JobID, w.Node)
	case protocol.StateReady:
		return "Jupyter has started on " + w.Node
	case protocol.StateDisconnected:
		return "The connection is down; the kernel keeps running. Reconnecting"
	case protocol.StateEnding:
		return fmt.Sprintf("Releasing job %s", w.JobID)
	default:
		return "Ended"
	}
}

// bytesEvery is the pause between two reports of a transfer.
const bytesEvery = 200 * time.Millisecond

// Bytes returns a function that reports the bytes of a transfer, a few times a second, and at once
// when all are there. It may be called concurrently. The text before them names the transfer, if the
// request does more.
func (r *Report) Bytes(before string) func(done, total int64) {
	var mu sync.Mutex
	var next time.Time
	var last int64
	due := func(done, total int64) bool {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		if now.Before(next) && (done != total || done == last) { // a file that grows may reach its end many times
			return false
		}
		next, last = now.Add(bytesEvery), done
		return true
	}
	return func(done, total int64) {
		if r.token != "" && !r.ended.Load() && due(done, total) {
			r.send(protocol.ProgressParams{
				Kind: protocol.ProgressReport, DoneBytes: int(done), TotalBytes: int(total),
				Message: fmt.Sprintf("%s%s of %s", before, units.Bytes(int(done)), units.Bytes(int(total))),
			})
		}
	}
}
