//go:build unix

package project

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/sftptest"
)

// TestCancelledPush: a file that was not compared when the user cancelled is no conflict, and one
// that was not sent does not count as sent.
func TestCancelledPush(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	write(t, l.folder, map[string]string{"a": "a"})
	info, err := os.Stat(filepath.Join(l.folder, "a"))
	must(t, err)
	here := []Local{{Name: "a", Size: info.Size(), Modified: info.ModTime()}}
	newPush := func() *push {
		return &push{result: &Result{}, mirror: &mirror{
			folder: l.folder, o: Options{Remote: l.host.Path("work")}, token: "x",
			manifest: &manifest{Files: map[string]entry{}}, there: map[string]there{"a": {info: info}},
		}}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()

	p := newPush()
	p.compares = here
	if err := p.compare(cancelled); !errors.Is(err, context.Canceled) || len(p.result.Conflicts) > 0 || p.dirty {
		t.Errorf("comparing: %v, conflicts %+v", err, p.result.Conflicts)
	}

	p = newPush()
	p.sends = here
	must(t, l.client.Do(t.Context(), "testing", func(b *files.Batch) error {
		p.batch = b
		if err := b.MkdirAll(p.path(ownFolder)); err != nil {
			return err
		}
		if err := p.send(cancelled); !errors.Is(err, context.Canceled) {
			t.Errorf("sending: %v", err)
		}
		return nil
	}))
}
