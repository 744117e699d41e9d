package files

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/each"
)

// Download fetches a file, or a folder with all in it, to the path local of this computer.
// Nothing outside of the chosen folder is ever written, whatever names the server lists. An
// interrupted download of a large file continues where it was, if the file did not change.
func (c *Client) Download(ctx context.Context, name, local string, o TransferOptions) (Transferred, error) {
	tried := "copying " + shown(name) + " on " + c.opts.Where + " to " + local
	return do(ctx, c, tried, func(ch *channel) (Transferred, error) {
		name := ch.absolute(name)
		info, err := ch.Client.Stat(name)
		if err != nil {
			return Transferred{}, err
		}
		if info.IsDir() {
			if err := os.MkdirAll(local, 0o777); err != nil {
				return Transferred{}, localError(tried, err)
			}
			d := c.newDownload(ctx, ch, tried, o, false)
			return d.run(local, func() error { return d.walk(name, ".") })
		}
		d := c.newDownload(ctx, ch, tried, o, true)
		return d.run(filepath.Dir(local), func() error {
			if !info.Mode().IsRegular() {
				return errNotRegular(tried, info)
			}
			d.files = []remoteFile{{name, filepath.Base(local), info}}
			return nil
		})
	})
}

// DownloadFiles fetches files and folders of a folder, by their names in it, to the same names
// in the folder local of this computer. As for Download, nothing outside of local is written.
func (c *Client) DownloadFiles(ctx context.Context, folder string, names []string, local string, o TransferOptions) (Transferred, error) {
	single, what := len(names) == 1, "files in "+shown(folder)
	if single {
		what = shown(path.Join(cmp.Or(folder, "~"), names[0]))
	}
	tried := "copying " + what + " on " + c.opts.Where + " to " + local
	return do(ctx, c, tried, func(ch *channel) (Transferred, error) {
		d := c.newDownload(ctx, ch, tried, o, single)
		return d.run(local, func() error { return d.addAll(ch.absolute(folder), names) })
	})
}

// download is a download that is under way.
type download struct {
	transfer
	where string
	root  *os.Root     // the chosen folder: nothing is written outside of it
	files []remoteFile // guarded by mu
}

func (c *Client) newDownload(ctx context.Context, ch *channel, tried string, o TransferOptions, single bool) *download {
	meter := &Meter{Progress: o.Progress}
	return &download{where: c.opts.Where,
		transfer: transfer{ctx: ctx, ch: ch, tried: tried, o: o, single: single, meter: meter}}
}

// remoteFile is a file to fetch.
type remoteFile struct {
	name string // on the cluster
	to   string // in the chosen folder
	info fs.FileInfo
}

// run fetches the files that find finds into a folder of this computer.
func (d *download) run(folder string, find func() error) (Transferred, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Transferred{}, localError(d.tried, err)
	}
	defer root.Close()
	defer collectRarely()()
	d.root = root
	if err = find(); err == nil {
		for _, f := range d.files {
			d.meter.Total += f.info.Size()
		}
		err = each.Do(d.ctx, parallel, len(d.files), func(_ context.Context, i int) error { return d.file(d.files[i]) })
	}
	slices.SortFunc(d.done.Skipped, func(a, b Skipped) int { return strings.Compare(a.Path, b.Path) })
	return d.done, err
}

// addAll adds files of a folder by their names in it.
func (d *download) addAll(folder string, names []string) error {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = path.Join(folder, name)
	}
	infos, err := (&Batch{ch: d.ch}).LstatAll(d.ctx, paths)
	if err != nil {
		return err
	}
	for i, info := range infos {
		if info == nil && d.single {
			return fs.ErrNotExist
		}
		if err := d.addNamed(remoteFile{paths[i], filepath.FromSlash(names[i]), info}); err != nil {
			return err
		}
	}
	return nil
}

