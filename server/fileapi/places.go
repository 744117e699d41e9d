package fileapi

import (
	"context"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
)

// FilePlaces returns folders to begin with.
func (f *Files) FilePlaces(ctx context.Context, params *protocol.FilePlacesParams) (*protocol.FilePlacesResult, error) {
	p, err := f.Resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	c, err := f.of(p)
	if err != nil {
		return nil, err
	}
	home, err := c.Home(ctx)
	if err != nil {
		return nil, err
	}
	workdir, err := f.workdir(ctx, p, p.Request.WorkingDirectory, home)
	if err != nil {
		return nil, err
	}
	result := &protocol.FilePlacesResult{Home: files.Escape(home)}
	if workdir != home {
		result.WorkingDirectory = files.Escape(workdir)
	}
	return result, nil
}

// workdir returns the absolute path of a working directory, which may have $USER in it.
func (f *Files) workdir(ctx context.Context, p profile.Profile, configured, home string) (string, error) {
	dir := configured
	if rest, ok := strings.CutPrefix(dir, "~"); ok {
		dir = home + rest
	}
	switch {
	case dir == "":
		return home, nil
	case !strings.Contains(dir, "$"):
		return dir, nil
	}
	word, err := loginshell.ExpandPath(configured)
	if err != nil {
		return "", err
	}
	defer f.Pool.Acquire(p.Place)()
	login, err := f.Pool.Connect(ctx, p.Place, true)
	if err != nil {
		return "", err
	}
	defer session.WatchLiveness(ctx, login)()
	stdout, stderr, exit, err := login.Run(ctx, loginshell.PlainCommand("printf %s "+word), nil)
	if err == nil {
		stdout, err = loginshell.StripNoise(stdout)
	}
	if err == nil && exit != 0 {
		err = &fault.Error{Code: fault.CommandFailed, Tried: "looking up the working directory", Answer: bounded.Text(string(stderr), 300)}
	}
	return string(stdout), err
}
