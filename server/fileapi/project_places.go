package fileapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/project"
	"github.com/sa2c/sunpyter/session/store"
)

// projectPlace is the file of this computer that remembers where a folder's copy is on a
// cluster, if the user chose the place.
type projectPlace string

func newProjectPlace(stateDir string, p profile.Profile, source project.Source) projectPlace {
	sum := sha256.Sum256([]byte(p.User + "@" + p.Host + "\x00" + source.ID))
	return projectPlace(filepath.Join(stateDir, "projects", hex.EncodeToString(sum[:12])))
}

// get returns the absolute path on the cluster; empty: the usual place.
func (p projectPlace) get() (string, error) {
	text, err := os.ReadFile(string(p))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSuffix(string(text), "\n"), err
}

// set remembers an absolute path.
func (p projectPlace) set(place string) error {
	if err := os.MkdirAll(filepath.Dir(string(p)), 0o700); err != nil {
		return err
	}
	return store.WriteFile(string(p), []byte(place+"\n"))
}
