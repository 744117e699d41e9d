package session

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// Config is what a session needs. Only Terms changes it after Start or Adopt.
type Config struct {
	// ID names the session; see store.NewID.
	ID string
	// Owner is the id of the server that owns the session; see store.Register.
	Owner string
	// Place is where the job is to run.
	store.Place
	// Request is what to ask Slurm for.
	Request slurm.Request
	// Grace is how long the job runs on while its lease is not renewed.
	Grace time.Duration
	// Idle is after how long an unused kernel is released; 0 or less: never.
	Idle time.Duration
	// StartTimeout replaces Timing.Jupyter if it is not 0.
	StartTimeout time.Duration
	// SessionDir is a directory on the cluster for the session directory, which the
	// compute nodes see; "": the home directory, or else the working directory.
	SessionDir string
	// MakeWorkdir creates the working directory if it is missing.
	MakeWorkdir bool
	// Prepare is called when a new session is connected, and returns once the working directory
	// may be used, or why it may not; may be nil. The job is submitted after that, or once the
	// directory was created.
	Prepare func(ctx context.Context) error
	// Version is the program's version, for the job's comment.
	Version string

	// Terms returns what the site grants to a new session, from what the login node reports, before
	// the job is submitted. An error ends the session.
	Terms func(slurm.Site) (Terms, error)
	// Confirm, if set, is called before the job is submitted, and returns an error if the user does not want
	// that after all. It may take as long as the user does.
	Confirm func(ctx context.Context, site slurm.Site, req slurm.Request) error
	// SiteFile is the hash of the site's file that this computer knows; see slurm.SiteFile.
	SiteFile string
	// Explain, if set, adds what the user can do to an error that ends the session.
	Explain func(error) error

	// Connect returns a live connection to the login node. It stays the caller's, who may
	// share it between sessions. interactive says whether the user may be prompted.
	Connect func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error)
	// Store remembers sessions on this computer; may be nil.
	Store *store.Store
	// Routes remembers which route into jobs works at which site; may be nil.
	Routes *store.Store
	// Changed is called with every change, in order, never concurrently; may be nil.
	Changed func(Snapshot)
	// Warn shows the user a message at once; may be nil.
	Warn func(message, detail string)
	// Log is for developers and support.
	Log *zap.Logger
	// Timing is DefaultTiming by default; tests use shorter ones.
	Timing Timing
}

// Terms are what a session gets at a site, which may have other defaults and limits than
// this computer knew of when the session began.
type Terms struct {
	// Request is what to ask Slurm for.
	Request slurm.Request
	// Grace and Idle are as in Config.
	Grace, Idle time.Duration
	// Pinned is the only route into the job that may be tried; "": both.
	Pinned store.Route
	// Poll is the shortest pause between two questions to Slurm; 0: any.
	Poll time.Duration
	// Title is the cluster's display name.
	Title string
	// Notice is what the user should know of the terms; may be empty.
	Notice string
	// Limit applies the site's limits to a request whose defaults are resolved.
	Limit func(req slurm.Request, p slurm.Partition) (slurm.Request, error)
	// LimitKernels returns an error if a user with so many kernels may not start another one.
	LimitKernels func(have int) error
}

// grant changes the configuration to what is granted.
func (c *Config) grant(t Terms) {
	c.Request, c.Grace, c.Idle, c.Pinned, c.Title = t.Request, t.Grace, t.Idle, t.Pinned, t.Title
	c.Timing = c.Timing.WithPoll(t.Poll)
	c.Timing.clampTo(c.Grace)
}

// redial connects to the login node again without asking the user.
func (c Config) redial(ctx context.Context) (nodeconn.LoginConn, error) { return c.Connect(ctx, false) }

// warnOfReuse warns the user that a link to Jupyter was opened twice, once perhaps by
// another user of this computer.
func (c Config) warnOfReuse() {
	c.Log.Warn("a link to Jupyter was opened a second time; its login was revoked", zap.String("session", c.ID))
	if c.Warn != nil {
		c.Warn("A link to Jupyter on "+c.Title+" was opened a second time, by another browser. Both browsers have been disconnected.",
			"Links work once. If you did not open it twice yourself, someone else on this computer has used it and could run code as you on the cluster: "+
				"stop the kernel and contact this computer's administrator. Otherwise open Jupyter again.")
	}
}

// Timing is how often things are done and how long they may take.
type Timing struct {
	Renew        time.Duration // between two renewals of the lease while the job runs
	PendingRenew time.Duration // the same while the job waits
	FirstPoll    time.Duration // from submission to the first question to Slurm
	Poll         time.Duration // between later questions; grows with the wait
	Jupyter      time.Duration // from the job's start to Jupyter's first answer
	Attach       time.Duration // for one attempt to enter the job
	Release      time.Duration // for the whole release
	OwnerCheck   time.Duration // between two checks of who owns the session
	ActivityPoll time.Duration // between two checks whether the kernel is used, at least
	IdleWarning  time.Duration // from the warning to the release of an unused kernel
	Teach        time.Duration // from the job's start until what it used says something
	Use          time.Duration // between two looks at what the job uses, with a renewal
}

// DefaultTiming is what users get.
var DefaultTiming = Timing{
	Renew:        10 * time.Second,
	PendingRenew: 20 * time.Second,
	FirstPoll:    3 * time.Second,
	Poll:         time.Minute,
	Jupyter:      5 * time.Minute,
	Attach:       30 * time.Second,
	Release:      time.Minute,
	OwnerCheck:   time.Second,
	ActivityPoll: time.Minute,
	IdleWarning:  10 * time.Minute,
	Teach:        10 * time.Minute,
	Use:          30 * time.Second,
}

// WithPoll returns t with at least this pause between two questions to Slurm.
func (t Timing) WithPoll(least time.Duration) Timing {
	t.FirstPoll, t.Poll = max(t.FirstPoll, least), max(t.Poll, least)
	return t
}

// clampTo makes renewals frequent enough that two may fail within the grace.
func (t *Timing) clampTo(grace time.Duration) {
	if most := grace / 3; most > 0 {
		t.Renew, t.PendingRenew = min(t.Renew, most), min(t.PendingRenew, most)
	}
}
