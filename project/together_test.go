//go:build unix

package project

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/sftptest"
)

// TestFileThatChangesWhileItIsSent: it is read again; one that changes each time is reported and
// not sent, and the next push sends it.
func TestFileThatChangesWhileItIsSent(t *testing.T) {
	for _, row := range []struct {
		name    string
		changes int
		busy    bool
		deleted bool
	}{{"once", 1, false, false}, {"each time", 1000, true, false}, {"each time and is deleted then", 1000, true, true}} {
		t.Run(row.name, func(t *testing.T) {
			l := newLaptop(t, sftptest.New(t))
			write(t, l.folder, map[string]string{"a": "old", "b": "b"})
			l.mustPush()
			write(t, l.folder, map[string]string{"a": "begun"})
			changed, text := 0, ""
			r := l.mustPush(func(o *Options) {
				o.Progress = func(int64, int64) {
					if changed < row.changes {
						changed++
						text = "begun" + strings.Repeat("!", changed)
						write(t, l.folder, map[string]string{"a": text})
					}
				}
			})
			if row.busy {
				if !slices.Equal(r.Busy, []string{"a"}) || len(r.Sent) > 0 {
					t.Errorf("%+v", r)
				}
				l.want(map[string]string{"a": "old", "b": "b"})
				if all, err := l.changes(); err != nil || len(all) > 0 {
					t.Errorf("changed there: %+v, %v", all, err)
				}
				if row.deleted {
					must(t, os.Remove(filepath.Join(l.folder, "a")))
				}
				r = l.mustPush()
			}
			if row.deleted {
				if !slices.Equal(r.Removed, []string{"a"}) || len(r.Conflicts) > 0 {
					t.Errorf("%+v", r)
				}
				return
			}
			if !slices.Equal(r.Sent, []string{"a"}) || len(r.Busy)+len(r.Conflicts) > 0 {
				t.Errorf("%+v", r)
			}
			l.want(map[string]string{"a": text, "b": "b"})
		})
	}
}

// TestTwoLaptops: both copy to one folder at once, with the user's yes. Each file there is a whole
// one of either, and what one has put is not overwritten by the other without a word.
func TestTwoLaptops(t *testing.T) {
	host := sftptest.New(t)
	laptops := []*laptop{newLaptop(t, host), newLaptop(t, host)}
	adopt := func(o *Options) { o.Adopt = true }
	for round := range 3 {
		texts := make([]map[string]string, len(laptops))
		var all sync.WaitGroup
		for i, l := range laptops {
			texts[i] = map[string]string{}
			for n := range 20 {
				texts[i][fmt.Sprintf("d%d/f%d", n%3, n)] = strings.Repeat(fmt.Sprintf("%d of %d\n", round, i), 1000+n)
			}
			write(t, l.folder, texts[i])
			all.Go(func() {
				if _, err := l.push(adopt); err != nil {
					t.Errorf("laptop %d: %v", i, err)
				}
			})
		}
		all.Wait()
		for name, text := range laptops[0].mirror() {
			var of, by int
			if n, _ := fmt.Sscanf(text, "%d of %d\n", &of, &by); n != 2 || text != strings.Repeat(fmt.Sprintf("%d of %d\n", of, by), strings.Count(text, "\n")) ||
				strings.Count(text, "\n") != strings.Count(texts[0][name], "\n") {
				t.Fatalf("round %d: %s is %.60q of %d", round, name, text, len(text))
			}
		}
	}
	later := time.Now().Add(2 * time.Second)
	for i, l := range laptops { // one after the other: each keeps what the other has put
		write(t, l.folder, map[string]string{"d0/f0": strings.Repeat("the last ", i+1)})
		must(t, os.Chtimes(filepath.Join(l.folder, "d0/f0"), later, later))
		r := l.mustPush(adopt, func(o *Options) { o.Mine = []string{"d0/f0"} })
		if !slices.Equal(r.Sent, []string{"d0/f0"}) {
			t.Errorf("laptop %d: %+v", i, r)
		}
	}
	r := laptops[0].mustPush(adopt)
	if !slices.ContainsFunc(r.Conflicts, func(c Conflict) bool { return c.Name == "d0/f0" }) || slices.Contains(r.Sent, "d0/f0") {
		t.Errorf("what the other one has put: %+v", r)
	}
}
