package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
)

// Options says where a mirror is, and what is to be done about conflicts.
type Options struct {
	// Remote is the absolute path of the mirror on the cluster.
	Remote string
	Source Source
	// Adopt is the user's yes to the use of a folder that is not a mirror of this one.
	Adopt bool
	// Mine and Theirs are names whose conflicts are resolved: by the file of this computer,
	// or that of the cluster.
	Mine, Theirs []string
	// DryRun only finds out what would be done.
	DryRun bool
	// LockDir is a folder of this computer for locks.
	LockDir string
	// Progress is called with the number of bytes so far, and of all; may be nil.
	Progress func(done, total int64)
	// Usable is called as soon as it is known that the mirror's folder may be used; may be nil.
	Usable func()
}

// Result is what a push did, or would do. Names are relative to the folder.
type Result struct {
	Sent      []string
	SentBytes int64
	Removed   []string // on the cluster
	Fetched   []string // from the cluster
	Unchanged int
	Busy      []string // changed again and again while they were read; the next push sends them
	Conflicts []Conflict
}

// Conflict is a file that was changed on the cluster, and so was left as it is there.
type Conflict struct {
	Name     string
	Deleted  bool // deleted here
	Reported bool // an earlier push has reported it
}

// Push makes the mirror like the folder. A file there is overwritten or deleted only if it is
// as an earlier push left it. An interrupted push is completed by the next one.
func Push(ctx context.Context, c *files.Client, scan *Scan, o Options) (*Result, error) {
	p := &push{scan: scan, o: o, tried: "copying " + scan.Folder + " to " + files.Escape(o.Remote), result: &Result{},
		client: c, intent: make(chan struct{}), made: make(chan struct{}), temps: map[string]bool{}}
	err := c.Do(ctx, p.tried, func(b *files.Batch) error {
		p.batch = b
		unlock, err := p.lock(ctx)
		if err != nil {
			return err
		}
		defer unlock()
		return p.run(ctx)
	})
	if err != nil {
		return nil, err
	}
	p.result.sort()
	return p.result, nil
}

func (r *Result) sort() {
	slices.Sort(r.Sent)
	slices.Sort(r.Removed)
	slices.Sort(r.Busy)
	slices.SortFunc(r.Conflicts, func(a, b Conflict) int { return strings.Compare(a.Name, b.Name) })
}

