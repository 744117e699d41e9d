package loginshell

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/internal/retry"
)

// MaxSilence is how long a script on the login node waits for a line before it takes the
// connection for lost and ends. It is longer than this computer keeps a silent
// connection (40 s). The host's sshd may take hours to notice one, or never do.
const MaxSilence = time.Minute

// heartbeatInterval allows three late lines before MaxSilence has passed.
const heartbeatInterval = MaxSilence / 4

// Heartbeat writes an empty line to a script every 15 s, so that it can distinguish an idle
// connection from a lost one. stop ends that and waits; w must be closed before if a write
// may hang.
func Heartbeat(w io.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var beating sync.WaitGroup
	beating.Go(func() {
		for retry.Sleep(ctx, heartbeatInterval) {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return
			}
		}
	})
	return func() { cancel(); beating.Wait() }
}
