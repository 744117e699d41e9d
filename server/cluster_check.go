package server

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
)

// check is one run of cluster/check: the tests share what earlier ones found.
type check struct {
	server    *server
	profile   profile.Profile
	unusable  error // why the profile cannot be used; nil: it can
	target    tunnel.Target
	entry     *entry
	login     session.Login
	resources slurm.Resources
	workdir   string // as the login node names it
	unwelcome error  // why cells cannot run in it
	trial     *trial
}

// checkTest is one named test.
type checkTest struct {
	name, title string
	run         func(c *check, ctx context.Context) finding
}

// checkTests are the tests in their order; each needs those before it.
var checkTests = []checkTest{
	{"here", "This computer", (*check).here},
	{"config", "Configuration", (*check).config},
	{"ssh-config", "SSH configuration for the host", (*check).sshConfig},
	{"name", "Name of the login node", (*check).lookUp},
	{"port", "SSH on the login node", (*check).port},
	{"host-key", "Key of the login node", (*check).hostKey},
	{"login", "Login", (*check).logIn},
	{"shell", "Login shell", (*check).shell},
	{"slurm", "Slurm", (*check).slurm},
	{"account", "Account", (*check).account},
	{"partition", "Partition and size of the request", (*check).partition},
	{"home", "Home directory", (*check).home},
	{"workdir", "Working directory", (*check).workingDirectory},
}

// fullTests follow where a small job is asked for.
var fullTests = []checkTest{
	{"job", "A small job", (*check).job},
	{"jupyter", "Jupyter in the job", (*check).jupyter},
	{"way", "Way into the job", (*check).wayIn},
	{"quick", "What a cell finds there", (*check).quick},
	{"release", "The node is given back", (*check).release},
}

// finding is what a test found.
type finding struct {
	outcome        protocol.CheckOutcome
	detail, advice string
	code           fault.Code // of a failure, or of what a warning is about
}

func fine(detail string) finding { return finding{outcome: protocol.CheckOK, detail: detail} }

func warning(detail, advice string) finding {
	return finding{outcome: protocol.CheckWarning, detail: detail, advice: advice}
}

func skipped() finding { return finding{outcome: protocol.CheckSkipped} }

// failed puts an error into the form of a finding.
func failed(err error) finding {
	problem := rpc.ProblemOf(err)
	f := finding{outcome: protocol.CheckFailed, detail: problem.Message, advice: problem.Advice, code: fault.Code(problem.Code)}
	if problem.Tried != "" && problem.Answer != "" {
		f.detail = problem.Tried + ": " + strings.TrimSpace(problem.Answer)
	}
	return f
}

// ClusterCheck runs the tests until one fails.
func (s *server) ClusterCheck(ctx context.Context, params *protocol.ClusterCheckParams) (*protocol.ClusterCheckResult, error) {
	c := &check{server: s}
	if err := c.choose(ctx, params); err != nil {
		return nil, err
	}
	defer s.pool.Acquire(c.profile)()
	defer c.end()
	report := s.progress(params.ProgressToken, "Checking the way to "+c.profile.Title)
	defer report.end()

	tests := checkTests
	if params.Full {
		tests = append(tests[:len(tests):len(tests)], fullTests...)
	}
	result := &protocol.ClusterCheckResult{OK: true, Cluster: c.profile.Name, Host: c.profile.Host, Steps: []protocol.CheckStep{}}
	for _, t := range tests {
		report.send(protocol.ProgressParams{Kind: protocol.ProgressReport, Message: t.title})
		step := protocol.CheckStep{Name: t.name, Title: t.title, Outcome: protocol.CheckSkipped}
		if result.OK {
			step = c.try(ctx, t)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		result.OK = result.OK && step.Outcome != protocol.CheckFailed
		result.Steps = append(result.Steps, step)
	}
	result.User = c.user()
	result.Report = s.redactor.String(c.report(result))
	return result, nil
}

// choose finds what to check. A profile with a mistake is a finding; a name that
// means nothing is an error.
func (c *check) choose(ctx context.Context, params *protocol.ClusterCheckParams) (err error) {
	c.profile, err = c.server.resolve(ctx, params.Cluster, params.User)
	bad := c.server.badConfig
	switch {
	case bad != nil:
		c.unusable = bad
	case fault.Is(err, fault.BadConfig):
		c.unusable = err
	default:
		return err
	}
	if err != nil {
		name := cmp.Or(params.Cluster, c.server.configured.Default())
		c.profile = profile.Profile{Name: name, Title: name, User: params.User}
	}
	return nil
}

func (c *check) try(ctx context.Context, t checkTest) protocol.CheckStep {
	begun := time.Now()
	f := t.run(c, ctx)
	return protocol.CheckStep{
		Name: t.name, Title: t.title, Outcome: f.outcome, Detail: f.detail, Advice: f.advice, Code: string(f.code),
		Milliseconds: int(time.Since(begun).Milliseconds()),
	}
}

// user is the person's name there, as far as it is known.
func (c *check) user() string {
	if c.login != nil {
		return c.login.User()
	}
	return cmp.Or(c.profile.User, c.target.User)
}

// end ends what the tests have begun and not ended.
func (c *check) end() {
	c.entry.end()
	c.trial.end()
}
