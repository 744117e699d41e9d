package project

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path"
	"slices"

	"golang.org/x/sync/semaphore"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/each"
)

// push is a push that is under way, and what it has planned.
type push struct {
	*mirror
	scan   *Scan
	client *files.Client
	sends  []Local
	// compares are files whose content has to be compared.
	compares []Local
	// folders are empty ones that are not there.
	folders []string
	// removes and fetches are names.
	removes, fetches []string
	// replaced are the names of files there that are folders here, and of folders there that are files here.
	replaced []string
	// reported are the versions of files with conflicts that this push reports.
	reported map[string]string
	result   *Result  // guarded by mu while files are sent
	failed   failures // guarded by mu
}

// plan decides what is done with each file.
func (p *push) plan(ctx context.Context) error {
	here := map[string]bool{}
	for _, l := range p.scan.Files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		here[l.Name] = true
	}
	if err := p.checkNamed(here); err != nil {
		return err
	}
	p.planRemovals(here)
	for _, l := range p.scan.Files {
		p.planFile(l)
	}
	if err := p.compare(ctx); err != nil {
		return err
	}
	p.folders = slices.DeleteFunc(slices.Clone(p.scan.Folders), func(folder string) bool { return p.there[folder].info != nil })
	if p.o.DryRun {
		for _, l := range p.sends {
			p.result.Sent = append(p.result.Sent, l.Name)
		}
		p.result.SentBytes, p.result.Removed, p.result.Fetched = p.bytes(), p.removes, p.fetches
	}
	return nil
}

// checkNamed returns an error for a conflict to resolve of a file that is not known: a misspelt
// name would leave the conflict without a word.
func (p *push) checkNamed(here map[string]bool) error {
	for _, name := range slices.Concat(p.o.Mine, p.o.Theirs) {
		if _, known := p.manifest.Files[name]; !known && !here[name] {
			return &fault.Error{Code: fault.BadRequest, Tried: p.tried, Answer: files.Escape(name) + " is neither in this folder nor in its copy",
				Advice: "Name files as they are listed, by their paths in the folder."}
		}
	}
	return nil
}

// isAffected reports whether this push is about a file, or about what is below it if it is a folder now.
func (p *push) isAffected(name string) bool {
	return len(p.scan.Only) == 0 || isBelow(name, p.scan.Only) || len(filter(p.scan.Only, []string{name})) > 0
}

// planFile decides about a file that is here, or leaves that to compare.
func (p *push) planFile(l Local) {
	e, known := p.manifest.Files[l.Name]
	t := p.there[l.Name]
	switch {
	case t.info == nil:
		p.sends = append(p.sends, l)
	case t.info.IsDir():
		if p.manifest.Files[l.Name].Reported == versionThere(t.info) && !slices.Contains(p.o.Mine, l.Name) {
			p.conflict(l.Name, t, false)
			return
		}
		p.replaced, p.sends = append(p.replaced, l.Name), append(p.sends, l)
	case known && e.isUnchanged(t.info, t.link) && e.isSame(l):
		p.result.Unchanged++
	case known && e.isLeft(t.info, t.link), slices.Contains(p.o.Mine, l.Name):
		p.sends = append(p.sends, l)
	case slices.Contains(p.o.Theirs, l.Name) && l.Link == "" && t.link == "":
		p.fetches = append(p.fetches, l.Name)
	default:
		p.compares = append(p.compares, l)
	}
}

// compare decides about files whose content has to be compared.
func (p *push) compare(ctx context.Context) error {
	same := make([]bool, len(p.compares))
	room := semaphore.NewWeighted(memory)
	err := each.Do(ctx, parallel, len(same), func(ctx context.Context, i int) (err error) {
		l := p.compares[i]
		weight := min(l.Size, memory)
		if err := room.Acquire(ctx, weight); err != nil {
			return err
		}
		defer room.Release(weight)
		_, known := p.manifest.Files[l.Name]
		same[i], err = p.isCopy(l, p.there[l.Name], known)
		return err
	})
	if err != nil {
		return err
	}
	for i, l := range p.compares {
		t := p.there[l.Name]
		if !same[i] {
			p.conflict(l.Name, t, false)
			continue
		}
		p.manifest.Files[l.Name] = newEntry(l, t.info.ModTime().Unix())
		p.dirty = true
		p.result.Unchanged++
	}
	return nil
}

