package project

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/sftptest"
)

// TestRoundTrips: how many round trips a copy takes that is made while a kernel starts, and one
// in which nothing has changed.
func TestRoundTrips(t *testing.T) {
	folder, texts := t.TempDir(), map[string]string{}
	for i := range 300 {
		texts[fmt.Sprintf("d%d/f%d.py", i%10, i)] = strings.Repeat("x", 16_000)
	}
	write(t, folder, texts)
	scan, err := NewScan(t.Context(), folder, DefaultLimits, nil, nil)
	must(t, err)
	locks, remote := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := sftptest.NewFarHost(remote)
		c := files.New(files.Options{Where: "Test", Log: zap.NewNop(), Connect: func(context.Context) (files.Host, func(), error) { return h, func() {}, nil }})
		count := sftptest.Counter(t)
		if _, err := c.Home(t.Context()); err != nil {
			t.Fatal(err)
		}
		count("to open the channel", 3)
		o := Options{Remote: remote + "/mirror", Source: Source{ID: "source"}, LockDir: locks, Usable: func() { count("until it is known that the folder may be used", 1) }}
		if r, err := Push(t.Context(), c, scan, o); err != nil || len(r.Sent) != len(texts) {
			t.Fatalf("%+v, %v", r, err)
		}
		count("to make the copy", 15)
		o.Usable = func() { count("until it is known that the copy is ours", 2) }
		if _, err := Push(t.Context(), c, scan, o); err != nil {
			t.Fatal(err)
		}
		count("to find out that nothing has changed", 0)
		o.Usable, o.Adopt, o.Source = nil, true, Source{ID: "another"}
		times := time.Now().Add(-time.Hour)
		for name := range texts {
			if err := os.Chtimes(remote+"/mirror/"+name, times, times); err != nil {
				t.Fatal(err)
			}
		}
		if r, err := Push(t.Context(), c, scan, o); err != nil || r.Unchanged != len(texts) {
			t.Fatalf("%+v, %v", r, err)
		}
		count("to compare all files with those of another copy", 16)
		write(t, folder, map[string]string{"d1/f1.py": "changed"})
		scan, err := NewScan(t.Context(), folder, DefaultLimits, nil, []string{"d1/f1.py"})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Push(t.Context(), c, scan, o); err != nil || len(r.Sent) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		count("to send a file that was saved", 11)
		c.Close()
		h.Wait()
	})
}
