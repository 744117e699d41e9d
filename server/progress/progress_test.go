package progress

import (
	"context"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

// recorder is a client that keeps what it is sent.
type recorder struct{ done []int }

func (r *recorder) Progress(_ context.Context, params *protocol.ProgressParams) error {
	if params.Kind == protocol.ProgressReport {
		r.done = append(r.done, params.DoneBytes)
	}
	return nil
}

// TestBytesAreReportedRarely: a few times a second, and all of them at once; a file that grows while it is
// sent reaches its former size with every packet.
func TestBytesAreReportedRarely(t *testing.T) {
	client := &recorder{}
	report := Begin(client, "token", "Uploading").Bytes("")
	for done := range int64(1000) {
		report(done, 1000)
	}
	for range 100 {
		report(1000, 1000)
	}
	if n := len(client.done); n > 10 || client.done[0] != 0 || client.done[n-1] != 1000 {
		t.Errorf("%d reports: %v", n, client.done)
	}
}
