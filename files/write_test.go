//go:build unix

package files

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

func TestRead(t *testing.T) {
	h, c := newTest(t)
	text := string(bytesOf(3<<20, 'x'))
	h.write("a", text)
	var got strings.Builder
	for offset := int64(0); ; {
		part, err := c.Read(t.Context(), "a", offset, 0)
		must(t, err)
		got.Write(part.Data)
		if offset += int64(len(part.Data)); part.End {
			break
		}
		if len(part.Data) != MaxRead {
			t.Fatalf("a part of %d bytes", len(part.Data))
		}
	}
	if got.String() != text {
		t.Error("the content is another")
	}
	must(t, syscall.Mkfifo(h.Path("pipe"), 0o644))
	h.write("empty", "")
	if part, err := c.Read(t.Context(), "empty", 0, 0); err != nil || !part.End || len(part.Data) != 0 {
		t.Errorf("an empty file: %+v, %v", part, err)
	}
	for name, code := range map[string]fault.Code{"none": fault.FileNotFound, "~": fault.FileIsDirectory, "pipe": fault.FileFailed} {
		_, err := c.Read(t.Context(), name, 0, 0)
		wantCode(t, err, code)
	}
}

func TestWrite(t *testing.T) {
	h, c := newTest(t)
	write := func(name, text string, want Precondition) (Entry, error) {
		return c.Write(t.Context(), name, []byte(text), want)
	}
	first, err := write("a", "one", Precondition{New: true})
	must(t, err)
	h.wantFile("a", "one")
	_, err = write("a", "two", Precondition{New: true})
	wantCode(t, err, fault.FileExists)
	second, err := write("a", "two more", Precondition{Version: first.Version})
	must(t, err)
	_, err = write("a", "three", Precondition{Version: first.Version})
	wantCode(t, err, fault.FileChanged)
	h.wantFile("a", "two more")
	must(t, os.Remove(h.Path("a")))
	_, err = write("a", "four", Precondition{Version: second.Version})
	wantCode(t, err, fault.FileChanged)
	_, err = write("a", "five", Precondition{})
	must(t, err)
	h.wantFile("a", "five")
	_, err = write("none/a", "", Precondition{})
	wantCode(t, err, fault.FileNotFound)
	_, err = write("~", "", Precondition{})
	wantCode(t, err, fault.FileIsDirectory)
	wantNames(t, h.Folder, "a")
}

// TestWriteKeepsTheFilesPlace: permissions, group and links stay.
func TestWriteKeepsTheFilesPlace(t *testing.T) {
	h, c := newTest(t)
	h.write("d/a", "old")
	must(t, os.Chmod(h.Path("d/a"), 0o640))
	group := os.Getgid()
	if os.Getuid() == 0 {
		group = 4321
		must(t, os.Chown(h.Path("d/a"), -1, group))
	}
	must(t, os.Symlink("d/a", h.Path("link")))
	_, err := c.Write(t.Context(), "link", []byte("new"), Precondition{})
	must(t, err)
	h.wantFile("d/a", "new")
	info, err := os.Lstat(h.Path("link"))
	must(t, err)
	if info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link became a file")
	}
	info, err = os.Stat(h.Path("d/a"))
	must(t, err)
	if info.Mode().Perm() != 0o640 || int(info.Sys().(*syscall.Stat_t).Gid) != group {
		t.Errorf("mode %v, group %d", info.Mode(), info.Sys().(*syscall.Stat_t).Gid)
	}
	must(t, os.Symlink("nowhere", h.Path("broken")))
	_, err = c.Write(t.Context(), "broken", nil, Precondition{})
	wantCode(t, err, fault.FileNotFound)
}

// asNobody runs the server as another user, who owns nothing.
func asNobody(t *testing.T, h *testHost) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: the server runs as another user")
	}
	h.Wrap = []string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"}
}

// TestWriteInPlace: a file of another user, and one in a folder that cannot be written, can be
// changed only in place; they keep their owner.
func TestWriteInPlace(t *testing.T) {
	h, c := newTest(t)
	asNobody(t, h)
	h.write("closed/a", "old and long")
	h.write("open/a", "old and long")
	must(t, os.Chmod(h.Path("open"), 0o777))
	for _, name := range []string{"closed/a", "open/a"} {
		must(t, os.Chmod(h.Path(name), 0o666))
		_, err := c.Write(t.Context(), name, []byte("new"), Precondition{})
		must(t, err)
		h.wantFile(name, "new")
		wantNames(t, filepath.Dir(h.Path(name)), "a")
		info, err := os.Stat(h.Path(name))
		must(t, err)
		if info.Sys().(*syscall.Stat_t).Uid != 0 {
			t.Errorf("%s has another owner", name)
		}
	}
	_, err := c.Write(t.Context(), "closed/b", nil, Precondition{})
	wantCode(t, err, fault.FileDenied)
	must(t, os.Chmod(h.Path("open/a"), 0o600))
	_, err = c.Read(t.Context(), "open/a", 0, 0)
	wantCode(t, err, fault.FileDenied)
}

