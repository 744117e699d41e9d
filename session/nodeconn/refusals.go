package nodeconn

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/store"
)

// ErrAbsent means that the private directory is not visible where a route leads.
var ErrAbsent = errors.New("the job's private folder is not there")

// Refusal is a route that failed, and why.
type Refusal struct {
	Route store.Route
	Err   error
}

// noRoute returns the error of a job into which no route led, with the reason for each.
// Transient ones come first in its chain.
func noRoute(node string, refusals []Refusal) error {
	if len(refusals) == 1 && isSelfContained(refusals[0].Err) {
		return refusals[0].Err
	}
	rank := map[bool]int{true: 0, false: 1}
	slices.SortStableFunc(refusals, func(a, b Refusal) int {
		return rank[fault.IsTransient(a.Err)] - rank[fault.IsTransient(b.Err)]
	})
	f := &fault.Error{Code: fault.NoRoute, Tried: "entering the job on " + node}
	var answers []string
	var errs []error
	advice := askForEither
	for _, r := range refusals {
		answers = append(answers, r.describe())
		errs = append(errs, r.Err)
		if r.Route == store.Jump && isUnanswered(r.Err) {
			advice = "The node may have just failed: start a new kernel, which Slurm will put on another node. If no node responds, the site doesn't let you connect to nodes. " + askForEither
		}
	}
	f.Answer, f.Advice, f.Err = strings.Join(answers, "; "), advice, errors.Join(errs...)
	return f
}

// askForEither is what a site can do.
const askForEither = "Ask the site's support for one of two things: that the login node may ssh to nodes where you have a job, with the key that you use for the login node" +
	" (pam_slurm_adopt does that); or that srun works from the login node into a job of yours, and OpenSSH's sshd is installed on the nodes."

// describe returns the refusal as text for the user.
func (r Refusal) describe() string {
	answer := fault.AnswerOf(r.Err)
	if r.Route == store.Jump && isUnanswered(r.Err) {
		answer = "the node does not respond"
	}
	return map[store.Route]string{store.Jump: "by ssh to the node: ", store.Step: "by srun: "}[r.Route] + answer
}

// isSelfContained reports whether err needs no further explanation.
func isSelfContained(err error) bool {
	switch fault.CodeOf(err) {
	case fault.WrongJob, fault.NodeKeyMismatch, fault.NoRoute, fault.LinkLost, fault.ForwardRefused:
		return true
	}
	return false
}

// IsSitePolicy reports whether a refusal will be the same next time.
func IsSitePolicy(err error) bool {
	switch fault.CodeOf(err) {
	case fault.AuthRefused, fault.NoKey, fault.NodeKeyMismatch, fault.NoRoute, fault.ForwardRefused, fault.ConnectRefused, fault.ConnectTimeout:
		return true
	}
	return false
}

// UnwrapNoRoute returns the transient cause of a NoRoute error, if there is one: a node
// that does not answer for a while is no reason to end its kernel.
func UnwrapNoRoute(err error) error {
	if f := fault.As(err); f != nil && f.Code == fault.NoRoute && f.Err != nil && fault.IsTransient(f.Err) {
		return f.Err
	}
	return err
}

// withSlowHomeHint adds a hint to err if the home directory is slow.
func withSlowHomeHint(err error, homeTook time.Duration) error {
	f := fault.As(err)
	if f == nil || homeTook <= slowHome {
		return err
	}
	slow := *f
	slow.Answer += "; your home directory on the cluster is slow now (a few small files took " + homeTook.Round(time.Second).String() +
		"), and nodes read your keys from there"
	slow.Advice = "Try again in a few minutes; if it does not help, tell the site's support that the home directories are slow."
	return &slow
}

// isUnanswered reports whether a node did not answer.
func isUnanswered(err error) bool {
	code := fault.CodeOf(err)
	return code == fault.ConnectTimeout || code == fault.ConnectFailed || code == fault.ConnectRefused || errors.Is(err, context.DeadlineExceeded)
}
