package project

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/each"
)

const (
	// parallel is how many files are written at once, memory how many of their bytes.
	parallel, memory = 256, 8 << 20
	// attempts is how often a file is read that changes meanwhile.
	attempts = 3
)

// remoteTime returns the time of a file as SFTP can send it.
func remoteTime(l Local) time.Time {
	seconds := l.Modified.Unix()
	return time.Unix(min(max(seconds, 1), 1<<32-1), 0)
}

// tempPrefix begins the names of our temporary files.
func (p *push) tempPrefix() string { return "new-" + p.o.Source.ID + "-" }

// temp returns a new name for a temporary file.
func (p *push) temp() string {
	name := p.tempPrefix() + rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.temps[name] = true
	return p.path(ownFolder, name)
}

// prepare makes the mirror and our folder in it.
func (p *push) prepare() error {
	if p.mirror["."].info == nil {
		if err := p.batch.MkdirAll(p.path()); err != nil {
			return err
		}
	}
	if p.mirror[ownFolder].info == nil {
		return p.batch.Mkdir(p.path(ownFolder))
	}
	return nil
}

// cleanUp removes what an interrupted push left.
func (p *push) cleanUp(ctx context.Context) error {
	names, err := p.batch.Names(ctx, p.path(ownFolder))
	if err != nil {
		return err
	}
	return each.Do(ctx, parallel, len(names), func(_ context.Context, i int) error {
		p.mu.Lock()
		ours := p.temps[names[i]]
		p.mu.Unlock()
		if ours || !strings.HasPrefix(names[i], p.tempPrefix()) {
			return nil
		}
		return p.batch.Remove(p.path(ownFolder, names[i])) // we hold the lock: no one writes it
	})
}

// send puts what is new or changed. Each file is written to a temporary one, which then takes
// its place. Before that, the manifest says what is about to be put: after an interruption, the
// next push knows it as ours.
func (p *push) send(ctx context.Context) error {
	p.intend()
	sending, ctx := errgroup.WithContext(ctx)
	if p.mirror[ownFolder].info != nil {
		sending.Go(func() error { return p.cleanUp(ctx) })
	}
	sending.Go(func() error {
		if err := p.writeManifest(); err != nil {
			return err
		}
		close(p.intent)
		return nil
	})
	sending.Go(func() error {
		if p.first { // without a manifest, a folder with others in it would not be ours
			if err := await(ctx, p.intent); err != nil {
				return err
			}
		}
		if err := p.mkdirs(ctx); err != nil {
			return err
		}
		close(p.made)
		return nil
	})
	room, slots := semaphore.NewWeighted(memory), semaphore.NewWeighted(parallel)
	for _, l := range p.sends {
		weight := min(l.Size, memory)
		if err := errors.Join(slots.Acquire(ctx, 1), room.Acquire(ctx, weight)); err != nil {
			sending.Go(func() error { return err }) // ctx has ended, unless another one has failed before
			break
		}
		sending.Go(func() error {
			return p.sendOne(ctx, l, func() {
				slots.Release(1)
				room.Release(weight)
			})
		})
	}
	return sending.Wait()
}

// await waits until done is closed, or for ctx.
func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// intend writes what is about to be put into the manifest.
func (p *push) intend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.manifest.Begun = true
	for _, l := range p.sends {
		e := newEntry(l, remoteTime(l).Unix())
		if t := p.mirror[l.Name]; t.info != nil {
			e.Was = versionThere(t.info)
		}
		p.manifest.Files[l.Name] = e
	}
}

// mkdirs makes the folders of what is sent, and the empty ones, one level after another.
func (p *push) mkdirs(ctx context.Context) error {
	levels := map[int][]string{}
	seen := map[string]bool{".": true}
	for name, t := range p.mirror {
		for folder := path.Dir(name); t.info != nil && !seen[folder]; folder = path.Dir(folder) {
			seen[folder] = true // it has a file
		}
	}
	need := func(folder string) {
		for ; !seen[folder]; folder = path.Dir(folder) {
			seen[folder] = true
			depth := strings.Count(folder, "/")
			levels[depth] = append(levels[depth], folder)
		}
	}
	for _, l := range p.sends {
		need(path.Dir(l.Name))
	}
	for _, folder := range p.folders {
		need(folder)
	}
	for depth := 0; len(levels) > 0; depth++ {
		level := levels[depth]
		if err := each.Do(ctx, parallel, len(level), func(_ context.Context, i int) error { return p.batch.Mkdir(p.path(level[i])) }); err != nil {
			return err
		}
		delete(levels, depth)
	}
	return nil
}

// errBusy is returned for a file that changed while it was read.
var errBusy = errors.New("it changed while it was read")

