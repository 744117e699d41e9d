//go:build unix

package fileapi

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/connpool"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// newFiles returns files of a cluster with a real sshd, and alice's home directory there.
func newFiles(t *testing.T, config ...string) (f *Files, home string) {
	t.Helper()
	host, user := sshtest.Start(t, config...), sshtest.NewUser(t)
	home = host.Home(t, "/bin/bash")
	key := user.Key(host, "id", "")
	file := user.Write("config", fmt.Sprintf("Host site.example\n  HostName 127.0.0.1\n  Port %d\n  User alice\n  IdentityFile %s\n  UserKnownHostsFile %s\n",
		host.Port, key, user.Write("known_hosts", host.KnownLine())))
	f = newOffline(t, profile.Profile{Place: store.Place{Cluster: "site", Title: "Site", Host: "site.example", SSHConfig: file}, Folders: []string{"~/data", "/scratch/$USER/x y"}})
	return f, home
}

// newOffline returns files of a cluster that nothing was asked of yet.
func newOffline(t *testing.T, p profile.Profile) *Files {
	t.Helper()
	ours, theirs := net.Pipe()
	client, log := rpc.NewConn(theirs).Client(), zaptest.NewLogger(t)
	pool := connpool.New(log, client, connpool.NewNotices(client), share.Options{})
	state := t.TempDir()
	f := New(Options{
		JobConn: func(store.Place) *tunnel.Conn { return nil },
		Client:  client, Pool: pool, Log: log, StateDir: func() (string, error) { return state, nil },
		Resolve:    func(string, string) (profile.Profile, error) { return p, nil },
		LookAtSite: func(context.Context, nodeconn.LoginConn, store.Place) func() { return func() {} },
	})
	t.Cleanup(func() {
		f.Close()
		pool.Close(time.Now())
		ours.Close()
		theirs.Close()
	})
	return f
}

