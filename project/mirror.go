package project

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/each"
)

// mirror is a mirror as it is on the cluster, with our folder in it.
type mirror struct {
	o      Options
	folder string // of this computer
	tried  string
	batch  *files.Batch
	there  map[string]there // by names; "." is the mirror itself
	first  bool             // there is no manifest yet
	dirty  bool             // the manifest has changed
	token  string           // random, in the names of the temporary files of this push

	mu       sync.Mutex // guards the fields below, and there while it is filled
	manifest *manifest
}

// there is a file in the mirror.
type there struct {
	info fs.FileInfo // nil: none
	link string      // where it leads, if it is a link
}

// path returns the path of a name in the mirror.
func (m *mirror) path(parts ...string) string {
	return path.Join(append([]string{m.o.Remote}, parts...)...)
}

// local returns the path of a name here.
func (m *mirror) local(name string) string {
	return filepath.Join(m.folder, filepath.FromSlash(name))
}

// lookAtManifest reads the manifest, and looks at files meanwhile.
func (m *mirror) lookAtManifest(ctx context.Context, names ...string) error {
	var text []byte
	var err, textErr error
	var both errgroup.Group
	both.Go(func() error {
		text, textErr = m.batch.ReadFile(m.path(ownFolder, manifestName), maxManifest)
		return nil
	})
	m.there = map[string]there{}
	both.Go(func() error { return m.lookAt(ctx, append(names, ".", ownFolder)) })
	if err = both.Wait(); err != nil {
		return err
	}
	if textErr != nil && !errors.Is(textErr, fs.ErrNotExist) {
		return textErr
	}
	if m.manifest, err = parseManifest(text); err != nil {
		if !m.o.Adopt {
			return m.notOurs("its record on the cluster can't be read: " + err.Error())
		}
		m.manifest, _ = parseManifest(nil)
	}
	return m.checkOurs(ctx)
}

// lookAt looks at files in the mirror.
func (m *mirror) lookAt(ctx context.Context, names []string) error {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = m.path(name)
	}
	infos, err := m.batch.LstatAll(ctx, paths)
	if err != nil {
		return err
	}
	return each.Do(ctx, parallel, len(names), func(_ context.Context, i int) error {
		t := there{info: infos[i]}
		if t.info != nil && t.info.Mode()&fs.ModeSymlink != 0 {
			t.link, _ = m.batch.ReadLink(paths[i])
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.there[names[i]] = t
		return nil
	})
}

// checkOurs returns an error if the folder there is not a mirror of this one.
func (m *mirror) checkOurs(ctx context.Context) error {
	root := m.there["."].info
	known := m.manifest.Source.ID != ""
	switch {
	case root == nil, known && m.manifest.Source.ID == m.o.Source.ID:
	case m.o.Adopt:
		m.manifest.Files = map[string]entry{} // what another computer has put is not ours to overwrite
	case known:
		return m.notOurs(fmt.Sprintf("it is a copy of %s on %s", m.manifest.Source.Folder, m.manifest.Source.Computer))
	default:
		names, err := m.batch.Names(ctx, m.path())
		if err != nil {
			return err
		}
		if slices.ContainsFunc(names, func(name string) bool { return name != ownFolder && !strings.HasPrefix(name, sessionPrefix) }) {
			return m.notOurs("there is already a folder of that name, with other files")
		}
	}
	m.first = !known
	m.dirty = m.manifest.Source != m.o.Source || m.manifest.Begun
	m.manifest.Source = m.o.Source
	return nil
}

func (m *mirror) notOurs(answer string) error {
	return &fault.Error{Code: fault.ProjectNotOurs, Tried: m.tried, Answer: answer,
		Advice: "Choose another folder there, or use this one with " + fault.Field("adopt") + ": files that differ are kept and listed."}
}

// makeFolders makes the mirror and our folder in it.
func (m *mirror) makeFolders(context.Context) error {
	if root := m.there["."].info; root == nil || !root.IsDir() { // a link may lead nowhere
		if err := m.batch.MkdirAll(m.path()); err != nil {
			return err
		}
	}
	if own := m.there[ownFolder].info; own == nil || !own.IsDir() {
		return m.batch.Mkdir(m.path(ownFolder))
	}
	return nil
}

// writeManifest replaces the manifest, and calls renaming just before it does.
func (m *mirror) writeManifest(renaming func()) error {
	m.mu.Lock()
	text, err := json.Marshal(m.manifest)
	m.mu.Unlock()
	if err != nil {
		return err
	}
	temp := m.temp()
	if err := m.batch.Create(temp, files.NewFile{Content: bytes.NewReader(text), Size: int64(len(text)), Mode: 0o600}); err != nil {
		return err
	}
	renaming()
	return m.batch.Rename(temp, m.path(ownFolder, manifestName))
}

// tempPrefix begins the names of our temporary files.
func (m *mirror) tempPrefix() string { return "new-" + m.o.Source.ID + "-" }

// temp returns a new name for a temporary file.
func (m *mirror) temp() string { return m.path(ownFolder, m.tempPrefix()+m.token+rand.Text()) }

// cleanUp removes what an interrupted push left.
func (m *mirror) cleanUp(ctx context.Context) error {
	names, err := m.batch.Names(ctx, m.path(ownFolder))
	if err != nil {
		return err
	}
	return each.Do(ctx, parallel, len(names), func(_ context.Context, i int) error {
		rest, temporary := strings.CutPrefix(names[i], m.tempPrefix())
		if !temporary || strings.HasPrefix(rest, m.token) {
			return nil
		}
		return m.batch.Remove(m.path(ownFolder, names[i])) // we hold the lock: no one writes it
	})
}