// lock keeps other windows of this computer from writing to the same mirror. While it waits for
// one, it finds out whether the folder may be used.
func (p *push) lock(ctx context.Context) (unlock func(), err error) {
	lock := flock.New(filepath.Join(p.o.LockDir, "project-"+p.o.Source.ID+".lock"))
	unlock = func() { _ = lock.Close() }
	free, err := lock.TryLock()
	if err == nil && !free {
		if err := p.lookAtManifest(ctx); err != nil {
			return nil, err
		}
		p.usable()
		_, err = lock.TryLockContext(ctx, 50*time.Millisecond)
	}
	switch {
	case err == nil:
		return unlock, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, &fault.Error{Code: fault.LocalState, Tried: p.tried, Answer: err.Error(), Err: err}
}

// usable reports once that the folder may be used.
func (p *push) usable() {
	if p.o.Usable != nil {
		p.o.Usable()
		p.o.Usable = nil
	}
}

func (p *push) run(ctx context.Context) error {
	if err := p.look(ctx); err != nil {
		return err
	}
	if err := p.plan(ctx); err != nil || p.o.DryRun {
		return err
	}
	if len(p.sends)+len(p.folders)+len(p.removes)+len(p.fetches) == 0 && !p.dirty {
		return nil
	}
	if err := p.prepare(); err != nil {
		return err
	}
	if err := p.send(ctx); err != nil {
		return err
	}
	if err := p.remove(ctx); err != nil {
		return err
	}
	if err := p.fetch(ctx); err != nil {
		return err
	}
	p.manifest.Begun = false
	return p.writeManifest()
}

// there is a file in the mirror.
type there struct {
	info fs.FileInfo // nil: none
	link string      // where it leads, if it is a link
}

// look reads the manifest and looks at the files in the mirror, in two round trips.
func (p *push) look(ctx context.Context) error {
	names := slices.Clone(p.scan.Folders)
	for _, l := range p.scan.Files {
		names = append(names, l.Name)
	}
	if err := p.lookAtManifest(ctx, names...); err != nil {
		return err
	}
	p.usable()
	var gone []string
	for name := range p.manifest.Files {
		if _, known := p.mirror[name]; !known && p.isAffected(name) {
			gone = append(gone, name)
		}
	}
	return p.lookAt(ctx, gone)
}

// lookAtManifest reads the manifest, and looks at files meanwhile.
func (p *push) lookAtManifest(ctx context.Context, names ...string) error {
	var text []byte
	var textErr error
	var both errgroup.Group
	both.Go(func() error {
		text, textErr = p.batch.ReadFile(p.path(ownFolder, manifestName), maxManifest)
		return nil
	})
	p.mirror = map[string]there{}
	both.Go(func() error { return p.lookAt(ctx, append(names, ".", ownFolder)) })
	if err := both.Wait(); err != nil {
		return err
	}
	if textErr != nil && !errors.Is(textErr, fs.ErrNotExist) {
		return textErr
	}
	m, err := parseManifest(text)
	if err != nil {
		if !p.o.Adopt {
			return p.notOurs("its record on the cluster can't be read: " + err.Error())
		}
		m, _ = parseManifest(nil)
	}
	p.manifest = m
	return p.checkOurs(ctx)
}

// lookAt looks at files in the mirror.
func (p *push) lookAt(ctx context.Context, names []string) error {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = p.path(name)
	}
	infos, err := p.batch.LstatAll(ctx, paths)
	if err != nil {
		return err
	}
	var links errgroup.Group
	links.SetLimit(parallel)
	for i, name := range names {
		t := there{info: infos[i]}
		if t.info == nil || t.info.Mode()&fs.ModeSymlink == 0 {
			p.mu.Lock()
			p.mirror[name] = t
			p.mu.Unlock()
			continue
		}
		links.Go(func() error {
			t.link, _ = p.batch.ReadLink(paths[i])
			p.mu.Lock()
			defer p.mu.Unlock()
			p.mirror[name] = t
			return ctx.Err()
		})
	}
	return links.Wait()
}

// checkOurs returns an error if the folder there is not a mirror of this one.
func (p *push) checkOurs(ctx context.Context) error {
	root := p.mirror["."].info
	known := p.manifest.Source.ID != ""
	switch {
	case root == nil, known && p.manifest.Source.ID == p.o.Source.ID:
	case p.o.Adopt:
		p.manifest.Files = map[string]entry{} // what another computer has put is not ours to overwrite
	case known:
		return p.notOurs(fmt.Sprintf("it is a copy of %s on %s", p.manifest.Source.Folder, p.manifest.Source.Computer))
	default:
		names, err := p.batch.Names(ctx, p.path())
		if err != nil {
			return err
		}
		if slices.ContainsFunc(names, func(name string) bool { return name != ownFolder && !strings.HasPrefix(name, sessionPrefix) }) {
			return p.notOurs("there is already a folder of that name, with other files")
		}
	}
	p.first = !known
	p.dirty = p.manifest.Source != p.o.Source || p.manifest.Begun
	p.manifest.Source = p.o.Source
	return nil
}

func (p *push) notOurs(answer string) error {
	return &fault.Error{Code: fault.ProjectNotOurs, Tried: p.tried, Answer: answer,
		Advice: "Choose another folder there, or " + fault.Field("adopt") + " to use this one: files that differ are kept and listed."}
}

// path returns the path of a name in the mirror.
func (p *push) path(parts ...string) string {
	return path.Join(append([]string{p.o.Remote}, parts...)...)
}
