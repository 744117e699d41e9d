//go:build unix

package e2e

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// oddNames are names that a shell, a terminal, or a page of markup reads in its own way.
var oddNames = []string{
	"with space", " led by one", "it's", `"quoted"`, "two\nlines", "tab\there", "\U0001f680 r\u00e9sum\u00e9", "-rf", "--help", "~", "$(reboot)", "`id`",
	"a;b&c|d", "*?[a]", `back\slash`, "%41", "100%", "..data", "...", "#hash", "{{x}}", "\x1b[31mred", "\u202egpj.exe", "\xff\xfe", ".hidden",
}

// TestOddNames: names with spaces, quotes, line breaks, escape sequences and bytes that are not
// UTF-8 arrive unchanged in both directions, in copies of folders, single files and shells.
func TestOddNames(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	folder := filepath.Join(t.TempDir(), "pro ject's\n")
	for _, name := range oddNames {
		must(t, os.MkdirAll(filepath.Join(folder, "in "+name), 0o755))
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(name), 0o644))
		must(t, os.WriteFile(filepath.Join(folder, "in "+name, "file"), []byte(name), 0o644))
	}
	remote := path.Join(w.remoteFolder(), "a 'copy'")
	push := func() (r protocol.ProjectPushResult) {
		t.Helper()
		must(t, w.call(protocol.MethodProjectPush, protocol.ProjectPushParams{Cluster: fileCluster, Project: protocol.ProjectCopy{Folder: folder, Path: remote}}, &r))
		return r
	}
	if r := push(); len(r.Sent) != 2*len(oddNames) {
		t.Errorf("%d files were sent: %q", len(r.Sent), r.Sent)
	}
	if r := push(); r.Unchanged != 2*len(oddNames) {
		t.Errorf("then: %+v", r)
	}
	back := filepath.Join(t.TempDir(), "back")
	must(t, w.call(protocol.MethodFileDownload, protocol.FileDownloadParams{Cluster: fileCluster, Path: remote, LocalPath: back}, &protocol.FileTransferResult{}))
	for _, name := range oddNames {
		for _, file := range []string{name, filepath.Join("in "+name, "file")} {
			if data, err := os.ReadFile(filepath.Join(back, file)); err != nil || string(data) != name {
				t.Errorf("%q came back as %q, %v", file, data, err)
			}
		}
	}
	var list protocol.FileListResult
	must(t, w.call(protocol.MethodFileList, protocol.FileListParams{Cluster: fileCluster, Path: remote}, &list))
	for _, e := range list.Entries {
		if strings.ContainsAny(e.Name, "\n\x1b\u202e") {
			t.Errorf("listed as %q", e.Name)
		}
		one := path.Join(remote, e.Name)
		moved := one + " moved"
		must(t, w.call(protocol.MethodFileRename, protocol.FileRenameParams{Cluster: fileCluster, Path: one, NewPath: moved}, &protocol.FileRenameResult{}))
		must(t, w.call(protocol.MethodFileDelete, protocol.FileDeleteParams{Cluster: fileCluster, Path: moved, Recursive: true}, &protocol.FileDeleteResult{}))
	}
	if left := site.MustExec(t, "login", "alice", "ls", "-A", remote); left != "" {
		t.Errorf("left: %q", left)
	}
}

