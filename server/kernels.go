package server

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
)

// kernels are the sessions of this client, and those of others that this computer has
// records of.
type kernels struct {
	store *store.Store // nil: the state directory cannot be used
	pool  *connpool.Pool
	log   *zap.Logger

	mu       sync.Mutex // guards the fields below
	sessions map[string]*ownedSession
	closing  bool // no session is started any more
}

// start starts h with begin and owns it until it has ended.
func (k *kernels) start(h *ownedSession, begin func(session.Config) *session.Session, cfg session.Config) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing {
		return &fault.Error{Code: fault.Cancelled, Tried: "starting a kernel", Answer: "the server is shutting down"}
	}
	release := k.pool.Acquire(h.place)
	h.Session, h.recorded = begin(cfg), make(chan struct{})
	k.sessions[cfg.ID] = h
	go func() { // returns when the session has ended, which every session does
		<-h.Ended()
		k.recordEnd(h)
		close(h.recorded)
		<-h.Done()
		release()
	}()
	return nil
}

// find returns a session of this client, also one that has ended.
func (k *kernels) find(id string) (*ownedSession, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h, ok := k.sessions[id]
	return h, ok
}

// findHere is find, without one that another window of this computer has taken over: its record is theirs.
func (k *kernels) findHere(id string) (*ownedSession, bool) {
	h, ok := k.find(id)
	if ok && h.takenOver() {
		_, theirs := k.remembered(id)
		ok = !theirs
	}
	return h, ok
}

// takenOver reports whether the session has ended here because another window or computer has it.
func (h *ownedSession) takenOver() bool {
	return channels.IsClosed(h.Ended()) && fault.Is(h.Snapshot().Cause, fault.TakenOver)
}

// owned returns the sessions that the client knows of and that have not ended.
func (k *kernels) owned() []*ownedSession {
	return slices.DeleteFunc(k.all(), func(h *ownedSession) bool { return h.check || h.Snapshot().State == session.Ended })
}

// connInto returns a connection into a job of the same user behind the same login node, or
// nil.
func (k *kernels) connInto(p store.Place) *tunnel.Conn {
	for _, h := range k.owned() {
		if connpool.KeyOf(p) == connpool.KeyOf(h.place) {
			if conn := h.JobConn(); conn != nil {
				return conn
			}
		}
	}
	return nil
}

// all returns the sessions of the client, also those that have ended.
func (k *kernels) all() []*ownedSession {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Collect(maps.Values(k.sessions))
}

// release releases all sessions concurrently, and no more are started. With a reload
// grace each waits that long to be taken over; wait says whether to wait for that too.
// A second call waits for what the first began.
func (k *kernels) release(reloadGrace time.Duration, wait bool) []protocol.Release {
	k.mu.Lock()
	k.closing = true
	k.mu.Unlock()
	all := k.all()
	releases := make([]protocol.Release, len(all))
	var group sync.WaitGroup
	for i, h := range all {
		if reloadGrace > 0 && h.survives() {
			h.leaving.Do(func() { go h.Leave(context.Background(), reloadGrace) })
			releases[i] = protocol.Release{SessionID: h.Snapshot().ID, JobID: h.Snapshot().JobID, Outcome: protocol.ReleaseHandedOver}
			if !wait {
				continue
			}
		}
		group.Go(func() {
			if reloadGrace == 0 || !h.survives() {
				h.Stop(context.Background()) // has a deadline of its own
			}
			<-h.recorded
			releases[i] = wireRelease(h.Snapshot().ID, h.Snapshot().Release)
		})
	}
	group.Wait()
	return releases
}

// remembered returns this computer's record of a session.
func (k *kernels) remembered(id string) (store.Record, bool) {
	if k.store == nil {
		return store.Record{}, false
	}
	return k.store.Find(id)
}

// claim makes owner the session's owner on this computer.
func (k *kernels) claim(rec store.Record, owner string) (store.Record, error) {
	if k.store == nil {
		return rec, nil
	}
	taken, err := k.store.TakeOver(rec.ID, owner, false)
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return taken, err
	}
	if rec.Generation > 0 {
		return rec, unknownSession(rec.ID) // it was stopped meanwhile
	}
	rec.Owner = owner
	if err := k.store.Write(rec); err != nil {
		k.log.Warn("the kernel could not be recorded on this computer", zap.Error(err))
	}
	return rec, nil
}

