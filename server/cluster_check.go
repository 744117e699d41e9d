package server

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
)

// check is one run of cluster/check: the steps share what earlier ones found.
type check struct {
	server  *server
	profile profile.Profile
	target  tunnel.Target
	login   session.Login
	site    slurm.Site
}

// checkStep is one named test. It gives what was found.
type checkStep struct {
	name, title string
	run         func(c *check, ctx context.Context) (detail string, err error)
}

// checkSteps are the tests in their order; each needs those before it.
var checkSteps = []checkStep{
	{"config", "Configuration", (*check).config},
	{"resolve", "SSH configuration for the host", (*check).resolve},
	{"connect", "SSH connection and login", (*check).connect},
	{"slurm", "Slurm's commands", (*check).slurm},
	{"partition", "Partition and size of the request", (*check).partition},
	{"home", "Home directory and working directory", (*check).home},
}

// ClusterCheck runs the steps until one fails.
func (s *server) ClusterCheck(ctx context.Context, params *protocol.ClusterCheckParams) (*protocol.ClusterCheckResult, error) {
	p, err := s.resolve(ctx, params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	defer s.logins.use(p)()
	report := s.progress(params.ProgressToken, "Checking the way to "+p.Title)
	defer report.end()

	c := &check{server: s, profile: p}
	result := &protocol.ClusterCheckResult{OK: true, Cluster: p.Name, Host: p.Host, User: p.User, Steps: []protocol.CheckStep{}}
	for _, step := range checkSteps {
		report.send(protocol.ProgressParams{Kind: protocol.ProgressReport, Message: step.title})
		done := protocol.CheckStep{Name: step.name, Title: step.title, Outcome: protocol.CheckSkipped}
		if result.OK {
			done = c.try(ctx, step)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		result.OK = result.OK && done.Outcome != protocol.CheckFailed
		result.Steps = append(result.Steps, done)
	}
	if c.login != nil {
		result.User = c.login.User()
	}
	return result, nil
}

func (c *check) try(ctx context.Context, step checkStep) protocol.CheckStep {
	begun := time.Now()
	detail, err := step.run(c, ctx)
	done := protocol.CheckStep{Name: step.name, Title: step.title, Outcome: protocol.CheckOK, Detail: detail, Milliseconds: int(time.Since(begun).Milliseconds())}
	if err != nil {
		problem := ProblemOf(err)
		done.Outcome, done.Detail, done.Advice, done.Code = protocol.CheckFailed, problem.Message, problem.Advice, problem.Code
		if problem.Tried != "" && problem.Answer != "" {
			done.Detail = problem.Tried + ": " + problem.Answer
		}
	}
	return done
}

func (c *check) config(context.Context) (string, error) {
	if c.server.badConfig != nil {
		return "", c.server.badConfig
	}
	return fmt.Sprintf("%s (%s)", c.profile.Title, c.profile.Source), nil
}

func (c *check) resolve(ctx context.Context) (string, error) {
	target, err := tunnel.Resolve(ctx, c.profile.Host, c.profile.User, tunnel.Options{Log: c.server.log, SSHConfig: c.profile.SSHConfig})
	c.target = target
	return c.profile.Host, err
}

func (c *check) connect(ctx context.Context) (string, error) {
	login, err := c.server.logins.connect(ctx, c.profile, true)
	if err != nil {
		return "", err
	}
	c.login = login
	return "logged in as " + login.User(), nil
}

func (c *check) slurm(ctx context.Context) (string, error) {
	site, err := slurm.New(c.login).Site(ctx)
	if err != nil {
		return "", err
	}
	c.site = site
	names := make([]string, 0, len(c.site.Partitions))
	for _, p := range c.site.Partitions {
		names = append(names, p.Name)
	}
	return fmt.Sprintf("%s; partitions: %s", c.site.Version, strings.Join(names, ", ")), nil
}

func (c *check) partition(context.Context) (string, error) {
	req, p, err := slurm.ResolveDefaults(slurmRequest(c.profile.Request), c.site)
	if err != nil {
		return "", err
	}
	detail := fmt.Sprintf("%s: %d CPU, up to %v", p.Name, req.CPUs, req.TimeLimit)
	if memory := p.DefaultMemoryMiB(req.CPUs); memory > 0 && req.MemoryMiB == 0 {
		detail += fmt.Sprintf(", %d MiB of memory by default", memory)
	}
	return detail, nil
}

func (c *check) home(ctx context.Context) (string, error) {
	workdir, err := session.TryFolder(ctx, c.login, c.profile.Request.WorkingDirectory)
	if fault.Is(err, fault.Internal) {
		return "", err
	}
	return "cells would run in " + workdir, err
}
