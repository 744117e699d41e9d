package fileapi

import (
	"cmp"
	"context"
	"path"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/project"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/server/rpc"
)

// ProjectScan returns what a copy of a folder would hold.
func (f *Files) ProjectScan(ctx context.Context, params *protocol.ProjectScanParams) (*protocol.ProjectScanResult, error) {
	scan, err := scanProject(ctx, params.Project, nil)
	if err != nil {
		return nil, err
	}
	return &protocol.ProjectScanResult{Files: len(scan.Files), Bytes: int(scan.Bytes), LeftOut: wireLeftOut(scan)}, nil
}

// ProjectPush makes the copy of a folder like the folder.
func (f *Files) ProjectPush(ctx context.Context, params *protocol.ProjectPushParams) (*protocol.ProjectPushResult, error) {
	c, p, err := f.copyOn(ctx, params.Cluster, params.User, params.Project)
	if err != nil {
		return nil, err
	}
	if c.scan, err = scanProject(ctx, params.Project, params.Only); err != nil {
		return nil, err
	}
	report := progress.Begin(f.Client, params.ProgressToken, "Copying "+filepath.Base(c.folder)+" to "+p.Title)
	defer report.End()
	c.options.DryRun, c.options.Progress = params.DryRun, report.Bytes("")
	return c.push(ctx)
}

// ProjectChanges lists the files of a copy that were made or changed on the cluster.
func (f *Files) ProjectChanges(ctx context.Context, params *protocol.ProjectChangesParams) (*protocol.ProjectChangesResult, error) {
	c, _, err := f.copyOn(ctx, params.Cluster, params.User, params.Project)
	if err != nil {
		return nil, err
	}
	changes, err := project.Changes(ctx, c.client, c.folder, c.options)
	if err != nil {
		return nil, err
	}
	result := &protocol.ProjectChangesResult{Path: files.Escape(c.options.Remote), Files: []protocol.ProjectChange{}}
	for _, change := range changes {
		result.Files = append(result.Files, protocol.ProjectChange{
			Name: files.Escape(change.Name), Bytes: int(change.Size), ModifiedAt: change.Modified.UTC().Truncate(time.Second), Here: change.Here,
		})
	}
	return result, nil
}

// ProjectPull fetches files of a copy.
func (f *Files) ProjectPull(ctx context.Context, params *protocol.ProjectPullParams) (*protocol.FileTransferResult, error) {
	c, p, err := f.copyOn(ctx, params.Cluster, params.User, params.Project)
	if err != nil {
		return nil, err
	}
	report := progress.Begin(f.Client, params.ProgressToken, "Copying files from "+p.Title)
	defer report.End()
	done, err := c.client.DownloadFiles(ctx, c.options.Remote, unescapeAll(params.Names), c.folder, files.TransferOptions{Overwrite: params.Overwrite, Progress: report.Bytes("")})
	if err != nil {
		return nil, err
	}
	return wireTransfer(done), nil
}

// scanProject looks at a folder of this computer.
func scanProject(ctx context.Context, p protocol.ProjectCopy, only []string) (*project.Scan, error) {
	folder, err := localPath("folder", p.Folder)
	if err != nil {
		return nil, err
	}
	if p.MaxTotalMB < 0 || p.MaxFileMB < 0 {
		return nil, rpc.BadRequest("maxTotalMB", "limits must not be negative")
	}
	limits := project.Limits{
		Total: cmp.Or(int64(p.MaxTotalMB)*project.MB, project.DefaultLimits.Total), File: cmp.Or(int64(p.MaxFileMB)*project.MB, project.DefaultLimits.File),
	}
	return project.NewScan(ctx, folder, limits, unescapeAll(p.Include), unescapeAll(only))
}

