package session

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// Session is one remote kernel. Make one with Start or Adopt; it has ended when Done
// is closed.
//
// Its fields are used by one goroutine, run, which waits in one place, event. Work
// that takes time runs in other goroutines, on values of its own; what it returns is
// applied by run (see call). Exported methods may be called from anywhere: they use
// the mutex of status, the channels of inbox, and atomic pointers.
type Session struct {
	cfg    Config
	cancel context.CancelCauseFunc // ends the session, with the cause
	inbox  inbox                   // what the owner wants
	status status                  // the snapshot, and who is notified

	login    LoginConn   // the connection to the login node; nil: not yet
	dir      *remote.Dir // the session directory while it is watched; nil: it is not
	node     nodeLink    // the connection into the job
	port     localPort   // leads to Jupyter
	lease    lease       // the owner's side of the lease
	owner    ownership   // the record on this computer
	notices  notices     // what the user should know
	activity activity    // whether the kernel is used
	job      jobFacts    // what the snapshot does not show
	timers   timers      // what is due next
	pause    pause       // before a retry
	work     work        // what runs in other goroutines
}

// jobFacts is what a session knows of its job besides the snapshot.
type jobFacts struct {
	partition slurm.Partition // for advice
	homeTook  time.Duration   // how long creating the session directory took
	reading   store.Node      // the ready file, as far as it was read
	mayExist  bool            // Slurm may have accepted a job whose number we do not know
	ended     bool            // it has ended: there is nothing to cancel
	step      setupStep       // what runs in it before Jupyter does
}

// inbox is what the session's owner wants of it. Each channel has capacity 1, and is
// read in every state.
type inbox struct {
	leave     chan time.Duration // the owner is leaving, and may come back within that time
	keep      chan struct{}      // the kernel counts as used
	reconnect chan struct{}      // a lost link is to be tried again at once
}

func newInbox() inbox {
	return inbox{leave: make(chan time.Duration, 1), keep: make(chan struct{}, 1), reconnect: make(chan struct{}, 1)}
}

// post sends unless the same was sent and not yet read.
func post[T any](to chan T, value T) {
	select {
	case to <- value:
	default:
	}
}

// Start begins a new session and returns at once.
func Start(cfg Config) *Session {
	s := newSession(cfg, 1)
	req := cfg.Request
	s.status.snap.Job = store.Job{CPUs: req.CPUs, MemoryMiB: req.MemoryMiB, TimeLimit: req.TimeLimit, Partition: req.Partition, Account: req.Account, GPUs: req.GPUs}
	s.begin(s.liveNew)
	return s
}

// Adopt takes over the session of a record, as cfg.Owner. The record has been taken
// with store.TakeOver, or was written for a session that this computer did not know.
func Adopt(cfg Config, rec store.Record) *Session {
	s := newSession(cfg, rec.Generation)
	s.status.snap.Job, s.port.wanted, s.owner.recorded = rec.Job, rec.Port, cfg.Store != nil
	s.begin(s.liveAdopted)
	return s
}

func newSession(cfg Config, generation int) *Session {
	if cfg.Timing == (Timing{}) {
		cfg.Timing = DefaultTiming
	}
	if cfg.StartTimeout > 0 {
		cfg.Timing.Jupyter = cfg.StartTimeout
	}
	cfg.Timing.clampTo(cfg.Grace)
	return &Session{
		cfg: cfg, inbox: newInbox(), timers: newTimers(), work: newWork(),
		status:   newStatus(Snapshot{ID: cfg.ID, State: Connecting, Generation: generation, Idle: max(cfg.Idle, 0)}, cfg.Changed, cfg.Log),
		lease:    lease{grace: cfg.Grace},
		owner:    ownership{store: cfg.Store, log: cfg.Log},
		activity: newActivity(cfg.Idle, cfg.Timing),
	}
}

// begin starts the session's goroutine, which ends by itself.
func (s *Session) begin(live func(context.Context) error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	s.cancel = cancel
	go s.run(ctx, live)
}

// run is the session's goroutine. Whatever ends the life, the same clean-up follows.
func (s *Session) run(ctx context.Context, live func(context.Context) error) {
	defer close(s.status.done)
	s.status.update(func(*Snapshot) {})
	s.timers.ownerCheck.Reset(s.cfg.Timing.OwnerCheck)
	defer s.timers.stop()
	cause := live(ctx)
	s.work.ending = true
	cause = s.explain(ctx, cause)
	s.cancel(cause) // work in other goroutines ends too
	s.finish(cause)
}

// liveNew is the life of a new session; it returns the cause of its end.
func (s *Session) liveNew(ctx context.Context) error {
	if err := s.connect(ctx, true); err != nil {
		return err
	}
	if err := s.submit(ctx); err != nil {
		return err
	}
	return s.live(ctx)
}

// liveAdopted is the life of a session whose job exists. What is needed is begun
// early and concurrently, because the steps are independent and slow: the local port,
// the connection to the node (seven round trips), and telling the cluster.
func (s *Session) liveAdopted(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.port.prefetch(ctx, &s.work.group, s.cfg.Timing.OwnerCheck/4)
	if err := s.connect(ctx, true); err != nil {
		return err
	}
	s.prefetchNode(ctx)
	if err := s.takeOver(ctx); err != nil {
		return err
	}
	return s.live(ctx)
}

