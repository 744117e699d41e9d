//go:build unix

package e2e

import (
	"bytes"
	"encoding/base64"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// fileCluster is whose files the tests use.
const fileCluster = "alice@login"

// remoteFolder makes a folder in alice's home directory that is removed with the test.
func (w *window) remoteFolder() string {
	w.t.Helper()
	var places protocol.FilePlacesResult
	must(w.t, w.call(protocol.MethodFilePlaces, protocol.FilePlacesParams{Cluster: fileCluster}, &places))
	folder := path.Join(places.Home, "files-"+path.Base(w.t.TempDir())+"-"+strings.ToLower(w.t.Name()))
	must(w.t, w.call(protocol.MethodFileMkdir, protocol.FileMkdirParams{Cluster: fileCluster, Path: folder, Parents: true}, &protocol.FileMkdirResult{}))
	w.t.Cleanup(func() { w.site.MustExec(w.t, "login", "alice", "rm", "-rf", folder) })
	return folder
}

// TestFiles: the files of the login node, without a job, a second login or a call to Slurm.
func TestFiles(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{CountCalls: true})
	folder := w.remoteFolder()
	must(t, site.ResetCalls())
	file := path.Join(folder, "a.ipynb")
	write := func(text, version string) (protocol.FileEntry, error) {
		var r protocol.FileWriteResult
		err := w.call(protocol.MethodFileWrite, protocol.FileWriteParams{
			Cluster: fileCluster, Path: file, Content: base64.StdEncoding.EncodeToString([]byte(text)), Version: version}, &r)
		return r.Entry, err
	}
	entry, err := write("{}", "")
	must(t, err)
	site.MustExec(t, "login", "alice", "chmod", "600", file)
	site.MustExec(t, "login", "alice", "sh", "-c", "echo changed there >'"+file+"'")
	_, err = write("{ }", entry.Version)
	if p := problemOf(t, err); p.Code != string(fault.FileChanged) {
		t.Errorf("a save over a change: %+v", p)
	}
	entry, err = write("mine", "")
	must(t, err)
	if entry.Path != file || entry.Mode != "600" || entry.Size != 4 {
		t.Errorf("after the save: %+v", entry)
	}
	var read protocol.FileReadResult
	must(t, w.call(protocol.MethodFileRead, protocol.FileReadParams{Cluster: fileCluster, Path: file}, &read))
	if content, _ := base64.StdEncoding.DecodeString(read.Content); string(content) != "mine" || !read.End || read.Entry.Version != entry.Version {
		t.Errorf("read %q, %+v", content, read)
	}
	site.MustExec(t, "login", "alice", "bash", "-c", `touch "$0/"$'caf\xe9'`, folder)
	var list protocol.FileListResult
	must(t, w.call(protocol.MethodFileList, protocol.FileListParams{Cluster: fileCluster, Path: folder}, &list))
	if len(list.Entries) != 2 || list.Entries[1].Name != "caf%E9" {
		t.Errorf("listed %+v", list.Entries)
	}
	must(t, w.call(protocol.MethodFileRename, protocol.FileRenameParams{Cluster: fileCluster, Path: folder + "/caf%E9", NewPath: folder + "/café"}, &protocol.FileRenameResult{}))
	must(t, w.call(protocol.MethodFileDelete, protocol.FileDeleteParams{Cluster: fileCluster, Path: folder + "/café"}, &protocol.FileDeleteResult{}))
	err = w.call(protocol.MethodFileStat, protocol.FileStatParams{Cluster: fileCluster, Path: folder + "/café"}, &protocol.FileStatResult{})
	if p := problemOf(t, err); p.Code != string(fault.FileNotFound) {
		t.Errorf("a file that was deleted: %+v", p)
	}
	if n := sshdProcesses(t, site); n != 1 {
		t.Errorf("%d logins", n)
	}
	if calls := slurmCalls(t, site); len(calls) > 0 {
		t.Errorf("Slurm was called: %q", calls)
	}
}

