package session

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/tunnel/proxy"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// errStopped is the cause of an end that the owner asked for.
var errStopped = &fault.Error{Code: fault.Cancelled, Tried: "keeping the kernel", Answer: "it was stopped"}

// Session is one remote kernel. Make one with Start or Adopt; it is over when
// Done is closed.
type Session struct {
	cfg Config

	cancel    context.CancelCauseFunc // ends the walk through the states
	ready     chan struct{}           // closed when cells can run for the first time
	told      chan struct{}           // closed when it has ended, and what became of the job is told
	done      chan struct{}           // closed when all is over and cleaned up
	stays     chan struct{}           // the person wants the kernel kept
	reconnect chan struct{}           // the link is to be tried again at once
	leave     chan time.Duration      // the owner goes, and perhaps comes back

	mu   sync.Mutex // guards the fields below; taken for moments only
	snap Snapshot
	news chan struct{} // closed, and replaced, with the next change
	way  *way          // the connection into the job, while there is one

	// The rest belongs to the goroutine run.
	login     Login
	folder    *remote.Dir
	homeTook  time.Duration   // how long the folder was in the making
	partition slurm.Partition // its facts, for advice
	forward   *proxy.Server
	early     early          // what was begun before its turn
	port      int            // the local port to ask for; 0: any
	over      bool           // the job is known to be over: nothing to cancel
	maybe     bool           // a job may exist that we do not know the number of
	claimed   bool           // the record on this computer's disk is written
	grace     time.Duration  // what the lease is renewed for
	sequence  int            // counts the renewals
	acked     int            // the last of them that the job has
	renewed   time.Time      // when that was, by the wall's clock
	shut      []refusal      // routes that refused us, and are not tried again
	kept      bool           // on the way out: the lease was shortened and is not renewed
	idle      idle           // whether the kernel is used
	successor error          // on the way out: who holds the session now
	parting   string         // how the job ends if Slurm cannot be asked to cancel it
	mute      string         // what the person was told of a Jupyter that does not answer; empty: it does
	lasting   string         // what the person should know for as long as the kernel is ready
	tasks     sync.WaitGroup // questions under way
}

// Start begins a new session. It returns at once; Ready and Done tell the rest.
func Start(cfg Config) *Session {
	s := newSession(cfg, 1)
	req := cfg.Request
	s.snap.Job = store.Job{CPUs: req.CPUs, MemoryMiB: req.MemoryMiB, TimeLimit: req.TimeLimit, Partition: req.Partition, Account: req.Account, GPUs: req.GPUs}
	s.begin(s.walkNew)
	return s
}

// Adopt takes over the session that rec tells of, as cfg.Owner: its record has
// been taken with Store.Take, or was claimed anew for a session that this
// computer did not know.
func Adopt(cfg Config, rec store.Record) *Session {
	s := newSession(cfg, rec.Generation)
	s.snap.Job, s.port, s.claimed = rec.Job, rec.Port, cfg.Store != nil
	s.begin(s.walkAdopted)
	return s
}

func newSession(cfg Config, generation int) *Session {
	if cfg.Timing == (Timing{}) {
		cfg.Timing = DefaultTiming
	}
	cfg.Timing.within(cfg.Grace)
	return &Session{
		cfg: cfg, grace: cfg.Grace,
		ready: make(chan struct{}), told: make(chan struct{}), done: make(chan struct{}), leave: make(chan time.Duration, 1), stays: make(chan struct{}, 1), reconnect: make(chan struct{}, 1), news: make(chan struct{}),
		idle: newIdle(cfg.Idle, cfg.Timing),
		snap: Snapshot{ID: cfg.ID, State: Connecting, Generation: generation, Idle: max(cfg.Idle, 0)},
	}
}

// begin starts the session's goroutine; it ends by itself, and closes done.
func (s *Session) begin(walk func(context.Context) error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	s.cancel = cancel
	go func() {
		defer close(s.done)
		s.update(func(*Snapshot) {})
		cause := walk(ctx)
		cancel(cause) // questions under way end too
		s.tasks.Wait()
		cause = s.end(cause)
		close(s.told)
		s.insist(cause)
		s.forget(cause)
	}()
}

// walkNew goes from nothing to the end of a new kernel; the error is its cause.
func (s *Session) walkNew(ctx context.Context) error {
	if err := s.connect(ctx, true); err != nil {
		return err
	}
	if err := s.submit(ctx); err != nil {
		return err
	}
	return s.walkJob(ctx)
}

// walkAdopted does the same for a job that exists.
func (s *Session) walkAdopted(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.early.drop()
	defer cancel()
	s.beginPort(ctx)
	if err := s.connect(ctx, true); err != nil {
		return err
	}
	s.beginNode(ctx)
	if err := s.take(ctx); err != nil {
		return err
	}
	if !s.snap.Node.Reported() {
		if err := s.reopen(ctx); err != nil {
			return err
		}
	}
	return s.walkJob(ctx)
}