func (s *Session) live(ctx context.Context) error {
	if !s.status.snap.Node.Reported() {
		if err := s.awaitNode(ctx); err != nil {
			return err
		}
	}
	if err := s.startUp(ctx); err != nil {
		return err
	}
	return s.running(ctx)
}

// connect gets a connection to the login node.
func (s *Session) connect(ctx context.Context, interactive bool) error {
	login, err := call(s, ctx, func(ctx context.Context) (LoginConn, error) { return s.cfg.Connect(ctx, interactive) })
	if login != nil {
		s.login = login
	}
	return err
}

// redial returns a function that connects to the login node again without asking the
// user, for other goroutines.
func (s *Session) redial() func(context.Context) (LoginConn, error) {
	connect := s.cfg.Connect
	return func(ctx context.Context) (LoginConn, error) { return connect(ctx, false) }
}

// setState changes the state, and drops what belonged to the last one.
func (s *Session) setState(state State, changes ...func(*Snapshot)) {
	s.notices.reset()
	s.status.update(func(snap *Snapshot) {
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
		snap.Notice, snap.NeedsUserAction = s.notices.text(state), false
	})
}

// showNotices updates the snapshot after a change of the notices.
func (s *Session) showNotices() {
	snap := &s.status.snap
	if text := s.notices.text(snap.State); text != snap.Notice || s.notices.needsUserAction != snap.NeedsUserAction {
		s.status.update(func(snap *Snapshot) { snap.Notice, snap.NeedsUserAction = text, s.notices.needsUserAction })
	}
}

// record changes the record on this computer's disk. If another owner has the
// session, the session ends.
func (s *Session) record(change func(*store.Record)) {
	if err := s.owner.update(s.Record(), change); err != nil {
		s.cancel(err)
	}
}

// Record returns what there is to remember of the session.
func (s *Session) Record() store.Record {
	snap := s.status.get()
	return store.Record{
		ID: s.cfg.ID, Owner: s.cfg.Owner, Generation: snap.Generation, Place: s.cfg.Place, Job: snap.Job,
		Grace: s.cfg.Grace, Idle: s.cfg.Idle, Port: s.port.number(),
	}
}

// Ready is closed when cells can run for the first time.
func (s *Session) Ready() <-chan struct{} { return s.status.ready }

// Ended is closed when the session has ended, and its Release is known.
func (s *Session) Ended() <-chan struct{} { return s.status.ended }

// Done is closed when everything is cleaned up, too. That is later than Ended if the
// end of the job could not be confirmed: the release is retried.
func (s *Session) Done() <-chan struct{} { return s.status.done }

// Snapshot returns the session as it is now.
func (s *Session) Snapshot() Snapshot { return s.status.get() }

// Await returns the snapshot as soon as it is as want has it, or the session has ended.
func (s *Session) Await(ctx context.Context, want func(Snapshot) bool) (Snapshot, error) {
	return s.status.await(ctx, want)
}

// Link returns an address for a browser that works once; see proxy.Server.Link.
func (s *Session) Link() (string, error) { return s.port.link() }

// Log returns the last lines of Jupyter's log.
func (s *Session) Log(ctx context.Context, lines int) (string, error) { return s.node.log(ctx, lines) }

// Keep makes an unused kernel count as used now.
func (s *Session) Keep() { post(s.inbox.keep, struct{}{}) }

// Reconnect has a lost link tried again now. The caller has seen to what the user had
// to do.
func (s *Session) Reconnect() { post(s.inbox.reconnect, struct{}{}) }

// Stop ends the session at once and waits for the end, as long as ctx lasts. It may
// be called more than once.
func (s *Session) Stop(ctx context.Context) Release {
	s.cancel(errStopped)
	select {
	case <-s.status.ended:
		return s.Snapshot().Release
	case <-ctx.Done():
		return Release{JobID: s.Snapshot().JobID, Outcome: Unconfirmed, Err: context.Cause(ctx)}
	}
}

// Leave is for an owner who is leaving and may have a successor in a moment: the
// lease is shortened to grace, and then the session is stopped unless it was taken
// over. A session without a job is stopped at once.
func (s *Session) Leave(ctx context.Context, grace time.Duration) Release {
	if s.Snapshot().JobID == "" || grace <= 0 {
		return s.Stop(ctx)
	}
	post(s.inbox.leave, grace)
	select {
	case <-s.status.ended:
		return s.Snapshot().Release
	case <-time.After(grace):
	case <-ctx.Done():
	}
	return s.Stop(ctx)
}

// linkReused warns the user: one of the two who opened a link has no right to it.
func (s *Session) linkReused() {
	s.cfg.Log.Warn("a link to Jupyter was opened a second time; the login that it gave was withdrawn", zap.String("session", s.cfg.ID))
	if s.cfg.Warn != nil {
		s.cfg.Warn("A link to Jupyter on "+s.cfg.Title+" was opened a second time, by another browser. What the first one could reach is closed now.",
			"Links work once. If you did not open it twice yourself, somebody else on this computer has used it and could run code as you on the cluster: "+
				"stop the kernel, and tell this computer's administrator. Otherwise open Jupyter again.")
	}
}

// work is what runs in other goroutines than the session's.
type work struct {
	group   sync.WaitGroup
	ending  bool              // the session's life is over: events cannot end it again
	running int               // pieces of work whose result was not applied yet
	results chan func() error // to be called by the session's goroutine
}

func newWork() work { return work{results: make(chan func() error)} }
