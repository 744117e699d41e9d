package session

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// attempt is one row of the plan by which a job is entered. In all of them, a lost
// connection to the login node is replaced; with retry, other transient failures are
// retried, too.
type attempt struct {
	route store.Route
	retry bool
}

// routePlan returns the attempts in their order:
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
func routePlan(pinned, served, remembered store.Route) []attempt {
	switch {
	case pinned != "":
		return []attempt{{pinned, pinned == store.Jump}}
	case served == store.Jump:
		return []attempt{{store.Jump, true}, {store.Step, false}}
	case served == store.Step:
		return []attempt{{store.Step, false}, {store.Jump, false}}
	case remembered == store.Step:
		return []attempt{{store.Step, false}, {store.Jump, true}}
	}
	return []attempt{{store.Jump, false}, {store.Step, false}, {store.Jump, true}}
}

// slowHome is more than creating the session directory takes in a healthy home directory.
const slowHome = 5 * time.Second

// timeout is how long an attempt may take.
func (a attempt) timeout(usual, homeTook time.Duration) time.Duration {
	if homeTook > slowHome {
		usual += 4 * homeTook // a node's sshd and the shell there read many files
	}
	if a.route == store.Jump && !a.retry {
		return usual / 2 // a firewall may drop it silently
	}
	return usual
}

// refusal is a route that failed, and why.
type refusal struct {
	route store.Route
	err   error
}

// nodeDialer enters a job. It has no access to the session, so that it can run in another
// goroutine; the session then applies its results: login, refusals, closed and route.
type nodeDialer struct {
	login    LoginConn
	redial   func(context.Context) (LoginConn, error) // a new login, if that was lost; nil: none
	job      jobAccess
	plan     []attempt
	usual    time.Duration // for one attempt; 0: no limit
	homeTook time.Duration
	early    *future[*tunnel.Conn] // an ssh connection begun before its turn; nil: none
	log      *zap.Logger           // nil: none

	refusals []refusal   // routes that failed
	closed   []refusal   // those that refused the login, which are not tried again
	route    store.Route // the one that led into the job
}

// refused reports whether the route is among the refusals for good.
func (d *nodeDialer) refused(route store.Route) bool {
	return slices.ContainsFunc(d.refusals, func(r refusal) bool { return r.route == route && !isTransient(r.err) })
}

// connect follows the plan until a route leads into the job.
func (d *nodeDialer) connect(ctx context.Context) (*nodeConn, error) {
	defer func() { d.early.discard() }()
	for _, a := range d.plan {
		if d.refused(a.route) {
			continue
		}
		w, err := d.try(ctx, a)
		switch {
		case err == nil:
			d.route = a.route
			return w, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		}
		d.note(a.route, err)
	}
	return nil, withSlowHomeHint(noRoute(d.job.node.Name, d.refusals), d.homeTook)
}

// note records why a route failed.
func (d *nodeDialer) note(route store.Route, err error) {
	if d.log != nil {
		d.log.Info("no route into the job", zap.String("job", d.job.id), zap.String("route", string(route)), zap.Error(err))
	}
	if i := slices.IndexFunc(d.refusals, func(r refusal) bool { return r.route == route }); i >= 0 {
		d.refusals[i].err = err
	} else {
		d.refusals = append(d.refusals, refusal{route, err})
	}
	if fault.Is(err, fault.AuthRefused) || fault.Is(err, fault.NoKey) {
		d.closed = append(d.closed, refusal{route, err}) // one failed login is one failed login
	}
}

// try makes one attempt of the plan.
func (d *nodeDialer) try(ctx context.Context, a attempt) (*nodeConn, error) {
	if d.usual > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.timeout(d.usual, d.homeTook))
		defer cancel()
	}
	backoff := retry.Backoff{Min: 250 * time.Millisecond, Max: 10 * time.Second}
	for {
		w, err := d.enter(ctx, a.route)
		if err == nil {
			return w, nil
		}
		lost := isClosed(d.login) && d.redial != nil
		if !isTransient(err) || !(a.retry || lost) || !backoff.Wait(ctx) {
			return nil, err
		}
		if !lost {
			continue
		}
		login, err := d.redial(ctx)
		if err == nil {
			d.login = login
		} else if !isTransient(err) {
			return nil, err
		}
	}
}

// enter tries a route once, with the connection that was begun early if there is one.
func (d *nodeDialer) enter(ctx context.Context, route store.Route) (*nodeConn, error) {
	var conn *tunnel.Conn
	var err error
	if early := d.early; early != nil && route == store.Jump {
		d.early = nil
		conn, err = early.wait()
	} else {
		conn, err = dialNode(ctx, d.login, route, d.job)
	}
	if err != nil {
		return nil, err
	}
	return newNodeConn(ctx, conn, d.job)
}

// stepTimeout is how long srun and its sshd may take until the sshd speaks: the node
// may have a prologue to run.
const stepTimeout = 25 * time.Second