// known returns the sessions that this computer knows, this client's first.
func (k *kernels) known() ([]protocol.Session, []protocol.Problem) {
	list := []protocol.Session{}
	for _, h := range k.owned() {
		list = append(list, h.wire(h.Snapshot()))
	}
	slices.SortFunc(list, func(a, b protocol.Session) int { return strings.Compare(a.ID, b.ID) })
	if k.store == nil {
		return list, nil
	}
	records, errs := k.store.List()
	var problems []protocol.Problem
	for _, err := range errs {
		k.log.Warn("a record of a kernel was quarantined", zap.Error(err))
		problems = append(problems, rpc.ProblemOf(err))
	}
	for _, rec := range records {
		if slices.ContainsFunc(list, func(w protocol.Session) bool { return w.ID == rec.ID }) {
			continue
		}
		orphaned := k.store.IsOrphaned(rec)
		if orphaned && outlived(rec) {
			k.store.MarkStopped(rec.ID)
			continue
		}
		list = append(list, wireRecord(rec, orphaned))
	}
	return list, problems
}

// outlived reports whether the job's time limit has certainly passed, so that its
// record was left behind.
func outlived(rec store.Record) bool {
	const overtime = time.Hour // sites may let jobs run over (OverTimeLimit)
	return rec.TimeLimit > 0 && !rec.Started.IsZero() && time.Since(rec.Started) > rec.TimeLimit+overtime
}

// recordEnd records a kernel that ended without a request.
func (k *kernels) recordEnd(h *ownedSession) {
	snap := h.Snapshot()
	if k.store == nil || h.check || snap.JobID == "" || snap.Cause == nil {
		return
	}
	switch fault.CodeOf(snap.Cause) {
	case fault.Cancelled, fault.StoppedElsewhere, fault.TakenOver:
		return // the user asked for it
	case fault.LeaseExpired:
	default:
		if !channels.IsClosed(h.Ready()) {
			return // the answer to the start has the cause
		}
	}
	err := k.store.AddEnd(store.EndRecord{Record: h.Record(), At: time.Now(), Cause: store.StoreError(snap.Cause)})
	if err != nil {
		k.log.Warn("the end of a kernel could not be recorded on this computer", zap.Error(err))
	}
}

// ends returns the ended kernels that this computer remembers.
func (k *kernels) ends(problems *[]protocol.Problem) []protocol.Session {
	if k.store == nil {
		return nil
	}
	list, err := k.store.Ends()
	if err != nil {
		k.log.Warn("the list of ended kernels was quarantined", zap.Error(err))
		*problems = append(*problems, rpc.ProblemOf(err))
	}
	var wire []protocol.Session
	for _, end := range list {
		wire = append(wire, wireEnd(end))
	}
	return wire
}

// dropEnded removes the orphaned kernels whose jobs have ended from list, and records
// why they ended.
func (k *kernels) dropEnded(ctx context.Context, list []protocol.Session, p profile.Profile, view clusterView) []protocol.Session {
	return slices.DeleteFunc(list, func(w protocol.Session) bool {
		runs := slices.ContainsFunc(view.jobs, func(job slurm.Job) bool { return job.ID == w.JobID })
		if !w.Orphaned || runs || w.JobID == "" || w.Host != p.Host || (w.User != "" && p.User != "" && w.User != p.User) {
			return false
		}
		rec, ok := k.store.Find(w.ID)
		if !ok || !k.store.IsOrphaned(rec) {
			return ok // taken over or stopped meanwhile
		}
		end := store.EndRecord{Record: rec, At: time.Now()}
		if i := slices.IndexFunc(view.ends, func(e store.EndRecord) bool { return e.ID == w.ID }); i >= 0 {
			end.At, end.Cause = view.ends[i].At, view.ends[i].Cause
		} else {
			end.Cause = store.StoreError(endOf(ctx, view.login, w.JobID))
		}
		if err := k.store.AddEnd(end); err != nil {
			k.log.Warn("the end of a kernel could not be recorded on this computer", zap.Error(err))
		}
		k.store.MarkStopped(w.ID)
		return true
	})
}
