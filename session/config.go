package session

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
)

// Login is an authenticated connection to the login node; *tunnel.Conn is one.
type Login interface {
	slurm.Host
	// Jump connects to a compute node through this connection.
	Jump(ctx context.Context, node tunnel.NodeTarget) (*tunnel.Conn, error)
	// Through connects to a compute node by a command run on this connection.
	Through(ctx context.Context, node tunnel.CommandTarget) (*tunnel.Conn, error)
	// Done is closed when the connection is over.
	Done() <-chan struct{}
	// Probe asks the host for a sign of life, and ends a connection that gives none
	// for patience, unless a person would have to make the next.
	Probe(ctx context.Context, patience time.Duration)
	// User is the user's name on the login node.
	User() string
	// NeedsPerson reports whether the next program would have to ask a person
	// before it is connected: one has for this connection, and nobody keeps it.
	NeedsPerson() bool
}

// Config is what a session needs to know and to have.
type Config struct {
	// ID names the session; see store.NewID.
	ID string
	// Owner is the id of the server that holds the session; see Store.Enter.
	Owner string
	// Place is where the job is to be.
	store.Place
	// Request is what to ask Slurm for.
	Request slurm.Request
	// Grace is how long the job goes on without a sign of the owner.
	Grace time.Duration
	// Idle is after how long a kernel that nobody uses is given back; not more than
	// 0: never.
	Idle time.Duration
	// Version is the program's version, for the job's comment.
	Version string

	// Connect gives a live connection to the login node; it belongs to the
	// giver, who may share it between sessions. person says whether a person may
	// be asked something.
	Connect func(ctx context.Context, person bool) (Login, error)
	// Store remembers sessions on this computer.
	Store *store.Store
	// Routes remembers which way into jobs works at which site; nil: nothing does.
	Routes *store.Routes
	// Changed is told of every change, in order, never at the same time.
	Changed func(Snapshot)
	// Warn is called with what the user has to know at once, whatever the session does; nil: it is not.
	Warn func(message, detail string)
	// Log gets what is for those who look for a fault.
	Log *zap.Logger
	// Timing is how often and how long; DefaultTiming unless a test wants it quicker.
	Timing Timing
}

// Timing is how often things are done and how long they may take.
type Timing struct {
	Renew        time.Duration // between two renewals of the lease while running
	PendingRenew time.Duration // the same while the job waits
	FirstLook    time.Duration // from submission to the first question to Slurm
	Look         time.Duration // between later questions; grows with the wait
	Jupyter      time.Duration // from the job's start to Jupyter's first answer
	Attach       time.Duration // for one try to get into the job
	Release      time.Duration // for the whole release
	Watch        time.Duration // between two looks at who owns the session
	IdleLook     time.Duration // between two looks whether the kernel is used, at least
	IdleLead     time.Duration // from the warning to the end of a kernel that nobody uses
}

// DefaultTiming is what people get.
var DefaultTiming = Timing{
	Renew:        10 * time.Second,
	PendingRenew: 20 * time.Second,
	FirstLook:    3 * time.Second,
	Look:         time.Minute,
	Jupyter:      5 * time.Minute,
	Attach:       30 * time.Second,
	Release:      time.Minute,
	Watch:        time.Second,
	IdleLook:     time.Minute,
	IdleLead:     10 * time.Minute,
}

// within makes the renewals frequent enough that two may fail within the grace.
func (t *Timing) within(grace time.Duration) {
	if most := grace / 3; most > 0 {
		t.Renew, t.PendingRenew = min(t.Renew, most), min(t.PendingRenew, most)
	}
}