// dialNode connects to the node by a route.
func dialNode(ctx context.Context, login LoginConn, route store.Route, job jobAccess) (*tunnel.Conn, error) {
	node := job.node
	if route == store.Jump {
		return login.Jump(ctx, tunnel.NodeTarget{Host: node.Name, Port: 22, User: login.User(), HostKeys: node.HostKeys})
	}
	if node.StepKey == "" {
		return nil, &fault.Error{
			Code: fault.NoRoute, Tried: "starting an SSH server in the job on " + node.Name, Answer: "there is no ssh-keygen on the node",
			Advice: "Ask the site to install OpenSSH's server on the nodes.",
		}
	}
	conn, err := login.DialCommand(ctx, tunnel.CommandTarget{
		Host: node.Name, User: login.User(), HostKeys: []string{node.StepKey}, Patience: stepTimeout,
		Command: func(public string) string { return remote.StepCommand(job.id, node, public, job.listen) },
		Skip:    func(r io.Reader) (io.Reader, int, error) { return remote.SkipStepStartup(r, job.listen) },
	})
	if err != nil {
		return nil, stepError(node, job.id, err)
	}
	return conn, nil
}

// stepError returns why a step did not lead into the job.
func stepError(node store.Node, jobID string, err error) error {
	ended, ok := errors.AsType[*tunnel.CommandExitError](err)
	f := &fault.Error{Code: fault.CommandFailed, Tried: "starting an SSH server in job " + jobID + " on " + node.Name, Err: err}
	switch {
	case !ok && fault.CodeOf(err) == fault.ConnectTimeout:
		f.Answer = "srun ran, and nothing came of it in time"
		f.Advice = "The node's slurmd may be down, or a firewall between the nodes and the login node's ports (SrunPortRange in Slurm's configuration): tell the site's support."
		return f
	case !ok:
		return err
	}
	f.Answer = ended.Stderr
	f.Advice = "Try to run a command in job " + jobID + " with srun on the login node; if it fails there too, tell the site's support."
	switch ended.Status {
	case remote.StepNoSSHD:
		f.Code, f.Answer, f.Advice = fault.NoRoute, "there is no sshd on the node", "Ask the site to install OpenSSH's server on the nodes."
	case remote.StepNoDirectory:
		f.Code, f.Answer, f.Advice = fault.NoRoute, "its private directory "+node.Private+" does not exist there", "The job may have just ended."
		f.Err = errors.Join(errAbsent, err)
	}
	if f.Answer == "" {
		f.Answer = "srun ended without a message"
	}
	return f
}

// noRoute returns the error of a job into which no route led, with the reason for each.
// Transient ones come first in its chain.
func noRoute(node string, refusals []refusal) error {
	if len(refusals) == 1 && isSelfContained(refusals[0].err) {
		return refusals[0].err
	}
	slices.SortStableFunc(refusals, func(a, b refusal) int {
		switch {
		case isTransient(a.err) == isTransient(b.err):
			return 0
		case isTransient(a.err):
			return -1
		}
		return 1
	})
	f := &fault.Error{Code: fault.NoRoute, Tried: "entering the job on " + node}
	var answers []string
	var errs []error
	advice := askForEither
	for _, r := range refusals {
		answers = append(answers, r.describe())
		errs = append(errs, r.err)
		if r.route == store.Jump && isUnanswered(r.err) {
			advice = "The node may have failed just now: start a new kernel, which Slurm puts on another one then. If none of them answers, it is the site that does not let you in. " + askForEither
		}
	}
	f.Answer, f.Advice, f.Err = strings.Join(answers, "; "), advice, errors.Join(errs...)
	return f
}

// askForEither is what a site can do.
const askForEither = "Ask the site's support for one of two things: that the login node may ssh to nodes where you have a job, with the key that you use for the login node" +
	" (pam_slurm_adopt does that); or that srun works from the login node into a job of yours, and OpenSSH's sshd is installed on the nodes."

// describe returns the refusal as text for the user.
func (r refusal) describe() string {
	answer := answerOf(r.err)
	if r.route == store.Jump && isUnanswered(r.err) {
		answer = "the node does not answer"
	}
	return map[store.Route]string{store.Jump: "by ssh to the node: ", store.Step: "by srun: "}[r.route] + answer
}

// isSelfContained reports whether err needs no further explanation.
func isSelfContained(err error) bool {
	switch fault.CodeOf(err) {
	case fault.WrongJob, fault.NodeKeyMismatch, fault.NoRoute, fault.LinkLost, fault.ForwardRefused:
		return true
	}
	return false
}

// isSitePolicy reports whether a refusal will be the same next time.
func isSitePolicy(err error) bool {
	switch fault.CodeOf(err) {
	case fault.AuthRefused, fault.NoKey, fault.NodeKeyMismatch, fault.NoRoute, fault.ForwardRefused, fault.ConnectRefused, fault.ConnectTimeout:
		return true
	}
	return false
}

// unwrapNoRoute returns the transient cause of a NoRoute error, if there is one: a node
// that does not answer for a while is no reason to end its kernel.
func unwrapNoRoute(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == fault.NoRoute && f.Err != nil && isTransient(f.Err) {
		return f.Err
	}
	return err
}

// withSlowHomeHint adds a hint to err if the home directory is slow.
func withSlowHomeHint(err error, homeTook time.Duration) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || homeTook <= slowHome {
		return err
	}
	slow := *f
	slow.Answer += "; your home directory on the cluster is slow now (a few small files took " + homeTook.Round(time.Second).String() +
		"), and nodes read your keys from there"
	slow.Advice = "Try again in a few minutes; if it does not help, tell the site's support that the home directories are slow."
	return &slow
}
