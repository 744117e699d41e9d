package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"sync"

	"github.com/pkg/sftp"
)

// Precondition says what a file must be for a write to replace it.
type Precondition struct {
	// Version is the version that the file must still have; empty: any.
	Version string
	// New is true if there must be no file.
	New bool
}

// Write replaces the content of a file, or creates it. Readers see either the old content
// or the new one: it is written to a temporary file in the same folder, which is then
// renamed. The file's permissions and group stay. Write returns the new entry.
func (c *Client) Write(ctx context.Context, name string, data []byte, want Precondition) (Entry, error) {
	tried := "writing " + shown(name) + " on " + c.opts.Where
	return do(ctx, c, tried, func(ch *channel) (Entry, error) {
		t, err := ch.newTarget(tried, ch.absolute(name), want)
		if err != nil {
			return Entry{}, err
		}
		err = ch.put(t, content{temp: tempName(t.name), size: int64(len(data)), write: func(file *sftp.File, _ bool) error {
			_, err := file.ReadFromWithConcurrency(bytes.NewReader(data), 0)
			if err == nil && ch.has("fsync@openssh.com") {
				err = file.Sync()
			}
			return err
		}})
		if err != nil {
			return Entry{}, ch.explainWrite(tried, t.name, int64(len(data)), err)
		}
		return ch.describe(ch.absolute(name))
	})
}

// target is a file that is about to be replaced.
type target struct {
	tried string
	name  string      // where links lead
	old   fs.FileInfo // nil: there is none
	want  Precondition
}

// newTarget looks at the file that is to be replaced, and checks the precondition.
func (ch *channel) newTarget(tried, name string, want Precondition) (*target, error) {
	t := &target{tried: tried, name: name, want: want}
	var own fs.FileInfo
	var ownErr, oldErr error
	var both sync.WaitGroup
	both.Go(func() { own, ownErr = ch.Lstat(name) })
	both.Go(func() { t.old, oldErr = ch.Client.Stat(name) })
	both.Wait()
	switch {
	case errors.Is(ownErr, fs.ErrNotExist):
		t.old = nil
	case ownErr != nil:
		return nil, ownErr
	case own.Mode()&fs.ModeSymlink != 0 && oldErr != nil:
		return nil, oldErr // a link that leads nowhere
	case own.Mode()&fs.ModeSymlink != 0:
		real, err := ch.RealPath(name)
		if err != nil {
			return nil, err
		}
		t.name = real
	}
	return t, t.check()
}

// check returns an error if the file is not what the client wants to replace.
func (t *target) check() error {
	switch {
	case t.old == nil && t.want.Version != "":
		return errChanged(t.tried)
	case t.old == nil:
		return nil
	case !t.old.Mode().IsRegular():
		return errNotRegular(t.tried, t.old)
	case t.want.New:
		return errExists(t.tried)
	case t.want.Version != "" && t.want.Version != versionOf(t.old):
		return errChanged(t.tried)
	}
	return nil
}

// tempName returns a new name for a temporary file beside name.
func tempName(name string) string {
	return path.Join(path.Dir(name), ".sunpyter-"+rand.Text()+".tmp")
}

// errInPlace is returned when a temporary file cannot take the file's place: its folder
// cannot be written, or its owner would change.
var errInPlace = errors.New("the file can only be written in place")

// content is what replaces a file's content.
type content struct {
	temp  string // the temporary file
	part  bool   // temp is of a large file: it stays if this attempt fails, and the next one resumes it
	size  int64
	write func(file *sftp.File, resume bool) error
}

// put writes content to a temporary file, which then replaces the target, or else into the target.
func (ch *channel) put(t *target, c content) error {
	err := ch.writeTemp(t, c)
	switch {
	case errors.Is(err, errInPlace):
		return ch.writeInPlace(t.name, c)
	case err == nil:
		return ch.replace(t, c.temp)
	}
	return err
}

// writeTemp writes the temporary file, with the owner and permissions of the old one. It
// removes it again if that fails, unless it is a part.
func (ch *channel) writeTemp(t *target, c content) (err error) {
	flags := os.O_WRONLY | os.O_CREATE
	if !c.part {
		flags |= os.O_EXCL
	}
	file, err := ch.OpenFile(c.temp, flags)
	if c.part && errors.Is(err, fs.ErrPermission) && ch.Chmod(c.temp, 0o600) == nil {
		file, err = ch.OpenFile(c.temp, flags) // it has the permissions of a file that is read-only
	}
	if err != nil {
		if errors.Is(err, fs.ErrPermission) && t.old != nil {
			return errInPlace
		}
		return err
	}
	defer func() {
		if problem := file.Close(); err == nil {
			err = problem // a network file system reports a full disk here
		}
		if err != nil && (!c.part || errors.Is(err, errInPlace)) {
			_ = ch.Remove(c.temp)
		}
	}()
	if t.old != nil {
		if err := keepOwner(file, t.old); err != nil {
			return err
		}
	}
	return c.write(file, c.part)
}

// keepOwner copies the owner and permissions of the old file to the new one.
func keepOwner(file *sftp.File, old fs.FileInfo) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	was, known := old.Sys().(*sftp.FileStat)
	now, knownNow := info.Sys().(*sftp.FileStat)
	if known && knownNow && (was.UID != now.UID || was.GID != now.GID) && file.Chown(int(was.UID), int(was.GID)) != nil {
		return errInPlace
	}
	if info.Mode().Perm() == old.Mode().Perm() {
		return nil
	}
	return file.Chmod(old.Mode().Perm())
}

// writeInPlace overwrites a file's content, which readers may see half done.
func (ch *channel) writeInPlace(name string, c content) error {
	file, err := ch.OpenFile(name, os.O_WRONLY)
	if err != nil {
		return err
	}
	err = c.write(file, false)
	if err == nil {
		err = file.Truncate(c.size)
	}
	return errors.Join(err, file.Close())
}

// replace renames a temporary file to its target, unless that was changed meanwhile.
func (ch *channel) replace(t *target, temp string) error {
	err := ch.checkAgain(t)
	if err == nil {
		err = ch.rename(temp, t.name, t.old != nil || !t.want.New)
	}
	if err != nil {
		_ = ch.Remove(temp)
		if t.want.New && IsFailure(err) {
			return errExists(t.tried)
		}
	}
	return err
}

// checkAgain reports a change of the target since newTarget.
func (ch *channel) checkAgain(t *target) error {
	now, err := ch.Client.Stat(t.name)
	if errors.Is(err, fs.ErrNotExist) {
		now, err = nil, nil
	}
	switch {
	case err != nil:
		return err
	case t.want == (Precondition{}):
		return nil
	case (now == nil) != (t.old == nil), now != nil && versionOf(now) != versionOf(t.old):
		return errChanged(t.tried)
	}
	return nil
}

// rename renames a file. Without overwrite it fails if there is one of the new name.
func (ch *channel) rename(from, to string, overwrite bool) error {
	if !overwrite {
		return ch.Client.Rename(from, to)
	}
	if ch.has("posix-rename@openssh.com") {
		return ch.PosixRename(from, to)
	}
	err := ch.Client.Rename(from, to)
	if IsFailure(err) { // this server's rename does not overwrite
		if err := ch.Remove(to); err != nil {
			return err
		}
		err = ch.Client.Rename(from, to)
	}
	return err
}
