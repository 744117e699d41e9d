package server

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
)

// TestReleaseWaitsForTheRecord: a server that ends waits until the end of a kernel is recorded, here until
// another process unlocks the state directory.
func TestReleaseWaitsForTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t, nil)
		dir := t.TempDir()
		stored, err := store.Open(dir)
		must(t, err)
		s.kernels.store = stored
		other := flock.New(filepath.Join(dir, "lock"))
		must(t, other.Lock())
		rec := store.Record{ID: store.NewID(), Generation: 1, Job: store.Job{JobID: "7"}}
		h := &ownedSession{}
		must(t, s.kernels.start(h, func(cfg session.Config) *session.Session { return session.Adopt(cfg, rec) }, session.Config{
			ID: rec.ID, Log: s.log, Connect: func(context.Context, bool) (nodeconn.LoginConn, error) {
				return nil, remote.LeaseExpired("7", "nothing heard from your computer")
			},
		}))
		<-h.Ended()
		released := make(chan struct{})
		go func() {
			defer close(released)
			s.kernels.release(0, true)
		}()
		synctest.Wait()
		select {
		case <-released:
			t.Error("it does not wait")
		default:
		}
		must(t, other.Close())
		<-released
		ends, err := stored.Ends()
		if err != nil || len(ends) != 1 || ends[0].ID != rec.ID || ends[0].Cause.Code != fault.LeaseExpired {
			t.Errorf("recorded: %+v, %v", ends, err)
		}
		if r := s.kernels.release(time.Minute, false); len(r) != 1 || r[0].Outcome == protocol.ReleaseHandedOver {
			t.Errorf("with a reload grace: %+v; nobody can take over a kernel that has ended", r)
		}
	})
}
