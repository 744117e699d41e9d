package server

import (
	"context"
	"fmt"
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
)

// filesKey identifies what uses the same connection.
type filesKey struct{ host, user, sshConfig, ssh string }

// fileClients are the files of the clusters that this client uses.
type fileClients struct {
	pool *connpool.Pool
	log  *zap.Logger

	mu      sync.Mutex // guards the fields below
	clients map[filesKey]*files.Client
	closed  bool
}

// of returns the files of a profile's login node. Their channel is opened by the first use
// and closed two minutes after the last one.
func (f *fileClients) of(p profile.Profile) (*files.Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, &fault.Error{Code: fault.Cancelled, Tried: "using the files on " + p.Title, Answer: "the server is shutting down"}
	}
	key := filesKey{p.Host, p.User, p.SSHConfig, p.SSH}
	if c := f.clients[key]; c != nil {
		return c, nil
	}
	c := files.New(files.Options{
		Where: p.Title, Log: f.log,
		Connect: func(ctx context.Context) (files.Host, func(), error) {
			release := f.pool.Acquire(p)
			login, err := f.pool.Connect(ctx, p, true)
			if err != nil {
				release()
				return nil, nil, err
			}
			return login, release, nil
		},
	})
	f.clients[key] = c
	return c, nil
}

// close ends all use of files.
func (f *fileClients) close() {
	f.mu.Lock()
	f.closed = true
	all := f.clients
	f.clients = nil
	f.mu.Unlock()
	for _, c := range all {
		c.Close()
	}
}

// clusterFiles returns the files of the cluster that the client named.
func (s *server) clusterFiles(cluster, user string) (*files.Client, error) {
	p, err := s.clusters.resolve(cluster, user)
	if err != nil {
		return nil, err
	}
	return s.files.of(p)
}

// remotePath returns a path of the cluster that a client sent.
func remotePath(member, text string) (string, error) {
	name := files.Unescape(text)
	switch {
	case strings.TrimSpace(name) == "":
		return "", badRequest(member, "it is empty")
	case strings.ContainsRune(name, 0):
		return "", badRequest(member, "it has a zero byte")
	}
	return name, nil
}

// localPath returns a path of this computer that a client sent. It must be absolute: the
// server's own folder means nothing to a client.
func localPath(member, text string) (string, error) {
	if !filepath.IsAbs(text) || strings.ContainsRune(text, 0) {
		return "", badRequest(member, "it must be an absolute path")
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

// transferProgress reports the bytes of a transfer, a few times a second.
func (s *server) transferProgress(token, title string) (*report, func(done, total int64)) {
	r := s.progress(token, title)
	pace := newPacer(200 * time.Millisecond)
	return r, func(done, total int64) {
		if token != "" && (pace.due() || done == total) {
			r.send(protocol.ProgressParams{
				Kind: protocol.ProgressReport, DoneBytes: int(done), TotalBytes: int(total),
				Message: fmt.Sprintf("%s of %s", byteText(done), byteText(total)),
			})
		}
	}
}

// byteText returns a number of bytes as people read it.
func byteText(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.0f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}

func wireTransfer(done files.Transferred) *protocol.FileTransferResult {
	w := &protocol.FileTransferResult{Files: done.Files, Bytes: int(done.Bytes), Skipped: []protocol.FileSkipped{}, Changed: done.Changed}
	for _, skipped := range done.Skipped {
		w.Skipped = append(w.Skipped, protocol.FileSkipped{Path: files.Escape(skipped.Path), Reason: skipped.Reason})
	}
	return w
}
