//go:build unix

package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"

	"github.com/sa2c/sunpyter/fault"
)

func TestUploadAndDownloadOfAFolder(t *testing.T) {
	h, c := newTest(t)
	local := t.TempDir()
	for name, text := range map[string]string{"a": "a", "d/b": strings.Repeat("b", 100_000), "d/e/ü \n'x'": "odd"} {
		file := filepath.Join(local, name)
		must(t, os.MkdirAll(filepath.Dir(file), 0o777))
		must(t, os.WriteFile(file, []byte(text), 0o644))
	}
	must(t, os.Symlink("a", filepath.Join(local, "link")))
	var last, total atomic.Int64
	done, err := c.Upload(t.Context(), local, "copy", TransferOptions{Progress: func(n, of int64) { last.Store(max(last.Load(), n)); total.Store(of) }})
	must(t, err)
	if done.Files != 3 || done.Bytes != 100_004 || len(done.Skipped) != 1 || last.Load() != 100_004 || total.Load() != 100_004 {
		t.Errorf("sent %+v, %d of %d", done, last.Load(), total.Load())
	}
	h.wantFile("copy/d/e/ü \n'x'", "odd")

	must(t, os.Symlink("a", h.Path("copy/there")))
	back := filepath.Join(t.TempDir(), "back")
	must(t, os.MkdirAll(back, 0o777))
	must(t, os.WriteFile(filepath.Join(back, "a"), []byte("mine"), 0o644))
	done, err = c.Download(t.Context(), "copy", back, TransferOptions{})
	must(t, err)
	if done.Files != 2 || len(done.Skipped) != 2 || done.Skipped[0] != (Skipped{h.Path("copy/a"), reasonExists}) {
		t.Errorf("fetched %+v", done)
	}
	if data, _ := os.ReadFile(filepath.Join(back, "a")); string(data) != "mine" {
		t.Errorf("a file of this computer was overwritten: %q", data)
	}
	if _, err = c.Download(t.Context(), "copy", back, TransferOptions{Overwrite: true}); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(filepath.Join(back, "a")); string(data) != "a" {
		t.Errorf("not overwritten: %q", data)
	}
	wantNames(t, back, "a", "d")
}

func TestTransferOfOneFile(t *testing.T) {
	h, c := newTest(t)
	local := filepath.Join(t.TempDir(), "a")
	must(t, os.WriteFile(local, []byte("mine"), 0o644))
	h.write("a", "theirs")
	_, err := c.Upload(t.Context(), local, "a", TransferOptions{})
	wantCode(t, err, fault.FileExists)
	_, err = c.Upload(t.Context(), local, "a", TransferOptions{Want: Precondition{Version: "1-1"}})
	wantCode(t, err, fault.FileChanged)
	_, err = c.Download(t.Context(), "a", local, TransferOptions{})
	wantCode(t, err, fault.FileExists)
	_, err = c.Upload(t.Context(), filepath.Join(local, "none"), "a", TransferOptions{})
	wantCode(t, err, fault.LocalFile)
	_, err = c.Download(t.Context(), "a", filepath.Join(local, "none", "x"), TransferOptions{})
	wantCode(t, err, fault.LocalFile)
	_, err = c.Upload(t.Context(), local, "a", TransferOptions{Overwrite: true})
	must(t, err)
	h.wantFile("a", "mine")
	wantNames(t, h.Folder, "a")
}

