package nodeconn

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/future"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// Attempt is one row of the plan by which a job is entered. In all of them, a lost
// connection to the login node is replaced; with Retry, other transient failures are
// retried, too.
type Attempt struct {
	Route store.Route
	Retry bool
}

// Plan returns the attempts in their order:
//
//	known                     attempts
//	the route is pinned       that one; ssh with retries
//	ssh has worked            ssh with retries, srun
//	srun has worked           srun, ssh
//	srun works at the site    srun, ssh with retries
//	nothing                   ssh, srun, ssh with retries
//
// A route that has worked is retried until its timeout; an untested one gets one attempt,
// so that it cannot delay the next. A step is tried once: each asks Slurm's controller.
func Plan(pinned, served, remembered store.Route) []Attempt {
	switch {
	case pinned != "":
		return []Attempt{{pinned, pinned == store.Jump}}
	case served == store.Jump:
		return []Attempt{{store.Jump, true}, {store.Step, false}}
	case served == store.Step:
		return []Attempt{{store.Step, false}, {store.Jump, false}}
	case remembered == store.Step:
		return []Attempt{{store.Step, false}, {store.Jump, true}}
	}
	return []Attempt{{store.Jump, false}, {store.Step, false}, {store.Jump, true}}
}

// slowHome is more than creating the session directory takes in a healthy home directory.
const slowHome = 5 * time.Second

// timeout is how long an attempt may take.
func (a Attempt) timeout(usual, homeTook time.Duration) time.Duration {
	if homeTook > slowHome {
		usual += 4 * homeTook // a node's sshd and the shell there read many files
	}
	if a.Route == store.Jump && !a.Retry {
		return usual / 2 // a firewall may drop it silently
	}
	return usual
}

// Dialer enters a job. It has no access to the session, so that it can run in another
// goroutine; the session then applies its results: Login, Refusals, Closed and Route.
type Dialer struct {
	Login    LoginConn
	Redial   func(context.Context) (LoginConn, error) // a new login, if that was lost; nil: none
	Job      Job
	Plan     []Attempt
	Timeout  time.Duration                // for one attempt; 0: no limit
	HomeTook time.Duration                // creating the session directory
	Early    *future.Future[*tunnel.Conn] // an ssh connection begun before its turn; nil: none
	Log      *zap.Logger                  // nil: none

	Refusals []Refusal   // routes that failed
	Closed   []Refusal   // those that refused the login, which are not tried again
	Route    store.Route // the one that led into the job
}

// refused reports whether the route is among the refusals for good.
func (d *Dialer) refused(route store.Route) bool {
	return slices.ContainsFunc(d.Refusals, func(r Refusal) bool { return r.Route == route && !fault.IsTransient(r.Err) })
}

// Connect follows the plan until a route leads into the job.
func (d *Dialer) Connect(ctx context.Context) (*Conn, error) {
	defer func() { d.Early.Discard() }()
	for _, a := range d.Plan {
		if d.refused(a.Route) {
			continue
		}
		w, err := d.try(ctx, a)
		switch {
		case err == nil:
			d.Route = a.Route
			return w, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		}
		d.note(a.Route, err)
	}
	return nil, withSlowHomeHint(noRoute(d.Job.Node.Name, d.Refusals), d.HomeTook)
}

// note records why a route failed.
func (d *Dialer) note(route store.Route, err error) {
	if d.Log != nil {
		d.Log.Info("no route into the job", zap.String("job", d.Job.ID), zap.String("route", string(route)), zap.Error(err))
	}
	if i := slices.IndexFunc(d.Refusals, func(r Refusal) bool { return r.Route == route }); i >= 0 {
		d.Refusals[i].Err = err
	} else {
		d.Refusals = append(d.Refusals, Refusal{route, err})
	}
	if fault.Is(err, fault.AuthRefused) || fault.Is(err, fault.NoKey) {
		d.Closed = append(d.Closed, Refusal{route, err}) // one failed login is one failed login
	}
}

// try makes one attempt of the plan.
func (d *Dialer) try(ctx context.Context, a Attempt) (*Conn, error) {
	if d.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.timeout(d.Timeout, d.HomeTook))
		defer cancel()
	}
	backoff := retry.Backoff{Min: 250 * time.Millisecond, Max: 10 * time.Second}
	for {
		w, err := d.enter(ctx, a.Route)
		if err == nil {
			return w, nil
		}
		lost := IsClosed(d.Login) && d.Redial != nil
		if !fault.IsTransient(err) || !(a.Retry || lost) || !backoff.Wait(ctx) {
			return nil, err
		}
		if !lost {
			continue
		}
		login, err := d.Redial(ctx)
		if err == nil {
			d.Login = login
		} else if !fault.IsTransient(err) {
			return nil, err
		}
	}
}

// enter tries a route once, with the connection that was begun early if there is one.
func (d *Dialer) enter(ctx context.Context, route store.Route) (*Conn, error) {
	var conn *tunnel.Conn
	var err error
	if early := d.Early; early != nil && route == store.Jump {
		d.Early = nil
		conn, err = early.Wait()
	} else {
		conn, err = Dial(ctx, d.Login, route, d.Job)
	}
	if err != nil {
		return nil, err
	}
	return newConn(ctx, conn, d.Job)
}