// Copy is a folder and its copy on a cluster.
type Copy struct {
	client  *files.Client
	folder  string // of this computer, without links
	scan    *project.Scan
	options project.Options
	place   projectPlace
	chosen  bool // the user chose the place

	// The fields of NewCopy.
	workdir string // the path of the copy, perhaps with ~ and variables
	run     func() // makes the copy
	once    sync.Once
	cancel  context.CancelFunc // ends run
	usable  chan struct{}      // closed when it is known that the folder there may be used
	done    chan struct{}      // closed when run has ended; result and err are set before
	result  *protocol.ProjectPushResult
	err     error
}

// copyOn returns the copy of a folder on the cluster that the client named.
func (f *Files) copyOn(ctx context.Context, cluster, user string, wanted protocol.ProjectCopy) (*Copy, profile.Profile, error) {
	p, err := f.Resolve(cluster, user)
	if err != nil {
		return nil, p, err
	}
	c, err := f.newCopy(p, wanted)
	if err == nil {
		err = f.locate(ctx, c, p, p.Request.WorkingDirectory, wanted.Path)
	}
	return c, p, err
}

// newCopy returns the copy of a folder; locate finds out where it is.
func (f *Files) newCopy(p profile.Profile, wanted protocol.ProjectCopy) (*Copy, error) {
	folder, err := localPath("folder", wanted.Folder)
	if err == nil {
		folder, err = project.Folder(folder) // without links
	}
	if err != nil {
		return nil, err
	}
	state, err := f.StateDir()
	if err != nil {
		return nil, err
	}
	source, err := project.NewSource(state, folder)
	if err != nil {
		return nil, err
	}
	client, err := f.of(p)
	if err != nil {
		return nil, err
	}
	return &Copy{client: client, folder: folder, place: newProjectPlace(state, p, source), chosen: wanted.Path != "", options: project.Options{
		Source: source, Adopt: wanted.Adopt, Mine: unescapeAll(wanted.Mine), Theirs: unescapeAll(wanted.Theirs), LockDir: state,
	}}, nil
}

// chosenPath returns where the user wants a copy, or has wanted it before: an absolute path or one
// that begins with ~ or $HOME, perhaps with $USER in it; empty: the usual place.
func (f *Files) chosenPath(c *Copy, wanted string) (string, error) {
	if wanted == "" {
		remembered, err := c.place.get()
		if err != nil {
			f.Log.Warn("where the copy of a folder is could not be read", zap.Error(err))
		}
		return remembered, nil
	}
	name, err := remotePath("path", wanted)
	if err == nil && !path.IsAbs(name) && !homePrefix.MatchString(name) {
		name = "~/" + name
	}
	return name, err
}

// homePrefix matches a path in the home directory, as [loginshell.ExpandPath] reads it.
var homePrefix = regexp.MustCompile(`^(~|\$HOME|\$\{HOME\})(/|$)`)

// locate finds out the absolute path of a copy. workdir is the working directory as it is
// configured.
func (f *Files) locate(ctx context.Context, c *Copy, p profile.Profile, workdir, wanted string) error {
	home, err := c.client.Home(ctx)
	if err != nil {
		return err
	}
	place, err := f.chosenPath(c, wanted)
	if err != nil {
		return err
	}
	if place == "" {
		place = path.Join(cmp.Or(workdir, "~"), filepath.Base(c.folder))
	}
	paths, err := f.expandPaths(ctx, p, home, place) // as the kernel's working directory
	if err != nil {
		return err
	}
	c.options.Remote = files.Absolute(home, paths[0])
	if c.options.Remote == home || c.options.Remote == "/" {
		return &fault.Error{Code: fault.BadRequest, Tried: "copying " + c.folder + " to " + files.Escape(c.options.Remote),
			Answer: "a copy needs a folder of its own", Advice: "Choose a folder inside it."}
	}
	return nil
}

// remember remembers a place that the user chose, once there is a copy.
func (c *Copy) remember() error {
	if !c.chosen || c.options.DryRun {
		return nil
	}
	if err := c.place.set(c.options.Remote); err != nil {
		return &fault.Error{Code: fault.LocalState, Tried: "remembering where the copy of " + c.folder + " is", Answer: err.Error(), Err: err}
	}
	return nil
}

