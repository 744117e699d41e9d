//go:build linux

package project

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sftptest"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

// nobody is the user who may fill a disk only up to a quota.
const nobody = "65534"

// limitSize sets the size that files of the server may have.
const limitSize = "setpriv --reuid " + nobody + " --regid " + nobody + " --clear-groups prlimit --pid SERVER --fsize="

// disk is a file system of its own for the host's folder, in a mount namespace of its own.
type disk struct {
	t    *testing.T
	host *sftptest.Host
	pid  int // of the process in its namespace
}

// newDisk mounts a tmpfs with options there; the server runs as nobody.
func newDisk(t *testing.T, options string) *disk {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: a file system of its own")
	}
	d := &disk{t: t, host: sftptest.New(t)}
	script := fmt.Sprintf("mount -t tmpfs -o mode=1777,%s none %s && echo mounted && exec sleep infinity", options, d.host.Folder)
	mounter := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-c", script)
	sshtest.TieToParent(mounter)
	out, err := mounter.StdoutPipe()
	must(t, err)
	var stderr strings.Builder
	mounter.Stderr = &stderr
	must(t, mounter.Start())
	t.Cleanup(func() {
		_ = mounter.Process.Kill()
		_ = mounter.Wait()
	})
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "mounted\n" {
		_, _ = io.Copy(io.Discard, out)
		_ = mounter.Wait()
		t.Skipf("this system mounts no tmpfs with %s: %s", options, stderr.String())
	}
	d.pid = mounter.Process.Pid
	d.host.Wrap = []string{"nsenter", fmt.Sprintf("--mount=/proc/%d/ns/mnt", d.pid), "setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups",
		"sh", "-c", `trap '' XFSZ; exec "$@"`, "sh"} // a write beyond a limit of size fails then, and does not kill
	return d
}

// path returns where this process sees a file of the disk.
func (d *disk) path(name string) string {
	return fmt.Sprintf("/proc/%d/root%s", d.pid, d.host.Path(name))
}

// do runs a command there as root; SERVER is the pid of the server.
func (d *disk) do(command string) {
	d.t.Helper()
	if strings.Contains(command, "SERVER") {
		command = strings.ReplaceAll(command, "SERVER", strconv.Itoa(d.host.Process().Pid))
	}
	out, err := exec.Command("nsenter", fmt.Sprintf("--mount=/proc/%d/ns/mnt", d.pid), "sh", "-ec", "cd "+d.host.Folder+"; "+command).CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s: %v: %s", command, err, out)
	}
}

// TestPushToADiskThatIsFull: and over a quota, beyond the size that a file may have, into a folder that cannot be written, and to a disk
// that is read-only: the error says so, each file is the old one or the new one, and the next
// push completes the copy once that is over.
func TestPushToADiskThatIsFull(t *testing.T) {
	for _, row := range []struct{ name, options, spoil, repair, code, answer string }{
		{"disk full", "size=400k", "true", "mount -o remount,size=10m .", string(fault.FileNoSpace), "the disk is full"},
		{"over the quota", "size=10m,usrquota,usrquota_block_hardlimit=400k", "true", "rm filler", string(fault.FileNoSpace), "over your quota"},
		{"files too large", "size=10m", limitSize + "10000:", limitSize + "unlimited:", string(fault.FileNoSpace), "over your quota"},
		{"folder not writable", "size=10m", "chown -R 0 work/mirror; chmod -R a-w,a+rX work/mirror", "chown -R " + nobody + " work/mirror; chmod -R u+w work/mirror", string(fault.FileDenied), "permission"},
		{"disk read-only", "size=10m", "mount -o remount,ro .", "mount -o remount,rw .", string(fault.FileDenied), "read-only"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDisk(t, row.options)
			if strings.Contains(row.options, "quota") {
				d.do("head -c 200000 /dev/zero >filler; chown " + nobody + " filler")
			}
			l := newLaptop(t, d.host)
			before, after := map[string]string{}, map[string]string{}
			for i := range 20 {
				name := fmt.Sprintf("d%d/f%d", i%3, i)
				before[name], after[name] = strings.Repeat("o", 100+i), strings.Repeat("n", 20_000+i)
			}
			write(t, l.folder, before)
			l.mustPush()
			d.do(row.spoil)
			write(t, l.folder, after)
			_, err := l.push()
			if f := fault.As(err); f == nil || string(f.Code) != row.code || !strings.Contains(f.Error(), row.answer) {
				t.Errorf("the push returns %v", err)
			}
			for name, text := range contents(t, d.path("work/mirror")) {
				if text != before[name] && text != after[name] {
					t.Errorf("%s is %.20q of %d", name, text, len(text))
				}
			}
			d.do(row.repair)
			if r := l.mustPush(); len(r.Conflicts) > 0 {
				t.Errorf("the next push: %+v", r)
			}
			if s := difference(contents(t, d.path("work/mirror")), after); s != "" {
				t.Errorf("the copy is another: %s", s)
			}
		})
	}
}

