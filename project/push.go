package project

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

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
	tried := "copying " + scan.Folder + " to " + files.Escape(o.Remote)
	m := &mirror{o: o, folder: scan.Folder, tried: tried, token: rand.Text()}
	p := &push{mirror: m, scan: scan, client: c, reported: map[string]string{}, result: &Result{}}
	err := c.Do(ctx, p.tried, func(b *files.Batch) error {
		p.batch = b
		unlock, err := p.lock(ctx)
		if err != nil {
			return err
		}
		defer unlock()
		return p.run(ctx)
	})
	if f := fault.As(err); f != nil && f.Code == fault.LinkLost {
		lost := *f
		lost.Advice += " Then copy the folder again: what has arrived stays."
		return nil, &lost
	}
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
	for _, step := range []func(context.Context) error{p.makeFolders, p.clearReplaced, p.send, p.remove, p.fetch} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return p.finish()
}

// finish writes the manifest of a push that has ended. After failures it is that of an interrupted
// one: the next push sends the rest, and reports the conflicts, which an error does not.
func (p *push) finish() error {
	failure := p.failed.fault(p.o.Remote)
	if failure == nil {
		p.manifest.Begun = false
		for name, version := range p.reported {
			e := p.manifest.Files[name]
			e.Reported = version
			p.manifest.Files[name] = e
		}
	}
	if err := p.writeManifest(func() {}); failure == nil {
		return err
	}
	return failure
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
		if _, known := p.there[name]; !known && p.isAffected(name) {
			gone = append(gone, name)
		}
	}
	return p.lookAt(ctx, gone)
}
