package files

import (
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// Type is what a path leads to.
type Type string

// The types.
const (
	File      Type = "file"
	Directory Type = "directory"
	Other     Type = "other" // a socket, a device, a link that leads nowhere
)

// Entry describes a file or folder on the cluster.
type Entry struct {
	Name     string // as it is there; for a path, its last part
	Type     Type   // of what a link leads to
	Link     bool   // a symbolic link
	Size     int64
	Modified time.Time
	Mode     os.FileMode // permissions
	Version  string      // changes when the content does: modification time and size
}

// newEntry returns the entry of name, which own describes, or, if it is a link, target.
func newEntry(name string, own, target fs.FileInfo) Entry {
	e := Entry{Name: name, Type: Other}
	info := own
	if own.Mode()&fs.ModeSymlink != 0 {
		e.Link = true
		if target == nil { // it leads nowhere
			e.Modified, e.Mode = own.ModTime(), own.Mode().Perm()
			return e
		}
		info = target
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		e.Type = File
	case mode.IsDir():
		e.Type = Directory
	}
	e.Size, e.Modified, e.Mode, e.Version = info.Size(), info.ModTime(), info.Mode().Perm(), versionOf(info)
	return e
}

// versionOf returns what changes when a file does. SFTP has times in seconds.
func versionOf(info fs.FileInfo) string {
	return strconv.FormatInt(info.ModTime().Unix(), 10) + "-" + strconv.FormatInt(info.Size(), 10)
}

// isSafeName reports whether a name that a server lists is the name of something in that
// folder.
func isSafeName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\x00")
}