// TestPushOfFilesThatFail: one that cannot be written or deleted there does not keep the others from being sent. The error
// names it, and the next push without one reports the conflicts.
func TestPushOfFilesThatFail(t *testing.T) {
	for _, row := range []struct{ name, spoil, repair, code, tried string }{
		{"folder not writable", "chown -R 0 work/mirror/d; chmod -R a-w,a+rX work/mirror/d", "chown -R " + nobody + " work/mirror/d; chmod -R u+w work/mirror/d", string(fault.FileDenied), "copying d/e and 3 more to "},
		{"file too large", limitSize + "10000:", limitSize + "unlimited:", string(fault.FileNoSpace), "copying d/large to "},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDisk(t, "size=10m")
			l := newLaptop(t, d.host)
			write(t, l.folder, map[string]string{"d/gone": "1", "d/large": "1", "small": "1", "both": "1"})
			l.mustPush()
			d.do(row.spoil)
			write(t, d.path("work/mirror"), map[string]string{"both": "theirs"})
			want := map[string]string{"d/large": strings.Repeat("l", 20_000), "d/e/new": "n", "small": "second"}
			write(t, l.folder, want)
			write(t, l.folder, map[string]string{"both": "mine"})
			must(t, os.Remove(filepath.Join(l.folder, "d/gone")))
			_, err := l.push()
			if f := fault.As(err); f == nil || string(f.Code) != row.code || !strings.Contains(f.Tried, row.tried) {
				t.Errorf("the push returns %v", err)
			}
			if text := contents(t, d.path("work/mirror"))["small"]; text != "second" {
				t.Errorf("the other file is %q", text)
			}
			d.do(row.repair)
			want["both"] = "theirs"
			if r := l.mustPush(); !slices.Equal(r.Conflicts, []Conflict{{Name: "both"}}) {
				t.Errorf("the next push: %+v", r)
			}
			if s := difference(contents(t, d.path("work/mirror")), want); s != "" {
				t.Errorf("the copy is another: %s", s)
			}
			if r := l.mustPush(); !slices.Equal(r.Conflicts, []Conflict{{Name: "both", Reported: true}}) || len(r.Sent) > 0 {
				t.Errorf("the push after it: %+v", r)
			}
		})
	}
}

// TestClocksADayApart: what changed on a cluster whose clock is a day behind or ahead is noticed,
// and so is what changes here afterwards.
func TestClocksADayApart(t *testing.T) {
	for _, apart := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		t.Run(apart.String(), func(t *testing.T) {
			l := newLaptop(t, sftptest.New(t))
			write(t, l.folder, map[string]string{"kept": "1", "mine": "1", "both": "1"})
			l.mustPush()
			changeThere := func(name, text string) {
				write(t, l.host.Path("work/mirror"), map[string]string{name: text})
				then := time.Now().Add(apart)
				must(t, os.Chtimes(l.host.Path("work/mirror/"+name), then, then))
			}
			changeThere("both", "2") // of the same size
			changeThere("result", "r")
			write(t, l.folder, map[string]string{"mine": "2", "both": "3"})
			later := time.Now().Add(2 * time.Second) // the same second is not told apart
			for _, name := range []string{"mine", "both"} {
				must(t, os.Chtimes(filepath.Join(l.folder, name), later, later))
			}
			r := l.mustPush()
			if !slices.Equal(r.Sent, []string{"mine"}) || !slices.Equal(r.Conflicts, []Conflict{{Name: "both"}}) || r.Unchanged != 1 {
				t.Errorf("%+v", r)
			}
			l.want(map[string]string{"kept": "1", "mine": "2", "both": "2", "result": "r"})
			if r := l.mustPush(func(o *Options) { o.Theirs = []string{"both"} }); !slices.Equal(r.Fetched, []string{"both"}) {
				t.Errorf("taken from there: %+v", r)
			}
			if r := l.mustPush(); r.Unchanged != 3 || len(r.Sent)+len(r.Conflicts) > 0 {
				t.Errorf("afterwards: %+v", r)
			}
		})
	}
}

// TestFilesThatCannotBeRead: one that the user may not read is left out, and not read again and again.
func TestFilesThatCannotBeRead(t *testing.T) {
	p := &push{mirror: &mirror{}, scan: &Scan{}, result: &Result{}}
	p.notRead("denied", &fs.PathError{Op: "open", Path: "denied", Err: fs.ErrPermission})
	p.notRead("gone", &fs.PathError{Op: "open", Path: "gone", Err: fs.ErrNotExist})
	p.notRead("busy", errBusy)
	if !slices.Equal(p.scan.LeftOut, []LeftOut{{"denied", 0, reasonFailed}}) || !slices.Equal(p.result.Busy, []string{"gone", "busy"}) {
		t.Errorf("left out %v, busy %v", p.scan.LeftOut, p.result.Busy)
	}
}