// TestSpecialPaths: devices, pipes and folders are not read or replaced as if they were files, and
// no path leads out of a chosen folder.
func TestSpecialPaths(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	folder := w.remoteFolder()
	site.MustExec(t, "login", "alice", "sh", "-ec", "cd '"+folder+"'; mkfifo pipe; mkdir sub; ln -s /dev/zero zero; ln -s /etc/passwd out; echo a >a")
	for _, file := range []string{"/dev/zero", "/dev/tty", folder + "/pipe", folder + "/zero", folder, folder + "/sub/../pipe"} {
		for method, params := range map[string]any{
			protocol.MethodFileRead:     protocol.FileReadParams{Cluster: fileCluster, Path: file},
			protocol.MethodFileWrite:    protocol.FileWriteParams{Cluster: fileCluster, Path: file, Content: "YQ=="},
			protocol.MethodFileDownload: protocol.FileDownloadParams{Cluster: fileCluster, Path: file, LocalPath: filepath.Join(t.TempDir(), "x")},
		} {
			if file == folder && method == protocol.MethodFileDownload {
				continue // of a folder, that is what is in it
			}
			err := w.call(method, params, &struct{}{})
			if p := problemOf(t, err); p.Code != string(fault.FileFailed) && p.Code != string(fault.FileIsDirectory) && p.Code != string(fault.FileDenied) {
				t.Errorf("%s of %s: %+v", method, file, p)
			}
		}
	}
	back := filepath.Join(t.TempDir(), "back")
	var fetched protocol.FileTransferResult
	must(t, w.call(protocol.MethodFileDownload, protocol.FileDownloadParams{Cluster: fileCluster, Path: folder, LocalPath: back}, &fetched))
	entries, err := os.ReadDir(back)
	must(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, []string{"a", "sub"}) {
		t.Errorf("fetched %q: %+v", names, fetched)
	}
	for _, name := range []string{"../out", "/etc/passwd", "a/../../out"} {
		err := w.call(protocol.MethodProjectPush, protocol.ProjectPushParams{Cluster: fileCluster,
			Project: protocol.ProjectCopy{Folder: t.TempDir(), Path: folder + "/copy"}, Only: []string{name}}, &protocol.ProjectPushResult{})
		if err == nil {
			t.Errorf("a push of %s", name)
		}
	}
}

// TestFileServerEndsAfterUse: one sftp-server runs on the login node while files are used, and
// none two minutes later. The connection stays.
func TestFileServerEndsAfterUse(t *testing.T) {
	requireFaults(t, "it ends after two minutes")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	w.start(protocol.KernelRequest{})
	for range 20 {
		must(t, w.call(protocol.MethodFileList, protocol.FileListParams{Cluster: fileCluster}, &protocol.FileListResult{}))
	}
	if n := fileServers(t, site); n != 1 {
		t.Errorf("%d servers while files are used", n)
	}
	used := time.Now()
	eventually(t, 3*time.Minute, func() bool { return fileServers(t, site) == 0 }, func() string { return "an sftp-server is left" })
	measure(t, "gone after", "%s", seconds(time.Since(used)))
	must(t, w.call(protocol.MethodFileList, protocol.FileListParams{Cluster: fileCluster}, &protocol.FileListResult{}))
	if n := sshdProcesses(t, site); n != 1 {
		t.Errorf("%d logins", n)
	}
	w.stopAll()
	nothingLeft(t, site)
}

// fileServers returns how many sftp-servers alice has.
func fileServers(t *testing.T, site *testcluster.Site) (n int) {
	t.Helper()
	processes, err := site.Processes("login", "alice")
	must(t, err)
	for _, p := range processes {
		if strings.Contains(strings.Join(p.Args, " "), "sftp-server") || strings.Contains(p.Args[0], "internal-sftp") {
			n++
		}
	}
	return n
}

// TestShellSurvivesALongCut: the link is cut for 30 s, and nothing that a shell prints meanwhile
// is lost, nor what is typed.
func TestShellSurvivesALongCut(t *testing.T) {
	requireFaults(t, "the link is cut for 30 s")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	ready := w.start(protocol.KernelRequest{})
	s := w.openShell(ready.Session.ID, protocol.ShellOpenParams{Terminal: true})
	s.send("for i in $(seq 400); do echo tick-$i.; sleep 0.1; done; read typed; echo got-$typed.; exit 7\n")
	s.shows("tick-20.")
	must(t, site.Cut())
	s.send("in-the-dark\n")
	time.Sleep(30 * time.Second) // that is the condition
	must(t, site.Uncut())
	back := time.Now()
	s.shows("got-in-the-dark.")
	measure(t, "all output there after", "%s", seconds(time.Since(back)))
	s.exits(7)
	text := s.text()
	for i := range 400 {
		tick := fmt.Sprintf("tick-%d.\r\n", i+1)
		at := strings.Index(text, tick)
		if at < 0 {
			t.Fatalf("%q was lost", tick)
		}
		text = text[at+len(tick):]
	}
	w.stopAll()
	nothingLeft(t, site)
}