// TestResume: a large transfer is cut and cancelled, and goes on where it was.
func TestResume(t *testing.T) {
	h, c := newTest(t)
	content := bytesOf(40<<20, 'x')
	local := filepath.Join(t.TempDir(), "big")
	must(t, os.WriteFile(local, content, 0o644))
	h.KillAt.Store(25 << 20)
	_, err := c.Upload(t.Context(), local, "big", TransferOptions{})
	wantCode(t, err, fault.LinkLost)
	h.Wait()
	if _, err := os.Stat(h.Path("big")); err == nil {
		t.Fatal("there is a half file")
	}
	h.KillAt.Store(0)
	first := int64(-1)
	_, err = c.Upload(t.Context(), local, "big", TransferOptions{Progress: func(n, _ int64) {
		if first < 0 {
			first = n
		}
	}})
	must(t, err)
	if first < 10<<20 {
		t.Errorf("the upload began again at %d", first)
	}
	h.wantFile("big", string(content))
	wantNames(t, h.Folder, "big")

	back := filepath.Join(t.TempDir(), "big")
	ctx, cancel := context.WithCancel(t.Context())
	_, err = c.Download(ctx, "big", back, TransferOptions{Progress: func(n, _ int64) {
		if n > 20<<20 {
			cancel()
		}
	}})
	wantCode(t, err, fault.Cancelled)
	first = -1
	_, err = c.Download(t.Context(), "big", back, TransferOptions{Progress: func(n, _ int64) {
		if first < 0 {
			first = n
		}
	}})
	must(t, err)
	if first < 20<<20 {
		t.Errorf("the download began again at %d", first)
	}
	if data, _ := os.ReadFile(back); string(data) != string(content) {
		t.Error("the copy is another")
	}
	wantNames(t, filepath.Dir(back), "big")
}

// hostileFile is a file of a server that lies about names.
type hostileFile struct {
	name string
	mode fs.FileMode
}

func (f hostileFile) Name() string      { return f.name }
func (hostileFile) Size() int64         { return 4 }
func (f hostileFile) Mode() fs.FileMode { return f.mode }
func (hostileFile) ModTime() time.Time  { return time.Unix(1_700_000_000, 0) }
func (f hostileFile) IsDir() bool       { return f.mode.IsDir() }
func (hostileFile) Sys() any            { return nil }

// hostile is such a server: its folders have names that lead elsewhere, or no end.
type hostile struct{ content string }

func (h hostile) Fileread(*sftp.Request) (io.ReaderAt, error) {
	return strings.NewReader(h.content), nil
}

func (h hostile) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	switch {
	case r.Method == "List" && strings.HasPrefix(r.Filepath, "/endless"):
		return listing{hostileFile{"deeper", fs.ModeDir | 0o755}}, nil
	case r.Method == "List" && r.Filepath == "/folder":
		names := listing{hostileFile{"good", 0o644}}
		for _, name := range []string{"../evil", "../../evil2", "..", ".", "/tmp/sunpyter-evil", "a/b", "", "x\x00y", "sub/../../evil3"} {
			names = append(names, hostileFile{name, 0o644}, hostileFile{name + "/", fs.ModeDir | 0o755})
		}
		return names, nil
	case r.Method == "List":
		return listing{}, nil
	case strings.HasSuffix(r.Filepath, "good"):
		return listing{hostileFile{"good", 0o644}}, nil
	}
	return listing{hostileFile{"folder", fs.ModeDir | 0o755}}, nil
}

type listing []fs.FileInfo

func (l listing) ListAt(to []fs.FileInfo, offset int64) (int, error) {
	if offset >= int64(len(l)) {
		return 0, io.EOF
	}
	n := copy(to, l[offset:])
	if n < len(to) {
		return n, io.EOF
	}
	return n, nil
}

// TestHostileServer: no name that a server lists leads out of the chosen folder, nor does a
// link that is there, and a file is not longer than it said.
func TestHostileServer(t *testing.T) {
	h, c := newTest(t)
	h.Pipe = func(stream io.ReadWriteCloser) {
		server := sftp.NewRequestServer(stream, sftp.Handlers{FileGet: hostile{strings.Repeat("long", 10_000)}, FileList: hostile{}})
		_ = server.Serve()
		_ = server.Close()
	}
	outer := t.TempDir()
	local := filepath.Join(outer, "in", "chosen")
	_, err := c.Download(t.Context(), "folder", local, TransferOptions{})
	if err != nil {
		wantCode(t, err, fault.LocalFile) // of a name that is a file and a folder
	}
	wantNames(t, outer, "in")
	wantNames(t, filepath.Join(outer, "in"), "chosen")
	if _, err := os.Lstat("/tmp/sunpyter-evil"); err == nil {
		t.Error("a file was written by its absolute path")
	}
	_, err = c.Download(t.Context(), "endless", filepath.Join(outer, "endless"), TransferOptions{})
	wantCode(t, err, fault.FileFailed)
	good := filepath.Join(outer, "good")
	done, err := c.Download(t.Context(), "folder/good", good, TransferOptions{})
	if err != nil || len(done.Changed) != 1 {
		t.Errorf("fetched %+v, %v", done, err)
	}
	if data, _ := os.ReadFile(good); string(data) != "long" {
		t.Errorf("it has %d bytes", len(data))
	}
}

