package envapi

import (
	"cmp"
	"context"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/server/rpc"
)

// EnvironmentChange makes an environment, changes or removes it.
func (s *Environments) EnvironmentChange(ctx context.Context, params *protocol.EnvironmentChangeParams) (*protocol.EnvironmentChangeResult, error) {
	p, err := s.Resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	action, err := actionOf(params)
	if err != nil {
		return nil, err
	}
	defer s.Pool.Acquire(p.Place)()
	report := progress.Begin(s.Client, params.ProgressToken, "Changing an environment on "+p.Title)
	defer report.End()
	report.Step("Connecting to " + p.Host)
	login, err := s.Pool.Connect(ctx, p.Place, true)
	if err != nil {
		return nil, err
	}
	workdir := cmp.Or(params.WorkingDirectory, p.Request.WorkingDirectory)
	found, err := environments.Resolve(ctx, login, cmp.Or(params.Path, environments.DefaultPath(workdir)))
	if err != nil {
		return nil, err
	}
	result := &protocol.EnvironmentChangeResult{
		Path: found.Path, Commands: environments.Commands(action, found), Replaces: found.Made && action == environments.Create,
	}
	if params.DryRun {
		return result, nil
	}
	if err := environments.Change(ctx, login, action, found.Path, report.Step); err != nil || action == environments.Remove {
		return result, err
	}
	now, err := environments.Find(ctx, login, environments.Options{Paths: []string{found.Path}})
	if err == nil && len(now.Environments) > 0 {
		made := wireEnvironment(now.Environments[0])
		result.Environment = &made
	}
	return result, err
}

// actionOf returns what a request asks for.
func actionOf(params *protocol.EnvironmentChangeParams) (environments.Action, error) {
	action := environments.Action(params.Action)
	switch {
	case environments.Commands(action, environments.Folder{}) == nil:
		return "", rpc.BadRequest("action", "it must be create, install or remove")
	case action == environments.Install && params.Path == "":
		return "", rpc.BadRequest("path", "it is empty")
	}
	return action, nil
}
