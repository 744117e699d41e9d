package server

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
)

// report sends the progress of a request to a client that gave a progress token.
type report struct {
	client *rpc.Client
	token  string
	ended  atomic.Bool
}

func (s *server) progress(token, title string) *report {
	r := &report{client: s.client, token: token}
	r.send(protocol.ProgressParams{Kind: protocol.ProgressBegin, Title: title})
	return r
}

func (r *report) send(params protocol.ProgressParams) {
	if r.token == "" {
		return
	}
	params.Token = r.token
	_ = r.client.Progress(context.Background(), &params)
}

func (r *report) update(w protocol.Session) {
	if !r.ended.Load() {
		r.send(protocol.ProgressParams{Kind: protocol.ProgressReport, State: w.State, Message: statusLine(w)})
	}
}

func (r *report) end() {
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
			return fmt.Sprintf("Job %s waits: %s", w.JobID, w.Pending.Message)
		}
		return fmt.Sprintf("Job %s is in the queue", w.JobID)
	case protocol.StateStarting:
		return fmt.Sprintf("Job %s runs on %s; Jupyter is starting", w.JobID, w.Node)
	case protocol.StateReady:
		return "Jupyter is up on " + w.Node
	case protocol.StateDisconnected:
		return "The connection is down; the kernel lives on and the connection is being made again"
	case protocol.StateEnding:
		return fmt.Sprintf("Releasing job %s", w.JobID)
	default:
		return "Ended"
	}
}