// TestLinkThatLeadsOut: a link in the chosen folder is not followed.
func TestLinkThatLeadsOut(t *testing.T) {
	h, c := newTest(t)
	h.write("d/sub/evil", "evil")
	local, outside := t.TempDir(), t.TempDir()
	must(t, os.Symlink(outside, filepath.Join(local, "sub")))
	done, err := c.Download(t.Context(), "d", local, TransferOptions{Overwrite: true})
	if err != nil || !slices.Equal(done.Skipped, []Skipped{{h.Path("d/sub"), reasonBlocked}}) {
		t.Errorf("%+v, %v", done, err)
	}
	wantNames(t, outside)
}

// TestFileThatChanges: a file that changes while it is sent is reported.
func TestFileThatChanges(t *testing.T) {
	_, c := newTest(t)
	local := filepath.Join(t.TempDir(), "a")
	must(t, os.WriteFile(local, bytesOf(1<<20, 'x'), 0o644))
	done, err := c.Upload(t.Context(), local, "a", TransferOptions{Progress: func(n, _ int64) {
		if n > 500_000 {
			file, err := os.OpenFile(local, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = file.WriteString("more")
				err = errors.Join(err, file.Close())
			}
			if err != nil {
				t.Error(err)
			}
		}
	}})
	if err != nil || !slices.Equal(done.Changed, []string{local}) {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestResumeOverAReadOnlyFile: what was sent of its replacement is read-only, too.
func TestResumeOverAReadOnlyFile(t *testing.T) {
	h, c := newTest(t)
	asNobody(t, h)
	_, err := c.Write(t.Context(), "big", []byte("old"), Precondition{})
	must(t, err)
	must(t, os.Chmod(h.Path("big"), 0o444))
	content := bytesOf(2*resumable, 'x')
	local := filepath.Join(t.TempDir(), "big")
	must(t, os.WriteFile(local, content, 0o644))
	h.KillAt.Store(resumable)
	_, err = c.Upload(t.Context(), local, "big", TransferOptions{Overwrite: true})
	wantCode(t, err, fault.LinkLost)
	h.Wait()
	h.KillAt.Store(0)
	_, err = c.Upload(t.Context(), local, "big", TransferOptions{Overwrite: true})
	must(t, err)
	h.wantFile("big", string(content))
	if info, err := os.Stat(h.Path("big")); err != nil || info.Mode().Perm() != 0o444 {
		t.Errorf("%v, %v", info, err)
	}
	wantNames(t, h.Folder, "big")
}

// TestFolderWithWhatCannotBeRead: the rest of it is copied, and what is left out is listed.
func TestFolderWithWhatCannotBeRead(t *testing.T) {
	h, c := newTest(t)
	asNobody(t, h)
	for _, name := range []string{"d/a", "d/closed/x", "d/secret", "d/taken/x", "d/out/x", "d/z"} {
		h.write(name, "text")
	}
	for _, name := range []string{"d/closed", "d/secret"} {
		must(t, os.Chmod(h.Path(name), 0o600))
	}
	local := t.TempDir()
	must(t, os.WriteFile(filepath.Join(local, "taken"), nil, 0o644))
	must(t, os.Symlink(t.TempDir(), filepath.Join(local, "out")))
	done, err := c.Download(t.Context(), "d", local, TransferOptions{})
	must(t, err)
	want := []Skipped{{h.Path("d/closed"), reasonDenied}, {h.Path("d/out"), reasonBlocked}, {h.Path("d/secret"), reasonDenied}, {h.Path("d/taken"), reasonBlocked}}
	if done.Files != 2 || !slices.Equal(done.Skipped, want) {
		t.Errorf("%+v", done)
	}
	wantNames(t, local, "a", "closed", "out", "taken", "z")
	done, err = c.DownloadFiles(t.Context(), "d", []string{"a", "out/x", "secret", "z"}, local, TransferOptions{Overwrite: true})
	must(t, err)
	if want := []Skipped{{h.Path("d/out/x"), reasonBlocked}, {h.Path("d/secret"), reasonDenied}}; done.Files != 2 || !slices.Equal(done.Skipped, want) {
		t.Errorf("%+v", done)
	}
	_, err = c.DownloadFiles(t.Context(), "d", []string{"out/x"}, local, TransferOptions{})
	if wantCode(t, err, fault.LocalFile); !strings.Contains(err.Error(), reasonBlocked) {
		t.Error(err)
	}
	for _, name := range []string{"d/closed", "d/secret"} {
		_, err = c.Download(t.Context(), name, filepath.Join(t.TempDir(), "x"), TransferOptions{})
		wantCode(t, err, fault.FileDenied)
	}
}

// TestUploadToAFolderWithOthersFiles: an error names the file, and a folder there that has a file's name is kept.
func TestUploadToAFolderWithOthersFiles(t *testing.T) {
	h, c := newTest(t)
	asNobody(t, h)
	local := t.TempDir()
	for _, name := range []string{"folder", "others"} {
		must(t, os.WriteFile(filepath.Join(local, name), []byte("mine"), 0o644))
	}
	h.write("d/folder/x", "theirs")
	h.write("d/others", "theirs")
	_, err := c.Upload(t.Context(), local, "d", TransferOptions{Overwrite: true})
	if wantCode(t, err, fault.FileDenied); !strings.Contains(err.Error(), "copying "+filepath.Join(local, "others")+" to "+h.Path("d/others")) {
		t.Error(err)
	}
	must(t, os.Remove(filepath.Join(local, "others")))
	done, err := c.Upload(t.Context(), local, "d", TransferOptions{Overwrite: true})
	if err != nil || !slices.Equal(done.Skipped, []Skipped{{filepath.Join(local, "folder"), reasonExists}}) {
		t.Errorf("%+v, %v", done, err)
	}
	_, err = c.Upload(t.Context(), local, "d/others", TransferOptions{})
	wantCode(t, err, fault.FileNotDirectory)
	wantAnswer(t, err, "delete "+h.Path("d/others"))
}

// TestFolderWithWhatIsGone: files are deleted while their folder is copied, in both directions.
func TestFolderWithWhatIsGone(t *testing.T) {
	h, c := newTest(t)
	const count = 3 * parallel // more than are opened before the first progress
	fill := func(folder string) TransferOptions {
		must(t, os.MkdirAll(folder, 0o777))
		for i := range count {
			must(t, os.WriteFile(filepath.Join(folder, strconv.Itoa(i)), []byte("text"), 0o644))
		}
		return TransferOptions{Progress: func(done, _ int64) {
			if done == 0 {
				return
			}
			for i := range count {
				_ = os.Remove(filepath.Join(folder, strconv.Itoa(i)))
			}
		}}
	}
	local := t.TempDir()
	for what, copying := range map[string]func() (Transferred, error){
		"download": func() (Transferred, error) {
			return c.Download(t.Context(), "d", filepath.Join(t.TempDir(), "d"), fill(h.Path("d")))
		},
		"upload": func() (Transferred, error) { return c.Upload(t.Context(), local, "up", fill(local)) },
	} {
		done, err := copying()
		if err != nil || done.Files == 0 || len(done.Skipped) == 0 || done.Files+len(done.Skipped) != count || done.Skipped[0].Reason != reasonGone {
			t.Errorf("%s: %+v, %v", what, done, err)
		}
	}
}