// push makes the copy like the folder.
func (c *Copy) push(ctx context.Context) (*protocol.ProjectPushResult, error) {
	done, err := project.Push(ctx, c.client, c.scan, c.options)
	if err == nil {
		err = c.remember()
	}
	if err != nil {
		return nil, err
	}
	w := &protocol.ProjectPushResult{
		Path: files.Escape(c.options.Remote), Sent: escapeAll(done.Sent), SentBytes: int(done.SentBytes), Removed: escapeAll(done.Removed),
		Fetched: escapeAll(done.Fetched), Unchanged: done.Unchanged, Busy: escapeAll(done.Busy), LeftOut: wireLeftOut(c.scan),
	}
	for _, conflict := range done.Conflicts {
		w.Conflicts = append(w.Conflicts, protocol.ProjectConflict{
			Name: files.Escape(conflict.Name), Path: files.Escape(path.Join(c.options.Remote, conflict.Name)),
			Deleted: conflict.Deleted, Reported: conflict.Reported,
		})
	}
	return w, nil
}

// NewCopy returns the copy of a folder in which a kernel is to start. Begin begins to make it,
// and Stop must be called. Errors that do not need the cluster are returned at once.
func (f *Files) NewCopy(ctx context.Context, p profile.Profile, workdir string, wanted protocol.ProjectCopy, report *progress.Report) (*Copy, error) {
	c, err := f.newCopy(p, wanted)
	if err != nil {
		return nil, err
	}
	if c.scan, err = scanProject(ctx, wanted, nil); err != nil {
		return nil, err
	}
	if c.workdir, err = f.chosenPath(c, wanted.Path); err != nil {
		return nil, err
	}
	if c.workdir == "" {
		c.workdir = path.Join(cmp.Or(workdir, "~"), filepath.Base(c.folder))
	}
	pushing, cancel := context.WithCancel(ctx)
	c.cancel, c.usable, c.done = cancel, make(chan struct{}), make(chan struct{})
	c.options.Progress, c.options.Usable = report.Bytes("Copying "+filepath.Base(c.folder)+": "), func() { close(c.usable) }
	c.run = func() { // Stop waits for its end
		defer close(c.done)
		if c.err = f.locate(pushing, c, p, workdir, wanted.Path); c.err == nil {
			c.result, c.err = c.push(pushing)
		}
	}
	return c, nil
}

// Workdir returns the path of the copy as a kernel's working directory.
func (c *Copy) Workdir() string { return c.workdir }

// Begin begins to make the copy. It waits until it is known that the folder there may be used,
// and returns why not.
func (c *Copy) Begin(ctx context.Context) error {
	c.once.Do(func() { go c.run() })
	select {
	case <-c.usable:
		return nil
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Wait returns the result of what Begin has begun; nil if c is nil.
func (c *Copy) Wait(ctx context.Context) (*protocol.ProjectPushResult, error) {
	if c == nil {
		return nil, nil
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		c.Stop()
	}
	return c.result, c.err
}

// Stop ends what Begin has begun, or will. It may be called on nil.
func (c *Copy) Stop() {
	if c == nil {
		return
	}
	c.cancel()
	c.once.Do(func() {
		c.err = context.Canceled
		close(c.done)
	})
	<-c.done
}

func wireLeftOut(scan *project.Scan) []protocol.ProjectLeftOut {
	all := []protocol.ProjectLeftOut{}
	for _, l := range scan.LeftOut {
		all = append(all, protocol.ProjectLeftOut{Name: files.Escape(l.Name), Bytes: int(l.Size), Reason: protocol.ProjectReason(l.Reason)})
	}
	return all
}

// escapeAll returns names as they are sent, and unescapeAll the names that were sent.
func escapeAll(names []string) []string   { return mapAll(names, files.Escape) }
func unescapeAll(names []string) []string { return mapAll(names, files.Unescape) }

func mapAll(names []string, change func(string) string) []string {
	all := make([]string, 0, len(names))
	for _, name := range names {
		all = append(all, change(name))
	}
	return all
}
