package session

import (
	"cmp"
	"context"
	"time"

	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/proxy"
)

// Session is one remote kernel. Make one with Start or Adopt; it has ended when Done
// is closed.
//
// Its fields are used by one goroutine, run, which waits in one place, event. Work that
// takes time runs in other goroutines, which have no access to the session; run applies
// their results (see call). Exported methods may be called from anywhere: they use
// the mutex of status, the channels of inbox, and atomic pointers.
type Session struct {
	cfg    Config
	loop   loop // how its goroutine waits
	status      // the snapshot, the notices in it, and who is notified

	login    nodeconn.LoginConn // the connection to the login node; nil: not yet
	dir      *remote.Dir        // the session directory while it is watched; nil: it is not
	job      jobFacts           // facts of the job that are not in the snapshot
	node     nodeLink           // the connection into the job
	port     localPort          // leads to Jupyter
	lease    lease              // the owner's side of the lease
	owner    ownership          // the record on this computer
	activity activity           // whether the kernel is used
	useAsked time.Time          // when the job was last asked what it uses
}

// jobFacts is what a session knows of its job that is not in the snapshot.
type jobFacts struct {
	partition slurm.Partition // for advice
	request   slurm.Request   // with the site's defaults; zero: adopted
	polls     queuePolls
	homeTook  time.Duration // how long creating the session directory took
	reading   store.Node    // the ready file, as far as it was read
	gpuLines  []string      // what the program of the GPUs' maker says in the job
	mayExist  bool          // Slurm may have accepted a job whose number we do not know
	ended     bool          // it has ended and need not be cancelled
}

// Start begins a new session and returns at once.
func Start(cfg Config) *Session {
	s := newSession(cfg, 1)
	req := cfg.Request
	s.status.snap.Job = store.Job{CPUs: req.CPUs, MemoryMiB: req.MemoryMiB, TimeLimit: req.TimeLimit, Partition: req.Partition, Account: req.Account, GPUs: req.GPUs,
		Environment: remote.EnvironmentTitle(req.Environment)}
	s.begin(s.liveNew)
	return s
}

// Adopt takes over the session of a record, as cfg.Owner. The record is from
// store.TakeOver, or was made for a session that this computer did not know.
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
	cfg.Timing.Jupyter = cmp.Or(cfg.StartTimeout, cfg.Timing.Jupyter)
	if cfg.Prepare == nil {
		cfg.Prepare = func(context.Context) error { return nil }
	}
	if cfg.Confirm == nil {
		cfg.Confirm = func(context.Context, slurm.Site, slurm.Request) error { return nil }
	}
	cfg.Timing.clampTo(cfg.Grace)
	s := &Session{
		cfg:      cfg,
		status:   newStatus(Snapshot{ID: cfg.ID, State: Connecting, Generation: generation, Title: cfg.Title, Grace: cfg.Grace, Idle: max(cfg.Idle, 0)}, cfg.Changed, cfg.Log),
		lease:    lease{grace: cfg.Grace},
		activity: newActivity(cfg.Idle, cfg.Timing),
	}
	s.port.listen = proxy.Listen
	s.loop = newLoop(s.event)
	s.owner = ownership{store: cfg.Store, record: s.Record, lost: func(err error) { s.loop.cancel(err) }, log: cfg.Log}
	return s
}

// begin starts the session's goroutine, which ends with the session.
func (s *Session) begin(live func(context.Context) error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	s.loop.cancel = cancel
	go s.run(ctx, live)
}

// run is the session's goroutine. Whatever the cause of the end, the same clean-up follows.
func (s *Session) run(ctx context.Context, live func(context.Context) error) {
	defer close(s.status.done)
	s.status.update(func(*Snapshot) {})
	s.loop.timers.ownerCheck.Reset(s.cfg.Timing.OwnerCheck)
	defer s.loop.timers.ownerCheck.Stop()
	defer s.loop.timers.renew.Stop()
	cause := live(ctx)
	s.loop.ending = true
	cause = s.explain(ctx, cause)
	if s.cfg.Explain != nil {
		cause = s.cfg.Explain(cause)
	}
	s.loop.cancel(cause) // work in other goroutines ends too
	s.finish(cause)
}

