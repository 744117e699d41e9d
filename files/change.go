package files

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/each"
)

// Mkdir creates a folder, and with parents those above it; then it may exist already.
func (c *Client) Mkdir(ctx context.Context, name string, parents bool) (Entry, error) {
	tried := "creating the folder " + Escape(name) + " on " + c.opts.Where
	return do(ctx, c, tried, func(ch *channel) (Entry, error) {
		name := ch.absolute(name)
		if parents {
			if err := ch.mkdirAll(tried, name); err != nil {
				return Entry{}, err
			}
		} else if err := ch.Client.Mkdir(name); err != nil {
			if _, problem := ch.Lstat(name); problem == nil {
				return Entry{}, errExists(tried)
			}
			return Entry{}, ch.explainWrite(tried, name, 0, err)
		}
		return ch.describe(name)
	})
}

// mkdirAll creates a folder and those above it that are missing.
func (ch *channel) mkdirAll(tried, name string) error {
	info, err := ch.Client.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return errNoFolder(tried, name, nil)
	case !errors.Is(err, fs.ErrNotExist) && !IsFailure(err):
		return err
	}
	if parent := path.Dir(name); parent != name {
		if err := ch.mkdirAll(tried, parent); err != nil {
			return err
		}
	}
	return ch.mkdir(tried, name)
}

// mkdir creates a folder, unless it exists: another process may have been faster.
func (ch *channel) mkdir(tried, name string) error {
	err := ch.Client.Mkdir(name)
	if err != nil {
		if info, problem := ch.Client.Stat(name); problem == nil && info.IsDir() {
			return nil
		}
		if _, problem := ch.Lstat(name); problem == nil {
			return errNoFolder(tried, name, err)
		}
	}
	return ch.explainWrite(tried, name, 0, err)
}

// Rename renames or moves a file or folder. Without overwrite it fails if there is
// something of the new name.
func (c *Client) Rename(ctx context.Context, from, to string, overwrite bool) (Entry, error) {
	tried := "renaming " + Escape(from) + " to " + Escape(to) + " on " + c.opts.Where
	return do(ctx, c, tried, func(ch *channel) (Entry, error) {
		from, to := ch.absolute(from), ch.absolute(to)
		if _, err := ch.Lstat(from); err != nil {
			return Entry{}, err
		}
		if err := ch.rename(from, to, overwrite); err != nil {
			return Entry{}, ch.explainRename(tried, from, to, overwrite, err)
		}
		return ch.describe(to)
	})
}

// explainRename returns the cause of a failed rename, where the server only said that it failed.
func (ch *channel) explainRename(tried, from, to string, overwrite bool, err error) error {
	if !IsFailure(err) && !strings.HasPrefix(to, from+"/") {
		return err
	}
	if _, problem := ch.Lstat(to); problem == nil && !overwrite {
		return errExists(tried)
	}
	return &fault.Error{Code: fault.FileFailed, Tried: tried, Err: err, Answer: "the cluster could not rename it",
		Advice: "If the two places are on different disks, copy it and delete the old one. A folder can't be moved into itself."}
}

// Delete deletes a file, a link (not what it leads to), or a folder, which must be empty
// unless recursive is set.
func (c *Client) Delete(ctx context.Context, name string, recursive bool) error {
	tried := "deleting " + Escape(name) + " on " + c.opts.Where
	return c.Do(ctx, tried, func(b *Batch) error {
		name := b.ch.absolute(name)
		info, err := b.ch.Lstat(name)
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(b.ch.home+"/", strings.TrimSuffix(name, "/")+"/"):
			return &fault.Error{Code: fault.BadRequest, Tried: tried, Answer: "your home directory and the folders above it are never deleted",
				Advice: "Delete single files or folders inside it."}
		case !info.IsDir():
			return b.Remove(name)
		case recursive:
			return b.removeTree(ctx, name)
		}
		err = b.RemoveEmpty(name)
		if IsFailure(err) {
			return &fault.Error{Code: fault.FileNotEmpty, Tried: tried, Answer: "the folder isn't empty", Err: err}
		}
		return err
	})
}

// removeFile removes a file or a link.
func (ch *channel) removeFile(name string) error {
	err := ch.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process was faster
	}
	return err
}

// removeTree removes a folder and all in it. It follows no links. Its errors name what could not be removed.
func (b *Batch) removeTree(ctx context.Context, folder string) error {
	explain := func(name string, err error) error {
		if err == nil || errors.Is(err, fs.ErrNotExist) { // another process was faster
			return nil
		}
		return b.client.explain(ctx, "deleting "+Escape(name)+" on "+b.client.opts.Where, err)
	}
	infos, err := b.ReadDir(ctx, folder)
	if err != nil {
		return explain(folder, err)
	}
	var folders, others []string
	for _, info := range infos {
		inside := path.Join(folder, info.Name())
		if info.IsDir() {
			folders = append(folders, inside)
		} else {
			others = append(others, inside)
		}
	}
	err = each.Do(ctx, concurrency, len(others), func(_ context.Context, i int) error { return explain(others[i], b.Remove(others[i])) })
	if err != nil {
		return err
	}
	for _, inside := range folders {
		if err := b.removeTree(ctx, inside); err != nil {
			return err
		}
	}
	return explain(folder, b.RemoveEmpty(folder))
}
