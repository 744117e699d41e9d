package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/each"
)

// Change is a file of a mirror that is not as it was put there.
type Change struct {
	Name     string
	Size     int64
	Modified time.Time // by the cluster's clock
	Here     bool      // a file of that name is on this computer
}

// maxFolders bounds the folders of a mirror that are looked at.
const maxFolders = 10_000

// Changes returns the files of a mirror that were made or changed there, the newest first. It
// leaves out links, environments and caches. folder is that of this computer.
func Changes(ctx context.Context, c *files.Client, folder string, o Options) ([]Change, error) {
	m := &mirror{folder: folder, o: o, tried: "looking for new files in " + files.Escape(o.Remote)}
	var all []Change
	err := c.Do(ctx, m.tried, func(b *files.Batch) error {
		m.batch = b
		if err := m.lookAtManifest(ctx); err != nil {
			return err
		}
		if m.there["."].info == nil {
			return &fault.Error{Code: fault.FileNotFound, Tried: m.tried, Answer: "there is no copy of this folder yet", Advice: "Copy the folder first."}
		}
		found, err := m.walk(ctx)
		if err != nil {
			return err
		}
		all, err = m.changed(ctx, found)
		return err
	})
	slices.SortFunc(all, func(a, b Change) int {
		return cmp.Or(b.Modified.Compare(a.Modified), strings.Compare(a.Name, b.Name))
	})
	return all, err
}

func (m *mirror) tooMany(answer string) error {
	return &fault.Error{Code: fault.ProjectTooLarge, Tried: m.tried, Answer: answer, Advice: "Fetch single files or folders by their names."}
}

// walk returns the files in the mirror by their names.
func (m *mirror) walk(ctx context.Context) (map[string]fs.FileInfo, error) {
	found := map[string]fs.FileInfo{}
	level := []string{"."}
	for folders := 0; len(level) > 0; {
		if folders += len(level); folders > maxFolders || len(found) > 10*maxFiles {
			return nil, m.tooMany("it has too many files and folders")
		}
		var mu sync.Mutex // guards next and found
		var next []string
		err := each.Do(ctx, parallel, len(level), func(ctx context.Context, i int) error {
			infos, err := m.batch.ReadDir(ctx, m.path(level[i]))
			if level[i] != "." && (errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)) {
				return nil // another user's, or a job has deleted it meanwhile
			}
			if level[i] != "." && slices.ContainsFunc(infos, func(info fs.FileInfo) bool { return slices.Contains(environmentMarks, info.Name()) }) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			for _, info := range infos {
				name := path.Join(level[i], info.Name())
				switch {
				case isSkipped(name), strings.HasPrefix(info.Name(), sessionPrefix), !filepath.IsLocal(filepath.FromSlash(name)):
				case info.IsDir():
					next = append(next, name)
				case info.Mode().IsRegular():
					found[name] = info
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		level = next
	}
	return found, nil
}

// changed returns those of the files that were made or changed there.
func (m *mirror) changed(ctx context.Context, found map[string]fs.FileInfo) ([]Change, error) {
	var all []Change
	for name, info := range found {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		e, known := m.manifest.Files[name]
		if known && (e.Link != "" || e.isLeft(info, "")) {
			continue
		}
		here, err := os.Lstat(m.local(name))
		if err == nil && here.Size() == info.Size() && here.ModTime().Unix() == info.ModTime().Unix() {
			continue // it was fetched
		}
		all = append(all, Change{Name: name, Size: info.Size(), Modified: info.ModTime(), Here: !errors.Is(err, fs.ErrNotExist)})
	}
	if len(all) > maxFiles {
		return nil, m.tooMany(fmt.Sprintf("%d files are new there", len(all)))
	}
	return all, nil
}