// liveNew runs a new session until its end, and returns the cause.
func (s *Session) liveNew(ctx context.Context) error {
	if err := s.connect(ctx, true); err != nil {
		return err
	}
	if err := s.submit(ctx); err != nil {
		return err
	}
	return s.live(ctx)
}

// liveAdopted runs a session whose job exists. The connection to the
// node, which is seven round trips, is begun early and concurrently with the change of the owner
// on the cluster.
func (s *Session) liveAdopted(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := s.connect(ctx, true); err != nil {
		return err
	}
	if snap := s.status.snap; snap.Node.Reported() && snap.Route == store.Jump && s.cfg.Pinned != store.Step {
		s.node.prefetch(ctx, &s.loop.group, s.login, nodeconn.Job{Node: snap.Node}, s.cfg.Timing.Attach)
	}
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
	login, err := call(&s.loop, ctx, func(ctx context.Context) (nodeconn.LoginConn, error) { return s.cfg.Connect(ctx, interactive) })
	if login != nil {
		s.login = login
	}
	return err
}

// Record returns the session's record as it should be on disk.
func (s *Session) Record() store.Record {
	snap := s.Snapshot()
	return store.Record{
		ID: s.cfg.ID, Owner: s.cfg.Owner, Generation: snap.Generation, Place: s.cfg.Place, Job: snap.Job,
		Grace: s.cfg.Grace, Idle: s.cfg.Idle, Port: s.port.number(),
	}
}

// Link returns an address for a browser that works once; see proxy.Server.Link.
func (s *Session) Link() (string, error) {
	if state := s.Snapshot().State; state == Ending || state == Ended {
		return "", notReady("creating a link to Jupyter", state)
	}
	return s.port.link()
}

// Log returns the last lines of Jupyter's log.
func (s *Session) Log(ctx context.Context, lines int) (string, error) {
	w := s.node.current.Load()
	if w == nil {
		return "", notReady("reading Jupyter's log", s.Snapshot().State)
	}
	return w.JupyterLog(ctx, lines)
}

// JobConn returns the connection into the job, or nil while there is none. The session owns
// it, and replaces it when it is lost.
func (s *Session) JobConn() *tunnel.Conn {
	if w := s.node.current.Load(); w != nil && s.Snapshot().State == Ready {
		return w.SSH()
	}
	return nil
}

// Keep resets the idle time of the kernel.
func (s *Session) Keep() { post(s.loop.inbox.keep, struct{}{}) }

// Reconnect retries a lost link at once, after the user has done what was needed.
func (s *Session) Reconnect() { post(s.loop.inbox.reconnect, struct{}{}) }

// Stop ends the session at once and waits for the end, or for ctx. It may be called more
// than once.
func (s *Session) Stop(ctx context.Context) Release {
	s.loop.cancel(errStopped)
	select {
	case <-s.status.ended:
		return s.Snapshot().Release
	case <-ctx.Done():
		return Release{JobID: s.Snapshot().JobID, Outcome: Unconfirmed, Err: context.Cause(ctx)}
	}
}

// Leave shortens the lease to grace, so that another owner can take the session over
// within that time, and then stops the session unless one has. A session without a job is
// stopped at once.
func (s *Session) Leave(ctx context.Context, grace time.Duration) Release {
	if s.Snapshot().JobID == "" || grace <= 0 {
		return s.Stop(ctx)
	}
	post(s.loop.inbox.leave, grace)
	select {
	case <-s.status.ended:
		return s.Snapshot().Release
	case <-time.After(grace):
	case <-ctx.Done():
	}
	return s.Stop(ctx)
}