// sshdProcesses returns how many logins alice has.
func sshdProcesses(t *testing.T, site *testcluster.Site) (n int) {
	t.Helper()
	processes, err := site.Processes("login", "alice")
	must(t, err)
	for _, p := range processes {
		if strings.HasPrefix(p.Args[0], "sshd: alice") && !strings.Contains(p.Args[0], "internal-sftp") {
			n++
		}
	}
	return n
}

// TestFileTransfer sends a file of 20 MB and fetches it, with progress.
func TestFileTransfer(t *testing.T) {
	t.Parallel()
	_, w := sharedWindow(t)
	folder := w.remoteFolder()
	local := filepath.Join(t.TempDir(), "data.bin")
	content := bytes.Repeat([]byte("sunpyter\n"), 20_000_000/9)
	must(t, os.WriteFile(local, content, 0o600))
	var sent, fetched protocol.FileTransferResult
	must(t, w.call(protocol.MethodFileUpload, protocol.FileUploadParams{Cluster: fileCluster, LocalPath: local, Path: folder + "/data.bin", ProgressToken: "up"}, &sent))
	back := filepath.Join(t.TempDir(), "back")
	must(t, w.call(protocol.MethodFileDownload, protocol.FileDownloadParams{Cluster: fileCluster, Path: folder, LocalPath: back, ProgressToken: "down"}, &fetched))
	if sent.Bytes != len(content) || fetched.Files != 1 {
		t.Errorf("sent %+v, fetched %+v", sent, fetched)
	}
	if data, err := os.ReadFile(filepath.Join(back, "data.bin")); err != nil || !slices.Equal(data, content) {
		t.Errorf("the copy is another: %v", err)
	}
	err := w.call(protocol.MethodFileDownload, protocol.FileDownloadParams{Cluster: fileCluster, Path: folder + "/data.bin", LocalPath: "relative"}, &fetched)
	if p := problemOf(t, err); p.Code != string(fault.BadRequest) {
		t.Errorf("a relative path of this computer: %+v", p)
	}
}

// siteWithoutSubsystem returns a site whose login node has an SFTP subsystem that does not work.
func siteWithoutSubsystem(t *testing.T) *testcluster.Site {
	t.Helper()
	site := testcluster.Start(t, testcluster.Options{})
	config, err := site.ReadFile("login", "/etc/ssh/sshd_config")
	must(t, err)
	must(t, site.WriteFile("login", "/etc/ssh/sshd_config", 0o644, strings.Replace(string(config), "internal-sftp", "/bin/false", 1)))
	must(t, site.StopService("login", "sshd"))
	must(t, site.StartService("login", "sshd"))
	return site
}

// TestFilesThroughTheJob: the login node has no sftp-server either; while a kernel runs, files
// are reached through its job, and otherwise the error says so.
func TestFilesThroughTheJob(t *testing.T) {
	t.Parallel()
	site := siteWithoutSubsystem(t)
	site.MustExec(t, "login", "root", "mount", "--bind", "/dev/null", "/usr/lib/openssh/sftp-server")
	w := openWindow(t, site)
	err := w.call(protocol.MethodFilePlaces, protocol.FilePlacesParams{Cluster: fileCluster}, &protocol.FilePlacesResult{})
	if p := problemOf(t, err); p.Code != string(fault.NoSFTP) || !strings.Contains(p.Message, "Start a kernel") {
		t.Errorf("without a kernel: %+v", p)
	}
	ready := w.startOn(fileCluster)
	w.remoteFolder()
	must(t, w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: ready.Session.ID}, &protocol.KernelStopResult{}))
	err = w.call(protocol.MethodFileStat, protocol.FileStatParams{Cluster: fileCluster, Path: "~"}, &protocol.FileStatResult{})
	if p := problemOf(t, err); p.Code != string(fault.NoSFTP) {
		t.Errorf("after the kernel's end: %+v", p)
	}
}