// TestFileMethods goes through the methods once, with names as they are sent.
func TestFileMethods(t *testing.T) {
	s, home := newFiles(t, "Subsystem sftp internal-sftp")
	ctx := t.Context()
	must(t, os.WriteFile(filepath.Join(home, "caf\xe9"), []byte("old"), 0o666))
	must(t, os.Chown(filepath.Join(home, "caf\xe9"), sshtest.UserID, sshtest.UserID))

	places, err := s.FilePlaces(ctx, &protocol.FilePlacesParams{Cluster: "site"})
	if err != nil || places.Home != home || places.WorkingDirectory != "" || !slices.Equal(places.Places, []string{home + "/data", "/scratch/alice/x y"}) {
		t.Fatalf("places %+v, %v", places, err)
	}
	list, err := s.FileList(ctx, &protocol.FileListParams{Cluster: "site"})
	if err != nil || list.Path != home || len(list.Entries) != 1 || list.Entries[0].Name != "caf%E9" {
		t.Fatalf("listed %+v, %v", list, err)
	}
	name := "~/" + list.Entries[0].Name
	written, err := s.FileWrite(ctx, &protocol.FileWriteParams{Cluster: "site", Path: name, Content: base64.StdEncoding.EncodeToString([]byte("new content")), Version: list.Entries[0].Version})
	must(t, err)
	if written.Entry.Path != home+"/caf%E9" || written.Entry.Name != "caf%E9" {
		t.Errorf("wrote %+v", written.Entry)
	}
	_, err = s.FileWrite(ctx, &protocol.FileWriteParams{Cluster: "site", Path: name, Version: list.Entries[0].Version})
	if !fault.Is(err, fault.FileChanged) {
		t.Errorf("an old version: %v", err)
	}
	read, err := s.FileRead(ctx, &protocol.FileReadParams{Cluster: "site", Path: name, Offset: 4})
	if content, _ := base64.StdEncoding.DecodeString(read.Content); err != nil || string(content) != "content" || !read.End {
		t.Errorf("read %q, %v", content, err)
	}
	_, err = s.FileMkdir(ctx, &protocol.FileMkdirParams{Cluster: "site", Path: "a/b", Parents: true})
	must(t, err)
	renamed, err := s.FileRename(ctx, &protocol.FileRenameParams{Cluster: "site", Path: name, NewPath: "a/b/café"})
	if err != nil || renamed.Entry.Name != "café" {
		t.Errorf("renamed %+v, %v", renamed, err)
	}
	local := t.TempDir()
	down, err := s.FileDownload(ctx, &protocol.FileDownloadParams{Cluster: "site", Path: "a", LocalPath: filepath.Join(local, "a")})
	if err != nil || down.Files != 1 || down.Bytes != 11 {
		t.Errorf("downloaded %+v, %v", down, err)
	}
	up, err := s.FileUpload(ctx, &protocol.FileUploadParams{Cluster: "site", LocalPath: filepath.Join(local, "a"), Path: "c"})
	if err != nil || up.Files != 1 {
		t.Errorf("uploaded %+v, %v", up, err)
	}
	_, err = s.FileDelete(ctx, &protocol.FileDeleteParams{Cluster: "site", Path: "a", Recursive: true})
	must(t, err)
	if _, err = s.FileStat(ctx, &protocol.FileStatParams{Cluster: "site", Path: "a"}); !fault.Is(err, fault.FileNotFound) {
		t.Errorf("deleted: %v", err)
	}
	entries, err := os.ReadDir(home)
	if err != nil || len(entries) != 1 || entries[0].Name() != "c" {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestFileRequestsThatAreRefused(t *testing.T) {
	s := newOffline(t, profile.Profile{Place: store.Place{Title: "Site"}})
	ctx := t.Context()
	var errs []error
	add := func(_ any, err error) { errs = append(errs, err) }
	add(s.FileStat(ctx, &protocol.FileStatParams{}))
	add(s.FileStat(ctx, &protocol.FileStatParams{Path: "a%00b"}))
	add(s.FileRead(ctx, &protocol.FileReadParams{Path: "a", Offset: -1}))
	add(s.FileRead(ctx, &protocol.FileReadParams{Path: "a", Limit: 3 << 20}))
	add(s.FileList(ctx, &protocol.FileListParams{Limit: -1}))
	add(s.FileWrite(ctx, &protocol.FileWriteParams{Path: "a", Content: "*"}))
	add(s.FileWrite(ctx, &protocol.FileWriteParams{Path: "a", Content: strings.Repeat("AAAA", 1<<20)}))
	add(s.FileUpload(ctx, &protocol.FileUploadParams{Path: "a", LocalPath: "relative"}))
	add(s.FileDownload(ctx, &protocol.FileDownloadParams{Path: "a", LocalPath: "relative"}))
	if i := slices.IndexFunc(errs, func(err error) bool { return !fault.Is(err, fault.BadRequest) }); i >= 0 {
		t.Errorf("request %d: %v", i, errs[i])
	}
}

// TestNoSFTPSubsystem: sftp-server is started by its path, and what login files print does
// not matter.
func TestNoSFTPSubsystem(t *testing.T) {
	s, home := newFiles(t)
	must(t, os.WriteFile(filepath.Join(home, ".bashrc"), []byte("echo Welcome\n"), 0o644))
	if _, err := s.FileStat(t.Context(), &protocol.FileStatParams{Cluster: "site", Path: "~"}); err != nil {
		t.Error(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestManySkippedFiles: the result fits into a message.
func TestManySkippedFiles(t *testing.T) {
	w := wireTransfer(files.Transferred{Skipped: make([]files.Skipped, maxSkipped+7)})
	if last := w.Skipped[len(w.Skipped)-1]; len(w.Skipped) != maxSkipped+1 || last.Path != "7 more files" {
		t.Errorf("%d, the last is %+v", len(w.Skipped), last)
	}
}
