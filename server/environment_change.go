package server

import (
	"cmp"
	"context"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/server/rpc"
)

// EnvironmentChange makes an environment, changes or removes it.
func (s *server) EnvironmentChange(ctx context.Context, params *protocol.EnvironmentChangeParams) (*protocol.EnvironmentChangeResult, error) {
	p, err := s.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	action, folder := environments.Action(params.Action), params.Path
	if environments.Commands(action, "") == nil {
		return nil, rpc.BadRequest("action", "it must be create, install or remove")
	}
	if folder == "" && action == environments.Install {
		return nil, rpc.BadRequest("path", "it is empty")
	}
	defer s.pool.Acquire(p.Place)()
	report := progress.Begin(s.client, params.ProgressToken, "Changing an environment on "+p.Title)
	defer report.End()
	report.Step("Connecting to " + p.Host)
	login, err := s.pool.Connect(ctx, p.Place, true)
	if err != nil {
		return nil, err
	}
	path, err := environments.ResolvePath(ctx, login, cmp.Or(folder, environments.DefaultPath(p.Request.WorkingDirectory)))
	if err != nil {
		return nil, err
	}
	result := &protocol.EnvironmentChangeResult{Path: path, Commands: environments.Commands(action, path)}
	if params.DryRun {
		return result, nil
	}
	if err := environments.Change(ctx, login, action, path, report.Step); err != nil || action == environments.Remove {
		return result, err
	}
	found, err := environments.Find(ctx, login, environments.Options{Paths: []string{path}})
	if err == nil && len(found.Environments) > 0 {
		made := wireEnvironment(found.Environments[0])
		result.Environment = &made
	}
	return result, err
}
