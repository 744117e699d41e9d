package project

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
)

// errApart is returned for a file into whose folder ours cannot be renamed: a folder of the mirror may be on another
// disk, or a bind mount. SFTP has no code for that.
var errApart = errors.New("it cannot be renamed from another folder")

// isApart reports whether the folder of a file, or one above it, is known to be apart.
func (s *sender) isApart(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for folder := path.Dir(name); len(s.apart) > 0; folder = path.Dir(folder) {
		if s.apart[folder] {
			return true
		}
		if folder == "." {
			break
		}
	}
	return false
}

// sendApart puts a file by way of a temporary one in its own folder, and returns the name of that.
func (s *sender) sendApart(ctx context.Context, l Local) (temp string, err error) {
	temp = s.neighbor(l.Name)
	weight := min(l.Size, memory)
	if err := errors.Join(await(ctx, s.made), s.room.Acquire(ctx, weight)); err != nil {
		return temp, err
	}
	if err := s.batch.Remove(temp); err != nil { // an interrupted push may have left it
		s.room.Release(weight)
		return temp, err
	}
	err = s.sendBy(ctx, temp, l, func() { s.room.Release(weight) })
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.apart[path.Dir(l.Name)] = true
	}
	if files.IsFailure(err) && fault.As(err) == nil {
		err = &fault.Error{Code: fault.FileFailed, Tried: s.tried, Answer: "the file there could not be replaced", Err: err,
			Advice: "Rename or delete it on the cluster, then copy again. It may be a mount point."}
	}
	return temp, err
}

// neighbor returns the name of the temporary file in the folder of a file. It is the same each time, so that the next
// push removes what an interrupted one has left.
func (s *sender) neighbor(name string) string {
	sum := sha256.Sum256([]byte(s.o.Source.ID + "/" + name))
	return s.path(path.Dir(name), sessionPrefix+hex.EncodeToString(sum[:8])+".tmp")
}