// TestNoSFTPSubsystem: the site's SFTP subsystem does not work; sftp-server is started by its
// path. The user's login files print something.
func TestNoSFTPSubsystem(t *testing.T) {
	t.Parallel()
	site := siteWithoutSubsystem(t)
	w := openWindow(t, site)
	must(t, site.WriteFile("login", "/home/alice/.bashrc", 0o644, "echo Welcome\n"))
	folder := w.remoteFolder()
	if folder == "" || !strings.HasPrefix(folder, "/home/alice/") {
		t.Errorf("the folder is %s", folder)
	}
	processes, err := site.Processes("login", "alice")
	must(t, err)
	if !slices.ContainsFunc(processes, func(p testcluster.Process) bool { return strings.HasSuffix(p.Args[0], "/sftp-server") }) {
		t.Errorf("no sftp-server among %v", processes)
	}
}

// TestKernelWithProject: a folder is copied while the job starts, and a kernel in it finds the
// modules and data beside the notebook.
func TestKernelWithProject(t *testing.T) {
	t.Parallel()
	_, w := sharedWindow(t)
	folder := filepath.Join(t.TempDir(), "my project")
	must(t, os.MkdirAll(filepath.Join(folder, "pkg"), 0o755))
	for name, text := range map[string]string{"mymod.py": "x = 42", "data.csv": "a,b", "pkg/__init__.py": "y = 1", ".env": "SECRET=1"} {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	remote := path.Join(w.remoteFolder(), "copy")
	var ready protocol.KernelStartResult
	must(t, w.call(protocol.MethodKernelStart, protocol.KernelStartParams{
		Cluster: fileCluster, Project: &protocol.ProjectCopy{Folder: folder, Path: remote}, ProgressToken: "start"}, &ready))
	w.mu.Lock()
	if !slices.ContainsFunc(w.reports, func(p protocol.ProgressParams) bool {
		return p.Token == "start" && p.DoneBytes == 14 && p.TotalBytes == 14
	}) {
		t.Errorf("the bytes were not reported: %+v", w.reports)
	}
	w.mu.Unlock()
	if ready.ProjectProblem != nil || ready.Project == nil || len(ready.Project.Sent) != 3 || len(ready.Project.LeftOut) != 1 {
		t.Errorf("copied %+v, %+v", ready.Project, ready.ProjectProblem)
	}
	if ready.Session.WorkingDirectory != remote {
		t.Errorf("it runs in %s", ready.Session.WorkingDirectory)
	}
	k := openKernel(t, ready)
	if out := k.run("import mymod, pkg; print(mymod.x, pkg.y, open('data.csv').read())"); out != "42 1 a,b" {
		t.Errorf("the kernel printed %q", out)
	}
	k.run("open('result.txt', 'w').write('there')")
	must(t, os.WriteFile(filepath.Join(folder, "mymod.py"), []byte("x = 43"), 0o644))
	var again protocol.ProjectPushResult
	must(t, w.call(protocol.MethodProjectPush, protocol.ProjectPushParams{Cluster: fileCluster, Project: protocol.ProjectCopy{Folder: folder, Path: remote}}, &again))
	if !slices.Equal(again.Sent, []string{"mymod.py"}) || again.Unchanged != 2 || len(again.Conflicts) > 0 {
		t.Errorf("after a save: %+v", again)
	}
	if out := k.run("import importlib; print(importlib.reload(mymod).x, open('result.txt').read())"); out != "43 there" {
		t.Errorf("after a save the kernel printed %q", out)
	}
	other := t.TempDir()
	must(t, os.WriteFile(filepath.Join(other, "mymod.py"), []byte("x = 0"), 0o644))
	err := w.call(protocol.MethodKernelStart, protocol.KernelStartParams{Cluster: fileCluster, Project: &protocol.ProjectCopy{Folder: other, Path: remote}}, &protocol.KernelStartResult{})
	if p := problemOf(t, err); p.Code != string(fault.ProjectNotOurs) {
		t.Errorf("a start in the copy of another folder: %+v", p)
	}
	if out := k.run("print(importlib.reload(mymod).x)"); out != "43" {
		t.Errorf("after that the kernel printed %q", out)
	}
	must(t, w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: ready.Session.ID}, &protocol.KernelStopResult{}))
}
