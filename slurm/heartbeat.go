package slurm

import (
	"context"
	"io"
	"sync"
	"time"
)

// MaxSilence is how long a script of ours on the login node waits for a line before it
// takes the connection for lost and ends. It is longer than this computer keeps a silent
// connection (40 s). The host's sshd may take hours to notice one, or never do.
const MaxSilence = time.Minute

// heartbeatInterval lets three lines be late before MaxSilence has ended.
const heartbeatInterval = MaxSilence / 4

// Heartbeat writes an empty line to a script every 15 s while there is nothing to say,
// so that it can tell a quiet connection from a lost one. The function that it returns
// ends that and waits; w must be closed first where a write may hang.
func Heartbeat(w io.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var beating sync.WaitGroup
	beating.Go(func() {
		ticker := time.NewTicker(heartbeatInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if _, err := io.WriteString(w, "\n"); err != nil {
				return
			}
		}
	})
	return func() { cancel(); beating.Wait() }
}