// sendOne puts one file, and calls written when it has written the temporary one.
func (p *push) sendOne(ctx context.Context, l Local, written func()) error {
	temp := p.temp()
	sum, err := p.writeTemp(ctx, &l, temp)
	written()
	if isLocal(err) || errors.Is(err, errBusy) {
		p.mu.Lock()
		p.result.Busy = append(p.result.Busy, l.Name)
		p.mu.Unlock()
		return p.batch.Remove(temp)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(await(ctx, p.intent), await(ctx, p.made)); err != nil {
		return err
	}
	placed, err := p.place(l, temp)
	if err != nil {
		return err
	}
	if !placed {
		return p.batch.Remove(temp)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e := newEntry(l, remoteTime(l).Unix())
	e.Hash = sum
	p.manifest.Files[l.Name] = e
	p.result.Sent = append(p.result.Sent, l.Name)
	p.result.SentBytes += l.Size
	return nil
}

// isLocal reports whether an error is of a file of this computer.
func isLocal(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// writeTemp writes a file's content to a temporary one, and returns its hash. l is updated if
// the file has changed since the scan.
func (p *push) writeTemp(ctx context.Context, l *Local, temp string) (string, error) {
	if l.Link != "" {
		return "", p.batch.Symlink(l.Link, temp)
	}
	for try := 1; ; try++ {
		sum, stable, err := p.writeOnce(ctx, l, temp)
		if err != nil || stable {
			return sum, err
		}
		if err := p.batch.Remove(temp); err != nil {
			return "", err
		}
		if try == attempts {
			return "", errBusy
		}
	}
}

func (p *push) writeOnce(ctx context.Context, l *Local, temp string) (sum string, stable bool, err error) {
	source, err := os.Open(p.local(l.Name))
	if err != nil {
		return "", false, err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return "", false, err
	}
	l.Size, l.Modified = info.Size(), info.ModTime()
	hash := sha256.New()
	content := &reader{ctx, io.TeeReader(io.LimitReader(source, l.Size), hash), p}
	f := files.NewFile{Content: content, Size: l.Size, Exec: l.Exec, Modified: remoteTime(*l)}
	if t := p.mirror[l.Name]; t.info != nil && t.info.Mode().IsRegular() {
		f.Mode = t.info.Mode().Perm() &^ 0o111
		if l.Exec {
			f.Mode |= t.info.Mode().Perm() & 0o444 >> 2
		}
	}
	if err := p.batch.Create(temp, f); err != nil {
		return "", false, err
	}
	now, err := os.Stat(p.local(l.Name))
	return hashed(hash.Sum(nil)), err == nil && now.Size() == info.Size() && now.ModTime().Equal(info.ModTime()), err
}

// place renames a temporary file to its final name, unless a file of that name has appeared or changed.
func (p *push) place(l Local, temp string) (bool, error) {
	name, t := p.path(l.Name), p.mirror[l.Name]
	if t.info == nil {
		err := p.batch.Place(temp, name)
		if err == nil {
			return true, nil
		}
		if now, problem := p.batch.LstatAll(context.Background(), []string{name}); problem != nil || now[0] == nil {
			return false, err
		}
	} else {
		now, err := p.batch.LstatAll(context.Background(), []string{name})
		if err != nil {
			return false, err
		}
		if now[0] == nil || versionThere(now[0]) == versionThere(t.info) {
			return true, p.batch.Rename(temp, name)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result.Conflicts = append(p.result.Conflicts, Conflict{Name: l.Name})
	delete(p.manifest.Files, l.Name)
	return false, nil
}

// remove removes what is not here any more, and folders that are empty now.
func (p *push) remove(ctx context.Context) error {
	folders := map[string]bool{}
	for _, name := range p.removes {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.batch.Remove(p.path(name)); err != nil {
			return err
		}
		p.mu.Lock()
		delete(p.manifest.Files, name)
		p.result.Removed = append(p.result.Removed, name)
		p.mu.Unlock()
		for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
			folders[folder] = true
		}
	}
	var empty []string
	for folder := range folders {
		if _, err := os.Stat(p.local(folder)); errors.Is(err, fs.ErrNotExist) {
			empty = append(empty, folder)
		}
	}
	slices.SortFunc(empty, func(a, b string) int { return len(b) - len(a) }) // the inner ones first
	for _, folder := range empty {
		_ = p.batch.RemoveEmpty(p.path(folder)) // it stays if something else is in it
	}
	return nil
}

// fetch takes the cluster's version of files with conflicts.
func (p *push) fetch(ctx context.Context) error {
	for _, name := range p.fetches {
		if err := os.MkdirAll(filepath.Dir(p.local(name)), 0o777); err != nil {
			return &fault.Error{Code: fault.LocalFile, Tried: p.tried, Answer: err.Error(), Err: err}
		}
		if _, err := p.client.Download(ctx, p.path(name), p.local(name), files.TransferOptions{Overwrite: true}); err != nil {
			return err
		}
		info, err := os.Stat(p.local(name))
		if err != nil {
			return &fault.Error{Code: fault.LocalFile, Tried: p.tried, Answer: err.Error(), Err: err}
		}
		l := Local{Name: name, Size: info.Size(), Modified: info.ModTime(), Exec: info.Mode()&0o100 != 0}
		p.mu.Lock()
		p.manifest.Files[name] = newEntry(l, p.mirror[name].info.ModTime().Unix())
		p.result.Fetched = append(p.result.Fetched, name)
		p.mu.Unlock()
	}
	return nil
}

// writeManifest replaces the manifest.
func (p *push) writeManifest() error {
	p.mu.Lock()
	text, err := json.Marshal(p.manifest)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	temp := p.temp()
	if err := p.batch.Create(temp, files.NewFile{Content: bytes.NewReader(text), Size: int64(len(text)), Mode: 0o600}); err != nil {
		return err
	}
	return p.batch.Rename(temp, p.path(ownFolder, manifestName))
}

// reader counts what is read, and ends with ctx.
type reader struct {
	ctx  context.Context
	from io.Reader
	push *push
}

func (r *reader) Read(b []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, r.ctx.Err()
	}
	n, err := r.from.Read(b)
	r.push.mu.Lock()
	defer r.push.mu.Unlock()
	r.push.done += int64(n)
	if r.push.o.Progress != nil {
		r.push.o.Progress(r.push.done, r.push.bytes)
	}
	return n, err
}
