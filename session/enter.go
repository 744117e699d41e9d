package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/store"
)

// refusal is a route that did not lead into the job, and why.
type refusal struct {
	route store.Route
	err   error
}

// attempt is a route to try: once, or again for a while what may pass.
type attempt struct {
	route store.Route
	again bool
}

// attempts are the routes to try, in their order. The one that has served is given its
// time; of those that are only hoped for, none holds up the next. A step is tried once:
// each asks Slurm's controller.
func attempts(pinned, served, remembered store.Route) []attempt {
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

// enterJob opens a way into the job by the first route that leads there.
// refused are those that are known not to.
func (s *Session) enterJob(ctx context.Context, refused []refusal) (*way, error) {
	refused = slices.Concat(s.shut, refused)
	for _, a := range attempts(s.cfg.Pinned, s.snap.Route, s.cfg.Routes.For(s.cfg.Place)) {
		before := slices.IndexFunc(refused, func(r refusal) bool { return r.route == a.route })
		if before >= 0 && !passing(refused[before].err) {
			continue // nothing that was refused is tried again
		}
		w, err := s.enterBy(ctx, a)
		switch {
		case err == nil:
			s.entered(a.route, refused)
			return w, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		}
		s.cfg.Log.Info("no way into the job", zap.String("job", s.snap.JobID), zap.String("route", string(a.route)), zap.Error(err))
		if before < 0 {
			refused = append(refused, refusal{a.route, err})
		} else {
			refused[before].err = err
		}
		if fault.Is(err, fault.AuthRefused) || fault.Is(err, fault.NoKey) {
			s.shut = append(s.shut, refusal{a.route, err}) // one refused login is one
		}
	}
	return nil, s.slowly(noRoute(s.snap.Node.Name, refused))
}

// slowly adds to a failure that the home directory is slow, where it is.
func (s *Session) slowly(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || s.homeTook <= slowHome {
		return err
	}
	slow := *f
	slow.Answer += "; your home directory on the cluster is slow now (a few small files took " + s.homeTook.Round(time.Second).String() +
		"), and nodes read your keys from there"
	slow.Advice = "Try again in a few minutes; if it stays so, tell the site's support that the home directories are slow."
	return &slow
}

// slowHome is more than the session's folder takes in a home directory that is well.
const slowHome = 5 * time.Second

// enterBy tries one route. A connection to the login node that was lost is made again.
func (s *Session) enterBy(ctx context.Context, a attempt) (*way, error) {
	patience := s.cfg.Timing.Attach
	if s.homeTook > slowHome {
		patience += 4 * s.homeTook // a node's sshd and the shell there look at many files
	}
	if a.route == store.Jump && !a.again {
		patience /= 2 // a firewall may swallow it without a word
	}
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for gap := 250 * time.Millisecond; ; gap *= 2 {
		w, err := s.openWay(limit, a.route)
		if err == nil {
			return w, nil
		}
		lost := over(s.login)
		if !passing(err) || !(a.again || lost) || !pause(limit, gap) {
			return nil, err
		}
		if lost {
			if err := s.connect(limit, false); err != nil && !passing(err) {
				return nil, err
			}
		}
	}
}

// openWay tries a route once, with the connection to the node that was begun, if there is one.
func (s *Session) openWay(ctx context.Context, route store.Route) (*way, error) {
	job := inside{s.snap.Node, s.snap.JobID, s.snap.Generation, s.cfg.NodePort}
	begun := s.early.node
	if begun == nil || route != store.Jump {
		return openWay(ctx, s.login, route, job)
	}
	s.early.node = nil
	conn, err := begun.get()
	if err != nil {
		return nil, err
	}
	return newWay(ctx, conn, job)
}

// entered notes the route that led into the job: for the session, and for the site where
// what was refused before it says something of the site.
func (s *Session) entered(route store.Route, refused []refusal) {
	if s.snap.Route != route {
		s.mu.Lock()
		s.snap.Route = route // nobody is told of it: it is for records and checks
		s.mu.Unlock()
		s.remember(func(rec *store.Record) { rec.Route = route })
	}
	for _, r := range refused {
		if (route != store.Jump && !ofTheSite(r.err)) || s.wasReady() {
			return // what keeps out whoever had come in is of this moment
		}
	}
	if err := s.cfg.Routes.Save(s.cfg.Place, route); err != nil {
		s.cfg.Log.Warn("the way into jobs could not be noted on this computer's disk", zap.Error(err))
	}
}

// ofTheSite reports whether a refusal will be the same next time.
func ofTheSite(err error) bool {
	switch fault.CodeOf(err) {
	case fault.AuthRefused, fault.NoKey, fault.NodeKeyMismatch, fault.NoRoute, fault.ForwardRefused, fault.ConnectRefused, fault.ConnectTimeout:
		return true
	}
	return false
}

// enterRecorded opens a way into the job that the record tells of, each route once.
func enterRecorded(ctx context.Context, login Login, rec store.Record) (*way, error) {
	var refused []refusal
	for _, a := range attempts(rec.Pinned, rec.Route, "") {
		if slices.ContainsFunc(refused, func(r refusal) bool { return r.route == a.route }) {
			continue
		}
		w, err := openWay(ctx, login, a.route, inside{rec.Node, rec.JobID, rec.Generation, rec.NodePort})
		if err == nil {
			return w, nil
		}
		refused = append(refused, refusal{a.route, err})
	}
	return nil, noRoute(rec.Node.Name, refused)
}

// noRoute says that no way into the job was found, and why each was none. What may pass
// comes first in its chain.
func noRoute(node string, refused []refusal) error {
	if len(refused) == 1 && unchanged(refused[0].err) {
		return refused[0].err
	}
	slices.SortStableFunc(refused, func(a, b refusal) int {
		if passing(a.err) == passing(b.err) {
			return 0
		} else if passing(a.err) {
			return -1
		}
		return 1
	})
	f := &fault.Error{Code: fault.NoRoute, Tried: "entering the job on " + node}
	var answers []string
	var errs []error
	advice := askForEither
	for _, r := range refused {
		answers = append(answers, r.said())
		errs = append(errs, r.err)
		if r.route == store.Jump && unanswered(r.err) {
			advice = "The node may have failed just now: start a new kernel, which Slurm puts on another one then. If none of them answers, it is the site that does not let you in. " + askForEither
		}
	}
	f.Answer, f.Advice, f.Err = strings.Join(answers, "; "), advice, errors.Join(errs...)
	return f
}

// askForEither is what a site can do.
const askForEither = "Ask the site's support for one of two things: that the login node may ssh to nodes where you have a job, with the key that you use for the login node" +
	" (pam_slurm_adopt does that); or that srun works from the login node into a job of yours, and OpenSSH's sshd is installed on the nodes."

// said is the refusal in words.
func (r refusal) said() string {
	answer := answerOf(r.err)
	if r.route == store.Jump && unanswered(r.err) {
		answer = "the node does not answer"
	}
	return map[store.Route]string{store.Jump: "by ssh to the node: ", store.Step: "by srun: "}[r.route] + answer
}

// unanswered reports whether a node gave no answer.
func unanswered(err error) bool {
	code := fault.CodeOf(err)
	return code == fault.ConnectTimeout || code == fault.ConnectFailed || code == fault.ConnectRefused || errors.Is(err, context.DeadlineExceeded)
}

// unchanged reports whether err says all that there is to say by itself.
func unchanged(err error) bool {
	switch fault.CodeOf(err) {
	case fault.WrongJob, fault.NodeKeyMismatch, fault.NoRoute, fault.LinkLost, fault.ForwardRefused:
		return true
	}
	return false
}
