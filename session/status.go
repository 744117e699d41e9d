package session

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// State is the state of a session.
type State string

// The states, in their order.
const (
	Connecting   State = "connecting"
	Submitting   State = "submitting"
	Pending      State = "pending"
	Starting     State = "starting"
	Ready        State = "ready"
	Disconnected State = "disconnected"
	Ending       State = "ending"
	Ended        State = "ended"
)

// transitions are the legal changes of the state. An adopted session goes from
// connecting to where its job is; Slurm may put a starting job back into the queue.
var transitions = map[State][]State{
	Connecting:   {Submitting, Pending, Starting, Ending, Ended},
	Submitting:   {Pending, Ending, Ended},
	Pending:      {Starting, Ending, Ended},
	Starting:     {Pending, Ready, Ending, Ended},
	Ready:        {Disconnected, Ending, Ended},
	Disconnected: {Ready, Ending, Ended},
	Ending:       {Ended},
	Ended:        nil,
}

func legal(from, to State) bool { return from == to || slices.Contains(transitions[from], to) }

// Snapshot is a session at one moment. It is a value: nothing changes it later.
type Snapshot struct {
	ID         string
	State      State
	Generation int
	store.Job

	Title   string   // the cluster's display name
	Waiting *Waiting // why the job is pending; only in Pending
	Notice  string   // something that the user should know

	NoticeCode fault.Code // of the notice; "": it has none

	NeedsUserAction bool // the link is down, and the user has to act before it is restored

	Grace              time.Duration   // how long the job runs while its lease is not renewed
	Idle               time.Duration   // after how long without use it is released; 0: never
	IdleEndsAt         time.Time       // when it is released because it is idle; zero: not soon
	SiteDefaults       []slurm.Default // what the user's login files named for the job
	SuggestedMemoryMiB int             // what to ask for after too little memory; 0: no more can be had

	Use    *remote.Use   // what the job uses, as last looked at; nil: not yet
	Enough remote.Enough // what would have been enough, so far

	URL   string // Jupyter's address on this computer, from Ready on
	Token string // the local port's token: a secret
	Cause error  // why it ended; only in Ended

	Release Release // what became of the job; from Ended on
}

// Waiting is why a job is pending.
type Waiting struct {
	Reason  string    // Slurm's own word
	Message string    // the same for the user
	Advice  string    // what can be done; may be empty
	Start   time.Time // Slurm's estimate; zero: none

	Ahead   slurm.Ahead    // what other jobs of the partition mean for it
	Smaller *slurm.Request // what would start now instead; nil: not known
}

// Outcome is how a release ended.
type Outcome string

// The outcomes.
const (
	// Released: Slurm accepted the end of the job.
	Released Outcome = "released"
	// NoJob: there was no job, or it had ended already.
	NoJob Outcome = "no-job"
	// HandedOver: another owner has the session, or may take it over.
	HandedOver Outcome = "handed-over"
	// Unconfirmed: Slurm could not be asked; the lease ends the job.
	Unconfirmed Outcome = "unconfirmed"
)

// Release is what became of a session's job.
type Release struct {
	JobID   string
	Outcome Outcome
	// Err says why it is Unconfirmed.
	Err error
}

// status is a session's snapshot and who is notified of its changes. Only the
// session's goroutine calls update; that goroutine may read snap without the lock.
type status struct {
	ready, ended, done chan struct{} // see Ready, Ended and Done

	notify  func(Snapshot) // may be nil
	notices notices        // only for the session's goroutine
	log     *zap.Logger

	mu      sync.Mutex // guards the fields below
	snap    Snapshot
	changed chan struct{} // closed, and replaced, at each change
	sentUse *remote.Use   // that observers know
}

func newStatus(snap Snapshot, notify func(Snapshot), log *zap.Logger) status {
	return status{
		ready: make(chan struct{}), ended: make(chan struct{}), done: make(chan struct{}),
		notify: notify, log: log, snap: snap, changed: make(chan struct{}),
	}
}

// update is the only place where the snapshot and its state change, and where
// observers are notified.
func (st *status) update(change func(*Snapshot)) {
	st.mu.Lock()
	from := st.snap.State
	change(&st.snap)
	st.snap.Notice, st.snap.NoticeCode = st.notices.shown(st.snap.State)
	st.snap.NeedsUserAction = st.notices.needsUserAction
	snap := st.snap
	st.sentUse = snap.Use
	close(st.changed)
	st.changed = make(chan struct{})
	st.mu.Unlock()
	if !legal(from, snap.State) {
		st.log.DPanic("a session's state changed in an illegal way", zap.String("from", string(from)), zap.String("to", string(snap.State)))
	}
	if snap.State == Ready && !st.wasReady() {
		close(st.ready)
	}
	if st.notify != nil {
		st.notify(snap)
	}
}

// setState changes the state, and clears what belonged to the previous one.
func (st *status) setState(state State, changes ...func(*Snapshot)) {
	st.notices.reset()
	st.update(func(snap *Snapshot) {
		snap.State = state
		if state != Pending {
			snap.Waiting = nil
		}
		if state != Ready {
			snap.IdleEndsAt = time.Time{}
		}
		for _, change := range changes {
			change(snap)
		}
	})
}

// setIdleEnd reports when the kernel will be released because it is idle; zero: not soon.
func (st *status) setIdleEnd(at time.Time) {
	if !at.Equal(st.snap.IdleEndsAt) {
		st.update(func(snap *Snapshot) { snap.IdleEndsAt = at })
	}
}

// setUse sets what the job uses. Observers are notified if that is news; the others come with
// the next change.
func (st *status) setUse(use remote.Use, enough remote.Enough, moreMemoryMiB int) {
	set := func(snap *Snapshot) {
		snap.Use, snap.Enough = &use, enough
		if moreMemoryMiB > 0 || snap.MemoryKills == 0 {
			snap.SuggestedMemoryMiB = moreMemoryMiB
		}
	}
	if isUseNews(st.sentUse, use) {
		st.update(set)
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	set(&st.snap)
}

// setRelease sets the outcome of a retried release. Observers are not notified: for them
// the session has ended.
func (st *status) setRelease(r Release) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.snap.Release = r
}

// wasReady reports whether cells could ever run.
func (st *status) wasReady() bool { return channels.IsClosed(st.ready) }

// Ready is closed when cells can run for the first time.
func (st *status) Ready() <-chan struct{} { return st.ready }

// Ended is closed when the session has ended, and its Release is known.
func (st *status) Ended() <-chan struct{} { return st.ended }

// Done is closed when everything is cleaned up, too. That is later than Ended if the
// end of the job could not be confirmed: the release is retried.
func (st *status) Done() <-chan struct{} { return st.done }

// Snapshot returns the session as it is now.
func (st *status) Snapshot() Snapshot {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.snap
}

// Await returns the snapshot as soon as want accepts it, or the session has ended.
func (st *status) Await(ctx context.Context, want func(Snapshot) bool) (Snapshot, error) {
	for {
		st.mu.Lock()
		snap, changed := st.snap, st.changed
		st.mu.Unlock()
		if snap.State == Ended || want(snap) {
			return snap, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return snap, context.Cause(ctx)
		}
	}
}