// bytes returns how many bytes are to be sent.
func (p *push) bytes() (n int64) {
	for _, l := range p.sends {
		n += l.Size
	}
	return n
}

// planRemovals decides about the files that were put there and are not here any more.
func (p *push) planRemovals(here map[string]bool) {
	for name, e := range p.manifest.Files {
		if !here[name] && p.isAffected(name) && p.isGone(name, here) {
			p.planRemoval(name, e)
		}
	}
	slices.Sort(p.removes)
	for _, name := range p.removes {
		if _, err := os.Lstat(p.local(name)); err == nil && !isBelowFile(name, here) {
			p.replaced = append(p.replaced, name)
		}
	}
	for name := range p.there {
		if isBelow(name, p.replaced) {
			p.there[name] = there{} // as it will be; it may have been seen through a link
		}
	}
}

// isGone reports whether a file that was put is not here any more, or is a folder now. What is only left
// out now stays there.
func (p *push) isGone(name string, here map[string]bool) bool {
	info, err := os.Lstat(p.local(name))
	return err != nil || info.IsDir() || isBelowFile(name, here)
}

// isBelowFile reports whether a file or link here has the place of a folder above name.
func isBelowFile(name string, here map[string]bool) bool {
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if here[folder] {
			return true
		}
	}
	return false
}

// planRemoval decides about a file that was put there and is not here any more.
func (p *push) planRemoval(name string, e entry) {
	t := p.there[name]
	switch {
	case t.info == nil, t.info.IsDir(): // an interrupted push may have made the folder that replaces it
		delete(p.manifest.Files, name)
		p.dirty = true
	case e.isLeft(t.info, t.link), slices.Contains(p.o.Mine, name):
		p.removes = append(p.removes, name)
	case slices.Contains(p.o.Theirs, name) && t.link == "":
		p.fetches = append(p.fetches, name)
	default:
		p.conflict(name, t, true)
	}
}

// conflict reports a file that is kept as it is there. It is reported once for each of its
// versions.
func (p *push) conflict(name string, t there, deleted bool) {
	version := versionThere(t.info)
	e := p.manifest.Files[name]
	p.result.Conflicts = append(p.result.Conflicts, Conflict{Name: name, Deleted: deleted, Reported: e.Reported == version})
	if e.Reported != version {
		p.reported[name] = version
		p.dirty = true
	}
}

// isCopy reports whether a file there has the content of that here. Of one that is not known, the
// same size and time are enough: files are put and fetched with their time. A known one was
// changed there, perhaps in the same second as here.
func (p *push) isCopy(l Local, t there, known bool) (bool, error) {
	if l.Link != "" || t.link != "" {
		return l.Link == t.link, nil
	}
	if !t.info.Mode().IsRegular() || t.info.Size() != l.Size {
		return false, nil
	}
	if !known && t.info.ModTime().Unix() == remoteTime(l).Unix() {
		return true, nil
	}
	ours, err := os.Open(p.local(l.Name))
	if err != nil {
		return false, nil //nolint:nilerr // it is sent, or not, like any other
	}
	defer ours.Close()
	theirs, err := p.batch.ReadFile(p.path(l.Name), l.Size+1)
	if err != nil {
		return false, err
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, ours); err != nil {
		return false, nil //nolint:nilerr // as above
	}
	sum := sha256.Sum256(theirs)
	return bytes.Equal(hash.Sum(nil), sum[:]), nil
}

// newEntry returns the entry of a file that is there with the given time.
func newEntry(l Local, remote int64) entry {
	return entry{Size: l.Size, Local: l.Modified.UnixNano(), Remote: remote, Exec: l.Exec, Link: l.Link}
}