// addNamed adds a file that was named, or the files of a folder that was.
func (d *download) addNamed(f remoteFile) error {
	switch {
	case f.info == nil:
		d.skip(f.name, reasonGone)
		return nil
	case !filepath.IsLocal(f.to) || !isLocalName(path.Base(f.name)):
		d.skip(f.name, reasonName)
		return nil
	case !f.info.IsDir() && !f.info.Mode().IsRegular():
		d.skip(f.name, reasonSpecial)
		return nil
	}
	folder := f.to
	if !f.info.IsDir() {
		folder = filepath.Dir(f.to)
	}
	if made, err := d.mkdir(f.name, folder); !made {
		return err
	}
	if f.info.IsDir() {
		d.single = false
		return d.walk(strings.TrimSuffix(f.name, filepath.ToSlash(f.to)), filepath.ToSlash(f.to))
	}
	d.files = append(d.files, f)
	return nil
}

// mkdir makes a folder here, for what name is there. It reports whether there is one now.
func (d *download) mkdir(name, folder string) (made bool, err error) {
	err = d.root.MkdirAll(folder, 0o777)
	switch {
	case err == nil:
		return true, nil
	case !d.isBlocked(folder):
		return false, localError(d.tried, err)
	case d.single:
		return false, &fault.Error{Code: fault.LocalFile, Tried: d.tried, Answer: reasonBlocked, Err: err, Advice: "Copy to another folder, or rename what is there."}
	}
	d.skip(name, reasonBlocked)
	return false, nil
}

// isBlocked reports whether what has the place of a folder here, or of one above it, is none: a file, or a link
// that leads out of the chosen folder or nowhere.
func (d *download) isBlocked(folder string) bool {
	for ; folder != "."; folder = filepath.Dir(folder) {
		if _, err := d.root.Lstat(folder); err == nil {
			info, err := d.root.Stat(folder)
			return err != nil || !info.IsDir()
		}
	}
	return false
}

// maxDepth is how many folders in each other are fetched: those of a hostile server may have
// no end.
const maxDepth = 100

// walk finds the files below from, a folder in top, and makes the folders here, one level after
// another.
func (d *download) walk(top, from string) error {
	level := []string{from}
	for depth := 0; len(level) > 0; depth++ {
		if depth > maxDepth || len(d.files)+len(level) > maxEntries {
			return &fault.Error{Code: fault.FileFailed, Tried: d.tried, Answer: "the folder has too many files, or is nested too deeply",
				Advice: "Download parts of it, or pack it into an archive there first."}
		}
		var next []string
		err := each.Do(d.ctx, parallel, len(level), func(_ context.Context, i int) error {
			inside, err := d.list(top, level[i])
			d.mu.Lock()
			defer d.mu.Unlock()
			next = append(next, inside...)
			return err
		})
		if err != nil {
			return err
		}
		level = next
	}
	return nil
}

