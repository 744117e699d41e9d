package project

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ownFolder is our folder in a mirror. It holds the manifest, and files that are being written.
const ownFolder = ".sunpyter"

// sessionPrefix begins the names of folders of kernels that start in a mirror, and of temporary files outside our folder.
const sessionPrefix = ".sunpyter-"

// manifestName is the file that remembers what was put into a mirror.
const manifestName = "project.json"

// maxManifest bounds the size of a manifest that is read, in bytes.
const maxManifest = 32 << 20

// manifest remembers what was put into a mirror, and by whom. It is on the cluster.
type manifest struct {
	Version int              `json:"version"`
	Source  Source           `json:"source"`
	Files   map[string]entry `json:"files"`
	Begun   bool             `json:"begun,omitempty"` // a push is under way, or was interrupted
}

// Source is the folder of which a mirror is a copy.
type Source struct {
	ID       string `json:"id"`       // of the computer and the folder
	Computer string `json:"computer"` // for people
	Folder   string `json:"folder"`   // for people
}

// entry is one file as it was put.
type entry struct {
	Size     int64  `json:"size"`
	Local    int64  `json:"local"`  // the time of the file here, in nanoseconds
	Remote   int64  `json:"remote"` // the time of the file there, in seconds
	Exec     bool   `json:"exec,omitempty"`
	Link     string `json:"link,omitempty"`
	Reported string `json:"reported,omitempty"` // the version there whose conflict was reported
	Was      string `json:"was,omitempty"`      // until it is put: the version there that it replaces
}

// isSame reports whether a file here is as it was when it was put.
func (e entry) isSame(l Local) bool {
	return e.Link == l.Link && (l.Link != "" || e.Size == l.Size && e.Local == l.Modified.UnixNano() && e.Exec == l.Exec)
}

// isUnchanged reports whether the file there is as it was put; link is where it leads, if it
// is a link.
func (e entry) isUnchanged(there fs.FileInfo, link string) bool {
	if there.Mode()&fs.ModeSymlink != 0 || e.Link != "" {
		return e.Link != "" && e.Link == link
	}
	return there.Mode().IsRegular() && there.Size() == e.Size && there.ModTime().Unix() == e.Remote
}

// isLeft reports whether the file there is as a push left it: as it was put or, if that push was interrupted
// or the file was busy, as it was before.
func (e entry) isLeft(there fs.FileInfo, link string) bool {
	return e.isUnchanged(there, link) || e.Was != "" && e.Was == versionThere(there)
}

// versionThere names a file there as it is.
func versionThere(info fs.FileInfo) string {
	return fmt.Sprintf("%d-%d", info.ModTime().Unix(), info.Size())
}

// parseManifest reads a manifest; empty text is an empty one.
func parseManifest(text []byte) (*manifest, error) {
	m := &manifest{Version: 1, Files: map[string]entry{}}
	if len(text) == 0 {
		return m, nil
	}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, err
	}
	if m.Version != 1 {
		return nil, fmt.Errorf("it was written by a newer version of Sunpyter (%d)", m.Version)
	}
	for name := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(name)) || isSkipped(name) {
			delete(m.Files, name) // not ours: nothing outside of the mirror is deleted
		}
	}
	return m, nil
}

// NewSource returns the source for a folder. The computer's id is a random one in stateDir.
func NewSource(stateDir, folder string) (Source, error) {
	id, err := computerID(filepath.Join(stateDir, "computer"))
	if err != nil {
		return Source{}, err
	}
	name, _ := os.Hostname()
	sum := sha256.Sum256([]byte(id + "\x00" + folder))
	return Source{ID: hex.EncodeToString(sum[:12]), Computer: name, Folder: folder}, nil
}

// computerID returns this computer's id, and makes it if there is none.
func computerID(file string) (string, error) {
	for range 2 {
		data, err := os.ReadFile(file)
		if id := strings.TrimSpace(string(data)); err == nil && id != "" {
			return id, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return "", err
		}
		// Linked into place, so that two processes get the same one.
		temp := file + "." + rand.Text()
		if err := os.WriteFile(temp, []byte(rand.Text()+"\n"), 0o600); err != nil {
			return "", err
		}
		err = os.Link(temp, file)
		_ = os.Remove(temp)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	return "", errors.New("the file " + file + " is empty")
}
