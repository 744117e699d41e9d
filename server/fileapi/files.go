// Package fileapi answers file/* and project/* for one client: it finds the cluster that a
// request names, and translates between the wire and packages files and project.
//
// Only package server imports it. The channels to the login nodes that it opens are its
// own; the connections are those of server/connpool.
package fileapi

import (
	"context"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// Options are what the files need of a server.
type Options struct {
	Client *rpc.Client // for the progress of transfers
	Pool   *connpool.Pool
	Log    *zap.Logger
	// Resolve returns the profile that a client named.
	Resolve func(cluster, user string) (profile.Profile, error)
	// LookAtSite begins to read the site's own file, and wait waits for it; see Resolve.
	LookAtSite func(ctx context.Context, login nodeconn.LoginConn, p store.Place) (wait func())
	// JobConn returns the connection into a job that this client has on a cluster, or
	// nil: files are reached through it where the login node has no SFTP.
	JobConn func(store.Place) *tunnel.Conn
	// StateDir returns the server's folder on this computer.
	StateDir func() (string, error)
}

// Files answers file/* and project/* of one client. It owns the channels that it opens.
type Files struct {
	Options

	mu      sync.Mutex                     // guards clients
	clients map[connpool.Key]*files.Client // nil once they are closed
}

// New returns the files of no cluster yet.
func New(o Options) *Files { return &Files{Options: o, clients: map[connpool.Key]*files.Client{}} }

// of returns the files of a profile's login node. Their channel is opened by the first use
// and closed two minutes after the last one.
func (f *Files) of(p profile.Profile) (*files.Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.clients == nil {
		return nil, &fault.Error{Code: fault.Cancelled, Tried: "accessing files on " + p.Title, Answer: "the server is shutting down"}
	}
	id := connpool.KeyOf(p.Place)
	if c := f.clients[id]; c != nil {
		return c, nil
	}
	c := files.New(files.Options{
		Where: p.Title, Log: f.Log,
		Connect: func(ctx context.Context) (files.Host, func(), error) {
			release := f.Pool.Acquire(p.Place)
			login, err := f.Pool.Connect(ctx, p.Place, true)
			if err != nil {
				release()
				return nil, nil, err
			}
			return login, release, nil
		},
		ConnectJob: func() files.Host {
			if conn := f.JobConn(p.Place); conn != nil {
				return conn
			}
			return nil
		},
	})
	f.clients[id] = c
	return c, nil
}

// Close ends all use of files.
func (f *Files) Close() {
	f.mu.Lock()
	all := f.clients
	f.clients = nil
	f.mu.Unlock()
	for _, c := range all {
		c.Close()
	}
}

// cluster returns the files of the cluster that the client named.
func (f *Files) cluster(cluster, user string) (*files.Client, error) {
	p, err := f.Resolve(cluster, user)
	if err != nil {
		return nil, err
	}
	return f.of(p)
}

// remotePath returns a path of the cluster that a client sent.
func remotePath(member, text string) (string, error) {
	name := files.Unescape(text)
	switch {
	case strings.TrimSpace(name) == "":
		return "", rpc.BadRequest(member, "it is empty")
	case strings.ContainsRune(name, 0):
		return "", rpc.BadRequest(member, "it has a zero byte")
	}
	return name, nil
}

// localPath returns a path of this computer that a client sent. It must be absolute: the
// server's own folder means nothing to a client.
func localPath(member, text string) (string, error) {
	if !filepath.IsAbs(text) || strings.ContainsRune(text, 0) {
		return "", rpc.BadRequest(member, "it must be an absolute path")
	}
	return filepath.Clean(text), nil
}

// wireEntry returns an entry of a listing as it is sent.
func wireEntry(e files.Entry) protocol.FileEntry {
	return protocol.FileEntry{
		Name: files.Escape(e.Name), Type: protocol.FileType(e.Type), Link: e.Link, Size: int(e.Size),
		ModifiedAt: e.Modified.UTC().Truncate(time.Second), Mode: strconv.FormatInt(int64(e.Mode.Perm()), 8), Version: e.Version,
	}
}

// wirePath returns an entry that is named by its path.
func wirePath(e files.Entry) protocol.FileEntry {
	w := wireEntry(e)
	w.Path, w.Name = w.Name, files.Escape(path.Base(e.Name))
	return w
}