// list adds the files of a folder, a path relative to top, and returns the folders in it.
func (d *download) list(top, folder string) ([]string, error) {
	infos, err := d.ch.readDir(d.ctx, d.tried, path.Join(top, folder))
	if folder != "." && d.leaveOut(path.Join(top, folder), err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, info := range infos {
		inside := path.Join(folder, info.Name())
		remote := path.Join(top, inside)
		switch {
		case info.Name() == ownFolder: // what is remembered of copies is not the user's
		case !isLocalName(info.Name()):
			d.skip(remote, reasonName)
		case info.Mode()&fs.ModeSymlink != 0:
			d.skip(remote, reasonLink)
		case info.IsDir():
			made, err := d.mkdir(remote, filepath.FromSlash(inside))
			if err != nil {
				return nil, err
			}
			if made {
				folders = append(folders, inside)
			}
		case !info.Mode().IsRegular():
			d.skip(remote, reasonSpecial)
		default:
			d.mu.Lock()
			d.files = append(d.files, remoteFile{remote, filepath.FromSlash(inside), info})
			d.mu.Unlock()
		}
	}
	return folders, nil
}

// ownFolder is the name of Sunpyter's own folders.
const ownFolder = ".sunpyter"

// isLocalName reports whether this computer allows a file's name.
func isLocalName(name string) bool {
	if runtime.GOOS == "linux" {
		return true
	}
	return utf8.ValidString(name) && filepath.IsLocal(name) && (runtime.GOOS != "windows" || !strings.ContainsAny(name, `<>:"\|?*`))
}

// file fetches one file.
func (d *download) file(f remoteFile) error {
	if f.info.Size() >= resumable {
		d.large.Lock()
		defer d.large.Unlock()
	}
	if stays, err := d.stays(f); stays || err != nil {
		return err
	}
	part := filepath.Join(filepath.Dir(f.to), partName(d.where+":"+f.name, f.info, filepath.Join(d.root.Name(), f.to)))
	changed, err := d.fetch(f, part)
	if err == nil {
		err = d.root.Rename(part, f.to)
	}
	if err != nil {
		begun, problem := d.root.Stat(part)
		if f.info.Size() < resumable || fault.Is(err, fault.FileChanged) || problem == nil && begun.Size() == 0 {
			_ = d.root.Remove(part)
		}
		if err = d.explainLocal(err); d.leaveOut(f.name, err) {
			return nil
		}
		return err
	}
	d.add(f.name, f.info.Size(), changed)
	return nil
}

// stays reports whether what has the file's name here is left as it is.
func (d *download) stays(f remoteFile) (bool, error) {
	old, err := d.root.Lstat(f.to)
	switch {
	case err != nil:
		return false, nil //nolint:nilerr // there is none
	case d.single && old.IsDir():
		return true, errIsDirectory(d.tried)
	case d.single && !d.o.Overwrite:
		return true, errExists(d.tried)
	case !d.o.Overwrite || old.IsDir():
		d.skip(f.name, reasonExists)
		return true, nil
	}
	return false, nil
}

// explainLocal turns errors of this computer's files into faults.
func (d *download) explainLocal(err error) error {
	_, ofPath := errors.AsType[*fs.PathError](err)
	_, ofRename := errors.AsType[*os.LinkError](err)
	if ofPath || ofRename {
		return localError(d.tried, err)
	}
	return err
}

// fetch writes the content to the unfinished file part. It reports whether the file changed
// meanwhile.
func (d *download) fetch(f remoteFile, part string) (changed bool, err error) {
	to, err := d.root.OpenFile(part, os.O_WRONLY|os.O_CREATE, f.info.Mode().Perm()|0o600)
	if err != nil {
		return false, err
	}
	defer func() {
		if problem := to.Close(); err == nil {
			err = problem
		}
		if err == nil {
			err = d.root.Chtimes(part, f.info.ModTime(), f.info.ModTime())
		}
	}()
	offset, err := seekToEnd(to, f.info.Size())
	if err != nil {
		return false, err
	}
	d.meter.add(offset)
	writer := &meteredWriter{d.ctx, to, f.info.Size() - offset, d.meter}
	grown, err := d.content(f, offset, writer)
	if err != nil {
		return false, err
	}
	if writer.limit > 0 {
		return false, &fault.Error{Code: fault.FileChanged, Tried: d.tried, Answer: "the file became shorter while it was read", Advice: "Try again."}
	}
	now, err := d.ch.Client.Stat(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // it was deleted or renamed after it was opened
	}
	return grown || err == nil && versionOf(now) != versionOf(f.info), err
}

// content writes a file's content from offset on. It reports whether there was more than expected.
func (d *download) content(f remoteFile, offset int64, to *meteredWriter) (grown bool, err error) {
	if size := f.info.Size(); size-offset >= resumable && d.ch.has("limits@openssh.com") {
		if err := d.ch.requests.readDirect(f.name, offset, size, to); err != nil || to.limit == 0 {
			return false, err
		}
		offset = size - to.limit
	}
	source, err := d.ch.Open(f.name)
	if err != nil {
		return false, err
	}
	defer source.Close()
	if _, err := source.Seek(offset, io.SeekStart); err != nil {
		return false, err
	}
	_, err = source.WriteTo(to)
	if errors.Is(err, errGrown) {
		return true, nil
	}
	return false, err
}

// seekToEnd returns how much of a file was fetched before, after which the rest is written. One
// that is longer than size is begun again.
func seekToEnd(file *os.File, size int64) (offset int64, err error) {
	if offset, err = file.Seek(0, io.SeekEnd); err != nil || offset <= size {
		return offset, err
	}
	if err := file.Truncate(0); err != nil {
		return 0, err
	}
	return file.Seek(0, io.SeekStart)
}

// errGrown ends the copy of a file that has more bytes than it had at first.
var errGrown = errors.New("the file has grown")