func (s *Session) walkJob(ctx context.Context) error {
	if !s.snap.Node.Reported() {
		if err := s.wait(ctx); err != nil {
			return err
		}
	}
	if err := s.reach(ctx); err != nil {
		return err
	}
	return s.hold(ctx)
}

// Ready is closed when cells can run for the first time.
func (s *Session) Ready() <-chan struct{} { return s.ready }

// Over is closed when the session has ended, and its Release is known.
func (s *Session) Over() <-chan struct{} { return s.told }

// Done is closed when everything is cleaned up, too. That is later than Over where
// the end of the job could not be confirmed: it is tried on.
func (s *Session) Done() <-chan struct{} { return s.done }

// Snapshot is the session as it is now.
func (s *Session) Snapshot() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snap
}

// Await gives the session as soon as it is as want has it, or over.
func (s *Session) Await(ctx context.Context, want func(Snapshot) bool) (Snapshot, error) {
	for {
		s.mu.Lock()
		snap, news := s.snap, s.news
		s.mu.Unlock()
		if snap.State == Ended || want(snap) {
			return snap, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return snap, context.Cause(ctx)
		}
	}
}

// Link makes an address for a browser that works once; see proxy.Server.Link.
func (s *Session) Link() (string, error) {
	s.mu.Lock()
	forward := s.forward
	s.mu.Unlock()
	if forward == nil {
		return "", &fault.Error{Code: fault.BadRequest, Tried: "making a link to Jupyter", Answer: "the kernel is not ready", Advice: "Wait until it is ready."}
	}
	return forward.Link()
}

// Stop ends the session at once and waits for the end, ctx permitting. It may
// be called often.
func (s *Session) Stop(ctx context.Context) Release {
	s.cancel(errStopped)
	select {
	case <-s.told:
		return s.Snapshot().Release
	case <-ctx.Done():
		return Release{JobID: s.Snapshot().JobID, Outcome: Unconfirmed, Err: context.Cause(ctx)}
	}
}

// Leave is for an owner who goes and may have a successor in a moment: the
// lease is shortened to grace, and unless the session is taken over meanwhile
// it is stopped then. A session without a running job is stopped at once.
func (s *Session) Leave(ctx context.Context, grace time.Duration) Release {
	if s.Snapshot().JobID == "" || grace <= 0 {
		return s.Stop(ctx)
	}
	select {
	case s.leave <- grace:
		s.leaving()
	default: // left before
	}
	select {
	case <-s.told:
		return s.Snapshot().Release
	case <-time.After(grace):
		return s.Stop(ctx)
	case <-ctx.Done():
		return s.Stop(ctx)
	}
}

// Log gives the last lines of Jupyter's log.
func (s *Session) Log(ctx context.Context, lines int) (string, error) {
	s.mu.Lock()
	w := s.way
	s.mu.Unlock()
	if w == nil {
		return "", &fault.Error{Code: fault.BadRequest, Tried: "reading Jupyter's log", Answer: "there is no connection into the job now",
			Advice: "Wait until the kernel is ready, or connected again."}
	}
	return w.log(ctx, lines)
}

// connect gets a connection to the login node.
func (s *Session) connect(ctx context.Context, person bool) error {
	login, err := s.cfg.Connect(ctx, person)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	s.login = login
	return nil
}

func (s *Session) slurm() *slurm.Client { return slurm.New(s.login) }

// update changes what there is to say and tells it. Only run's goroutine calls it.
func (s *Session) update(change func(*Snapshot)) {
	s.mu.Lock()
	change(&s.snap)
	snap := s.snap
	close(s.news)
	s.news = make(chan struct{})
	s.mu.Unlock()
	if snap.State == Ready {
		select {
		case <-s.ready:
		default:
			close(s.ready)
		}
	}
	if s.cfg.Changed != nil {
		s.cfg.Changed(snap)
	}
}

// note keeps a notice to be shown while the kernel is ready.
func (s *Session) note(notice string) {
	switch {
	case s.lasting == "":
		s.lasting = notice
	case !strings.Contains(s.lasting, notice):
		s.lasting += "; " + notice
	}
}

// enter goes to a state.
func (s *Session) enter(state State) {
	s.update(func(snap *Snapshot) {
		snap.State = state
		snap.Notice, snap.NeedsPerson = "", false
		if state == Ready {
			snap.Notice = s.lasting
		} else {
			snap.IdleEndsAt = time.Time{}
		}
		if state != Pending {
			snap.Waiting = nil
		}
	})
}
