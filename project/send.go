package project

import (
	"context"
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

// sender puts files into the mirror.
type sender struct {
	*push
	intending chan struct{} // closed just before the manifest is renamed that says what is about to be put
	intent    chan struct{} // closed when the manifest says what is about to be put
	made      chan struct{} // closed when the folders there are made
	meter     files.Meter
	room      *semaphore.Weighted
	apart     map[string]bool // folders into which nothing can be renamed from our own; mu guards it
}

// send puts what is new or changed. Each file is written to a temporary one, which then takes
// its place. Before that, the manifest says what is about to be put: after an interruption, the
// next push knows it as ours.
func (p *push) send(ctx context.Context) error {
	s := &sender{push: p, intending: make(chan struct{}), intent: make(chan struct{}), made: make(chan struct{}),
		meter: files.Meter{Total: p.bytes(), Progress: p.o.Progress},
		room:  semaphore.NewWeighted(memory), apart: map[string]bool{}}
	s.intend()
	sending, ctx := errgroup.WithContext(ctx)
	if p.there[ownFolder].info != nil {
		sending.Go(func() error { return p.cleanUp(ctx) })
	}
	sending.Go(func() error {
		if err := p.writeManifest(func() { close(s.intending) }); err != nil {
			return err
		}
		close(s.intent)
		return nil
	})
	sending.Go(func() error { return s.mkdirs(ctx) })
	slots := semaphore.NewWeighted(parallel)
	for _, l := range p.sends {
		weight := min(l.Size, memory)
		if err := errors.Join(slots.Acquire(ctx, 1), s.room.Acquire(ctx, weight)); err != nil {
			sending.Go(func() error { return err }) // ctx has ended, unless another one has failed before
			break
		}
		sending.Go(func() error {
			return s.sendOne(ctx, l, func() {
				slots.Release(1)
				s.room.Release(weight)
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
func (s *sender) intend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manifest.Begun = true
	for _, l := range s.sends {
		e := newEntry(l, remoteTime(l).Unix())
		if t := s.there[l.Name]; t.info != nil {
			e.Was = versionThere(t.info)
		}
		s.manifest.Files[l.Name] = e
	}
}

// mkdirs makes the folders of what is sent, and the empty ones, one level after another.
func (s *sender) mkdirs(ctx context.Context) error {
	if s.first { // without a manifest, a folder with others in it would not be ours
		if err := await(ctx, s.intent); err != nil {
			return err
		}
	}
	levels := map[int][]string{}
	seen := map[string]bool{".": true}
	for name, t := range s.there {
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
	for _, l := range s.sends {
		need(path.Dir(l.Name))
	}
	for _, folder := range s.folders {
		need(folder)
	}
	for depth := 0; len(levels) > 0; depth++ {
		level := levels[depth]
		if err := each.Do(ctx, parallel, len(level), func(ctx context.Context, i int) error {
			return s.tolerate(ctx, level[i], s.batch.Mkdir(s.path(level[i])))
		}); err != nil {
			return err
		}
		delete(levels, depth)
	}
	close(s.made)
	return nil
}

// sendOne puts one file, and calls written when it has written the temporary one.
func (s *sender) sendOne(ctx context.Context, l Local, written func()) error {
	temp, err := s.temp(), errApart
	if s.isApart(l.Name) {
		written()
	} else {
		err = s.sendBy(ctx, temp, l, written)
	}
	if errors.Is(err, errApart) {
		temp, err = s.sendApart(ctx, l)
	}
	if err == nil {
		return nil
	}
	if err := s.tolerate(ctx, l.Name, err); err != nil {
		return err
	}
	_ = s.batch.Remove(temp) // or the next push does
	return nil
}

// sendBy puts one file by way of a temporary one.
func (s *sender) sendBy(ctx context.Context, temp string, l Local, written func()) error {
	err := s.writeTemp(ctx, &l, temp)
	written()
	if _, local := errors.AsType[*fs.PathError](err); local || errors.Is(err, errBusy) {
		s.notRead(l.Name, err)
		return s.batch.Remove(temp)
	}
	if err != nil {
		return err
	}
	placed, err := s.place(ctx, l, temp)
	if files.IsFailure(err) && path.Dir(temp) == s.path(ownFolder) {
		_ = s.batch.Remove(temp)
		return errApart
	}
	if err != nil {
		return err
	}
	if !placed {
		return s.batch.Remove(temp)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manifest.Files[l.Name] = newEntry(l, remoteTime(l).Unix())
	s.result.Sent = append(s.result.Sent, l.Name)
	s.result.SentBytes += l.Size
	return nil
}

// writeTemp writes a file's content to a temporary one. l is updated if the file has changed since the scan.
func (s *sender) writeTemp(ctx context.Context, l *Local, temp string) error {
	if l.Link != "" {
		return s.batch.Symlink(l.Link, temp)
	}
	for range attempts {
		if stable, err := s.writeOnce(ctx, l, temp); err != nil || stable {
			return err
		}
		if err := s.batch.Remove(temp); err != nil {
			return err
		}
	}
	return errBusy
}

// writeOnce is one attempt of writeTemp. It reports whether the file did not change meanwhile.
func (s *sender) writeOnce(ctx context.Context, l *Local, temp string) (stable bool, err error) {
	source, err := os.Open(s.local(l.Name))
	if err != nil {
		return false, err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return false, err
	}
	l.Size, l.Modified = info.Size(), info.ModTime()
	content := s.meter.Reader(ctx, io.LimitReader(source, l.Size))
	f := files.NewFile{Content: content, Size: l.Size, Exec: l.Exec, Modified: remoteTime(*l)}
	if t := s.there[l.Name]; t.info != nil && t.info.Mode().IsRegular() {
		f.Mode = t.info.Mode().Perm() &^ 0o111
		if l.Exec {
			f.Mode |= t.info.Mode().Perm() & 0o444 >> 2
		}
	}
	if err := s.batch.Create(temp, f); err != nil {
		return false, err
	}
	now, err := os.Stat(s.local(l.Name))
	return err == nil && now.Size() == info.Size() && now.ModTime().Equal(info.ModTime()), err
}

// place renames a temporary file to its final name, unless a file of that name has appeared or changed.
func (s *sender) place(ctx context.Context, l Local, temp string) (bool, error) {
	name, t := s.path(l.Name), s.there[l.Name]
	if t.info == nil {
		if err := errors.Join(await(ctx, s.intent), await(ctx, s.made)); err != nil {
			return false, err
		}
		err := s.batch.Place(temp, name)
		if err == nil {
			return true, nil
		}
		if now, problem := s.batch.LstatAll(context.Background(), []string{name}); problem != nil || now[0] == nil {
			return false, err
		}
	} else {
		// Its state is asked for while the manifest is renamed: one round trip before its own
		// rename, as it would be afterwards.
		if err := await(ctx, s.intending); err != nil {
			return false, err
		}
		now, err := s.batch.LstatAll(context.Background(), []string{name})
		if err := errors.Join(err, await(ctx, s.intent)); err != nil {
			return false, err
		}
		if now[0] == nil || versionThere(now[0]) == versionThere(t.info) {
			return true, s.batch.Rename(temp, name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Conflicts = append(s.result.Conflicts, Conflict{Name: l.Name})
	delete(s.manifest.Files, l.Name)
	return false, nil
}

// clearReplaced removes files whose place a folder takes, and folders whose place a file takes. A folder with something
// else in it stays.
func (p *push) clearReplaced(ctx context.Context) error {
	if len(p.replaced) == 0 {
		return nil
	}
	rest := slices.DeleteFunc(slices.Clone(p.removes), func(name string) bool { return isBelow(name, p.replaced) })
	p.removes = filter(p.removes, p.replaced)
	if err := p.remove(ctx); err != nil {
		return err
	}
	p.removes = rest
	for _, l := range p.sends {
		if slices.Contains(p.replaced, l.Name) {
			p.removeEmpty(ctx, l.Name)
		}
	}
	if err := p.lookAt(ctx, p.replaced); err != nil {
		return err
	}
	p.sends = slices.DeleteFunc(p.sends, func(l Local) bool {
		stays := slices.Contains(p.replaced, l.Name) && p.there[l.Name].info != nil && !slices.Contains(p.o.Mine, l.Name) // --mine fails, with advice
		if stays {
			p.conflict(l.Name, p.there[l.Name], false)
		}
		return stays
	})
	return nil
}

// removeEmpty removes a folder there if there are only folders in it.
func (p *push) removeEmpty(ctx context.Context, folder string) {
	folders := []string{folder}
	for i := 0; i < len(folders); i++ {
		infos, err := p.batch.ReadDir(ctx, p.path(folders[i]))
		if err != nil || len(folders) > maxFolders || slices.ContainsFunc(infos, func(info fs.FileInfo) bool { return !info.IsDir() }) {
			return
		}
		for _, info := range infos {
			folders = append(folders, path.Join(folders[i], info.Name()))
		}
	}
	for _, inner := range slices.Backward(folders) {
		_ = p.batch.RemoveEmpty(p.path(inner))
	}
}

// remove removes what is not here any more, and folders that are empty now.
func (p *push) remove(ctx context.Context) error {
	folders := map[string]bool{}
	for _, name := range p.removes {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.batch.Remove(p.path(name)); err != nil {
			if err := p.tolerate(ctx, name, err); err != nil {
				return err
			}
			continue
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
		if info, err := os.Lstat(p.local(folder)); err != nil || !info.IsDir() {
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
		p.manifest.Files[name] = newEntry(l, p.there[name].info.ModTime().Unix())
		p.result.Fetched = append(p.result.Fetched, name)
		p.mu.Unlock()
	}
	return nil
}
