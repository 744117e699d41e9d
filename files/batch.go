package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sa2c/sunpyter/internal/each"
)

// Batch is the files of a host for many small steps that belong together. It is valid while
// the function that it was given to runs.
type Batch struct {
	client *Client
	ch     *channel
	tried  string
}

// Do runs f on the open channel. tried says what f does, for its error.
func (c *Client) Do(ctx context.Context, tried string, f func(*Batch) error) error {
	_, err := do(ctx, c, tried, func(ch *channel) (struct{}, error) { return struct{}{}, f(&Batch{c, ch, tried}) })
	return err
}

// Explain returns the fault of a call that has failed.
func (b *Batch) Explain(ctx context.Context, err error) error {
	return b.client.explain(ctx, b.tried, err)
}

// LstatAll describes many paths at once; nil stands for one that does not exist.
func (b *Batch) LstatAll(ctx context.Context, names []string) ([]fs.FileInfo, error) {
	infos := make([]fs.FileInfo, len(names))
	err := each.Do(ctx, 1024, len(names), func(_ context.Context, i int) error {
		info, err := b.ch.Lstat(names[i])
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		infos[i] = info
		return err
	})
	return infos, err
}

// ReadFile returns a file's content, of at most limit bytes. It takes two round trips for a
// file of up to 1 MiB.
func (b *Batch) ReadFile(name string, limit int64) ([]byte, error) {
	const part = 1 << 20
	file, err := b.ch.Open(name)
	if err != nil {
		return nil, err
	}
	defer b.client.closeLater(file)
	var data []byte
	for int64(len(data)) < limit {
		length := len(data)
		more := int(min(part, limit-int64(length)))
		data = slices.Grow(data, more)[:length+more]
		n, err := file.ReadAt(data[length:], int64(length))
		data = data[:length+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// ReadDir describes what a folder holds, sorted by name.
func (b *Batch) ReadDir(ctx context.Context, folder string) ([]fs.FileInfo, error) {
	return b.ch.readDir(ctx, b.tried, folder)
}

// Names returns the names of what a folder holds.
func (b *Batch) Names(ctx context.Context, folder string) ([]string, error) {
	infos, err := b.ReadDir(ctx, folder)
	names := make([]string, 0, len(infos))
	for _, info := range infos {
		names = append(names, info.Name())
	}
	return names, err
}

// MkdirAll creates a folder and those above it that are missing.
func (b *Batch) MkdirAll(name string) error { return b.ch.mkdirAll(b.tried, name) }

// Mkdir creates a folder, unless it exists.
func (b *Batch) Mkdir(name string) error { return b.ch.mkdir(b.tried, name) }

// Remove removes a file or link, if it is there.
func (b *Batch) Remove(name string) error { return b.ch.removeFile(name) }

// RemoveEmpty removes a folder if it is empty.
func (b *Batch) RemoveEmpty(name string) error { return b.ch.RemoveDirectory(name) }

// ReadLink returns where a link leads.
func (b *Batch) ReadLink(name string) (string, error) { return b.ch.ReadLink(name) }

// Symlink creates a link.
func (b *Batch) Symlink(leadsTo, name string) error { return b.ch.Client.Symlink(leadsTo, name) }

// NewFile is a file to be written.
type NewFile struct {
	Content  io.Reader
	Size     int64
	Mode     fs.FileMode // zero: as new files there have it
	Exec     bool        // with a zero Mode: executable for those who can read it
	Modified time.Time
}

// Create writes a new file; there must be none of that name.
func (b *Batch) Create(name string, f NewFile) error {
	file, err := b.ch.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return b.ch.explainWrite(b.tried, name, f.Size, err)
	}
	if f.Size <= smallPacket {
		data, readErr := io.ReadAll(f.Content)
		if err = readErr; err == nil && len(data) > 0 {
			_, err = file.Write(data)
		}
	} else {
		_, err = file.ReadFromWithConcurrency(f.Content, 0)
	}
	var finishing errgroup.Group
	finishing.Go(file.Close) // a network file system reports a full disk here
	if err == nil && (f.Mode != 0 || f.Exec) {
		finishing.Go(func() error { return b.chmod(name, f) })
	}
	if err == nil && !f.Modified.IsZero() {
		finishing.Go(func() error { return b.ch.Chtimes(name, f.Modified, f.Modified) })
	}
	return b.ch.explainWrite(b.tried, name, f.Size, errors.Join(err, finishing.Wait()))
}

// chmod sets the permissions of a new file.
func (b *Batch) chmod(name string, f NewFile) error {
	mode := f.Mode
	if mode == 0 {
		info, err := b.ch.Client.Stat(name)
		if err != nil {
			return err
		}
		mode = info.Mode().Perm() | info.Mode().Perm()&0o444>>2
	}
	return b.ch.Chmod(name, mode)
}

// Rename renames a file, and replaces the file that has the new name.
func (b *Batch) Rename(from, to string) error { return b.ch.rename(from, to, true) }

// Place renames a file; it fails if the new name exists.
func (b *Batch) Place(from, to string) error { return b.ch.rename(from, to, false) }
