//go:build linux

package project

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

// TestPushIntoOtherMounts: folders of the copy may be on another disk, or bind mounts, into which nothing can be renamed
// from the rest of the copy. Files there are new or replaced as elsewhere, and nothing else is left.
func TestPushIntoOtherMounts(t *testing.T) {
	for _, mount := range []string{"mount -t tmpfs -o mode=1777 none work/mirror/data", "mkdir -m 1777 other; mount --bind other work/mirror/data"} {
		t.Run(strings.Fields(mount)[0]+" "+strings.Fields(mount)[1], func(t *testing.T) {
			d := newDisk(t, "size=20m")
			l := newLaptop(t, d.host)
			want := map[string]string{"main.py": "1", "data/kept": "1"}
			write(t, l.folder, want)
			l.mustPush()
			d.do(mount)
			for i := range 300 {
				want[fmt.Sprintf("data/d%d/f%d", i%3, i)] = fmt.Sprint("new", i)
			}
			want["main.py"], want["data/large"] = "2", strings.Repeat("l", 3<<20)
			write(t, l.folder, want)
			must(t, os.Symlink("large", l.folder+"/data/link"))
			want["data/link"] = "-> large"
			var done, total int64
			r := l.mustPush(func(o *Options) {
				o.Progress = func(d, all int64) { done, total = max(done, d), all }
			})
			if len(r.Sent) != len(want) || len(r.Conflicts)+len(r.Busy) > 0 { // data/kept is not on the new disk
				t.Errorf("sent %d of %d: %+v", len(r.Sent), len(want), r.Conflicts)
			}
			if done != total {
				t.Errorf("%d of %d bytes", done, total)
			}
			if s := difference(contents(t, d.path("work/mirror")), want); s != "" {
				t.Errorf("the copy is another: %s", s)
			}

			source, err := NewSource(l.state, l.folder)
			must(t, err)
			s := &sender{push: &push{mirror: &mirror{o: Options{Remote: d.path("work/mirror"), Source: source}}}}
			must(t, os.WriteFile(s.neighbor("data/large"), []byte("of an interrupted push"), 0o666))
			must(t, os.Chown(s.neighbor("data/large"), 65534, 65534))
			want["data/large"], want["data/d1/f1"] = "second", "second"
			write(t, l.folder, map[string]string{"data/large": "second", "data/d1/f1": "second"})
			if r := l.mustPush(); !slices.Equal(r.Sent, []string{"data/d1/f1", "data/large"}) {
				t.Errorf("changed: %+v", r)
			}
			if s := difference(contents(t, d.path("work/mirror")), want); s != "" {
				t.Errorf("the copy is another: %s", s)
			}

			// A file that is a mount point cannot be replaced at all. The others are.
			d.do("touch single; mount --bind single work/mirror/data/d0/f0")
			want["main.py"] = "3"
			write(t, l.folder, map[string]string{"main.py": "3", "data/d0/f0": "third"})
			_, err = l.push(func(o *Options) { o.Mine = []string{"data/d0/f0"} })
			if f := fault.As(err); f == nil || f.Code != fault.FileFailed || !strings.Contains(f.Error(), "mount point") || !strings.Contains(f.Tried, "data/d0/f0") {
				t.Errorf("a mount point: %v", err)
			}
			got := contents(t, d.path("work/mirror"))
			if maps.DeleteFunc(want, func(name, _ string) bool { return name == "data/d0/f0" }); got["data/d0/f0"] != "" {
				t.Errorf("the mount point: %q", got["data/d0/f0"])
			}
			delete(got, "data/d0/f0")
			if s := difference(got, want); s != "" {
				t.Errorf("the copy is another: %s", s)
			}
		})
	}
}
