package check

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Options says what to check, and with what.
type Options struct {
	Profile  profile.Profile
	Unusable error   // why the profile cannot be used, if so
	Problems []error // of other clusters' profiles
	Full     bool    // also start a small job

	Version string
	Env     func(string) string
	Log     *zap.Logger
	Pool    *connpool.Pool // the profile's connection is acquired
	Notices *connpool.Notices
	Redact  func(string) string // masks secrets
	// Learn stores the site's file that a login node reported, and returns its content, and why
	// it is not used, if so.
	Learn func(slurm.SiteFile) (site.File, string)
	// Advise adds whom to ask to the advice of a failed test.
	Advise func(code fault.Code, advice string) string
	// StartJob starts the session of a full check. It calls changed with each snapshot.
	StartJob func(request slurm.Request, changed func(session.Snapshot)) (*session.Session, error)
	// QueueLimit bounds how long the job may wait in the queue.
	QueueLimit time.Duration
	// Progress is called with the title of each test before it runs.
	Progress func(title string)
}

// checker is one run of a check: the tests share what earlier ones found.
type checker struct {
	Options
	target     sshconfig.Target
	probe      *loginProbe
	login      nodeconn.LoginConn
	resources  slurm.Resources
	home       homeFacts
	workdir    string // as the login node names it
	workdirErr error  // why cells cannot run in it
	job        *checkJob
}

// test is one named test.
type test struct {
	name, title string
	run         func(c *checker, ctx context.Context) finding
}

// tests are run in this order; each needs those before it.
var tests = []test{
	{"computer", "This computer", (*checker).checkComputer},
	{"config", "Configuration", (*checker).checkConfig},
	{"ssh-config", "SSH configuration for the host", (*checker).checkSSHConfig},
	{"host-name", "Name of the login node", (*checker).checkName},
	{"port", "SSH on the login node", (*checker).checkPort},
	{"host-key", "Key of the login node", (*checker).checkHostKey},
	{"login", "Login", (*checker).checkLogin},
	{"shell", "Login shell", (*checker).checkShell},
	{"slurm", "Slurm", (*checker).checkSlurm},
	{"account", "Account", (*checker).checkAccount},
	{"partition", "Partition and size of the request", (*checker).checkPartition},
	{"home", "Home directory", (*checker).checkHome},
	{"workdir", "Working directory", (*checker).checkWorkdir},
	{"kernelspec", "Your own kernels", (*checker).checkKernelspec},
}

// jobTests follow in a full check.
var jobTests = []test{
	{"job", "A small job", (*checker).checkJobRuns},
	{"jupyter", "Jupyter in the job", (*checker).checkJupyter},
	{"route", "Connection to the job", (*checker).checkRoute},
	{"cell", "A cell", (*checker).checkCell},
	{"release", "Release of the node", (*checker).checkRelease},
}

// finding is what a test found.
type finding struct {
	outcome        protocol.CheckOutcome
	detail, advice string
	code           fault.Code // of a failure, or of what a warning is about
	complete       bool       // the advice is enough: the site's support need not be asked
}

func ok(detail string) finding { return finding{outcome: protocol.CheckOK, detail: detail} }

func warning(detail, advice string) finding {
	return finding{outcome: protocol.CheckWarning, detail: detail, advice: advice}
}

func skipped() finding { return finding{outcome: protocol.CheckSkipped} }

func failed(err error) finding {
	problem := rpc.ProblemOf(err)
	f := finding{
		outcome: protocol.CheckFailed, detail: problem.Message, advice: problem.Advice, code: fault.Code(problem.Code),
		complete: errors.Is(err, slurm.ErrNotOffered),
	}
	if problem.Tried != "" && problem.Answer != "" {
		f.detail = problem.Tried + ": " + strings.TrimSpace(problem.Answer)
	}
	return f
}

// Run runs the tests until one fails; the rest is skipped.
func Run(ctx context.Context, o Options) (*protocol.ClusterCheckResult, error) {
	c := &checker{Options: o}
	defer func() {
		c.probe.end()
		c.job.end()
	}()
	all := tests
	if o.Full {
		all = append(all[:len(all):len(all)], jobTests...)
	}
	result := &protocol.ClusterCheckResult{OK: true, Cluster: o.Profile.Cluster, Host: o.Profile.Host, Steps: []protocol.CheckStep{}}
	for _, t := range all {
		o.Progress(t.title)
		step := protocol.CheckStep{Name: t.name, Title: t.title, Outcome: protocol.CheckSkipped}
		if result.OK {
			step = c.run(ctx, t)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		result.OK = result.OK && step.Outcome != protocol.CheckFailed
		result.Steps = append(result.Steps, step)
	}
	result.User = c.user()
	result.Report = o.Redact(c.report(result))
	return result, nil
}

func (c *checker) run(ctx context.Context, t test) protocol.CheckStep {
	begun := time.Now()
	f := t.run(c, ctx)
	if f.outcome == protocol.CheckFailed && !f.complete {
		f.advice = c.Advise(f.code, f.advice)
	}
	return protocol.CheckStep{
		Name: t.name, Title: t.title, Outcome: f.outcome, Detail: f.detail, Advice: f.advice, Code: string(f.code),
		Milliseconds: int(time.Since(begun).Milliseconds()),
	}
}

// user returns the user's name on the cluster, as far as it is known.
func (c *checker) user() string {
	if c.login != nil {
		return c.login.User()
	}
	return cmp.Or(c.Profile.User, c.target.User)
}