// TestDeleteNamesWhatStays: a folder is deleted up to a file of another user.
func TestDeleteNamesWhatStays(t *testing.T) {
	h, c := newTest(t)
	asNobody(t, h)
	h.write("d/closed/a", "another user's")
	must(t, os.Chmod(h.Path("d"), 0o777))
	err := c.Delete(t.Context(), "d", true)
	wantCode(t, err, fault.FileDenied)
	wantAnswer(t, err, "deleting "+h.Path("d/closed/a")+" on Test: you")
}

// TestDiskFull: the old content stays, and nothing else does.
func TestDiskFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: a file system of its own")
	}
	if _, err := exec.LookPath("unshare"); err != nil {
		t.Skip("needs util-linux: ", err)
	}
	h, c := newTest(t)
	h.Wrap = []string{"unshare", "--mount", "--propagation", "private", "sh", "-c", "mount -t tmpfs -o size=64k none " + h.Folder + ` && exec "$@"`, "sh"}
	_, err := c.Write(t.Context(), "a", []byte("old"), Precondition{})
	must(t, err)
	_, err = c.Write(t.Context(), "a", bytesOf(1<<20, 'x'), Precondition{})
	wantCode(t, err, fault.FileNoSpace)
	if !strings.Contains(err.Error(), "the disk is full") {
		t.Error(err)
	}
	big := filepath.Join(t.TempDir(), "big")
	must(t, os.WriteFile(big, bytesOf(1<<20, 'x'), 0o644))
	_, err = c.Upload(t.Context(), big, "b", TransferOptions{})
	wantCode(t, err, fault.FileNoSpace)
	page, err := c.List(t.Context(), "", "", 0)
	must(t, err)
	if len(page.Entries) != 1 || page.Entries[0].Size != 3 {
		t.Errorf("left: %+v", page.Entries)
	}
}

func TestChanges(t *testing.T) {
	h, c := newTest(t)
	ctx := t.Context()
	_, err := c.Mkdir(ctx, "d", false)
	must(t, err)
	_, err = c.Mkdir(ctx, "d", false)
	wantCode(t, err, fault.FileExists)
	_, err = c.Mkdir(ctx, "d/e/f", true)
	must(t, err)
	_, err = c.Mkdir(ctx, "d/e/f", true)
	must(t, err)
	h.write("d/a", "a")
	h.write("d/b", "b")
	_, err = c.Mkdir(ctx, "d/a/x", true)
	wantCode(t, err, fault.FileNotDirectory)
	must(t, os.Symlink("nowhere", h.Path("link")))
	_, err = c.Mkdir(ctx, "link/x", true)
	wantAnswer(t, err, "leads nowhere")
	_, err = c.Mkdir(ctx, strings.Repeat("long", 100), true)
	wantAnswer(t, err, "the name is too long")
	_, err = c.Write(ctx, strings.Repeat("long", 100), nil, Precondition{})
	wantAnswer(t, err, "the name is too long")
	_, err = c.Rename(ctx, "d/a", "d/b", false)
	wantCode(t, err, fault.FileExists)
	e, err := c.Rename(ctx, "d/a", "d/b", true)
	must(t, err)
	if e.Name != h.Path("d/b") {
		t.Errorf("renamed to %s", e.Name)
	}
	h.wantFile("d/b", "a")
	_, err = c.Rename(ctx, "d/none", "d/c", true)
	wantCode(t, err, fault.FileNotFound)
	_, err = c.Rename(ctx, "d", "d/e/x", false)
	wantAnswer(t, err, "moved into itself")
	wantCode(t, c.Delete(ctx, "d", false), fault.FileNotEmpty)
	wantCode(t, c.Delete(ctx, "none", false), fault.FileNotFound)
	for _, above := range []string{"~", "~/..", "/"} {
		wantCode(t, c.Delete(ctx, above, true), fault.BadRequest)
	}
	h.wantFile("d/b", "a")
	h.write("other/keep", "kept")
	must(t, os.Symlink("../other", h.Path("d/link")))
	must(t, c.Delete(ctx, "d", true))
	if _, err := os.Stat(h.Path("d")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it is still there")
	}
	h.wantFile("other/keep", "kept")
}
