package fileapi

import (
	"cmp"
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
	defer f.Pool.Acquire(p.Place)()
	login, err := f.Pool.Connect(ctx, p.Place, true)
	if err != nil {
		return nil, err
	}
	waitForFile := f.LookAtSite(ctx, login, p.Place)
	home, err := c.Home(ctx)
	waitForFile() // which may set places
	if err != nil {
		return nil, err
	}
	if p, err = f.Resolve(params.Cluster, params.User); err != nil {
		return nil, err
	}
	paths, err := f.expandPaths(ctx, p, home, append([]string{p.Request.WorkingDirectory}, p.Folders...)...)
	if err != nil {
		return nil, err
	}
	result := &protocol.FilePlacesResult{Home: files.Escape(home)}
	if paths[0] != home {
		result.WorkingDirectory = files.Escape(paths[0])
	}
	for _, place := range paths[1:] {
		result.Places = append(result.Places, files.Escape(place))
	}
	return result, nil
}

// expandPaths returns the absolute paths of configured ones, which may have $USER in them;
// an empty one is the home directory. One command on the cluster expands them all.
func (f *Files) expandPaths(ctx context.Context, p profile.Profile, home string, configured ...string) ([]string, error) {
	paths := make([]string, len(configured))
	var there []int // which have variables
	script := "printf '%s\\n'"
	for i, dir := range configured {
		rest, inHome := strings.CutPrefix(dir, "~")
		switch {
		case strings.Contains(dir, "$"):
			word, err := loginshell.ExpandPath(dir)
			if err != nil {
				return nil, err
			}
			there, script = append(there, i), script+" "+word
		case inHome:
			paths[i] = home + rest
		default:
			paths[i] = cmp.Or(dir, home)
		}
	}
	if len(there) == 0 {
		return paths, nil
	}
	lines, err := f.outputLines(ctx, p, script)
	if err == nil && len(lines) != len(there) {
		err = &fault.Error{Code: fault.CommandFailed, Tried: "looking up folders", Answer: bounded.Text(strings.Join(lines, " "), 300)}
	}
	if err != nil {
		return nil, err
	}
	for n, i := range there {
		paths[i] = lines[n]
	}
	return paths, nil
}

// outputLines runs a script on the login node and returns what it printed.
func (f *Files) outputLines(ctx context.Context, p profile.Profile, script string) ([]string, error) {
	defer f.Pool.Acquire(p.Place)()
	login, err := f.Pool.Connect(ctx, p.Place, true)
	if err != nil {
		return nil, err
	}
	defer session.WatchLiveness(ctx, login)()
	stdout, stderr, exit, err := login.Run(ctx, loginshell.PlainCommand(script), nil)
	if err == nil {
		stdout, err = loginshell.StripNoise(stdout)
	}
	if err == nil && exit != 0 {
		err = &fault.Error{Code: fault.CommandFailed, Tried: "looking up folders", Answer: bounded.Text(string(stderr), 300)}
	}
	return strings.Split(strings.TrimSuffix(string(stdout), "\n"), "\n"), err
}
