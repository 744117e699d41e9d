package files

import (
	"context"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/internal/sftptest"
)

// TestRoundTrips: how many round trips an editor waits that opens a file, the first one and the
// next.
func TestRoundTrips(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(folder+"/a", []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		h := sftptest.NewFarHost(folder)
		c := New(Options{Where: "Test", Log: zap.NewNop(), Connect: func(context.Context) (Host, func(), error) { return h, func() {}, nil }})
		look := func() {
			t.Helper()
			entry, err := c.Stat(t.Context(), folder+"/a")
			if err != nil || entry.Name != folder+"/a" || entry.Type != File || entry.Size != 4 {
				t.Fatalf("%+v, %v", entry, err)
			}
		}
		read := func() {
			t.Helper()
			content, err := c.Read(t.Context(), folder+"/a", 0, 0)
			if err != nil || string(content.Data) != "text" {
				t.Fatalf("read %q, %v", content.Data, err)
			}
		}
		count := sftptest.Counter(t)
		look()
		count("to open the channel and look at a file", 3)
		read()
		count("to read it", 2)
		look()
		count("to look at a file", 1)
		read()
		count("to read it", 2)
		time.Sleep(lookedFor)
		count("pause", lookedFor.Seconds()/sftptest.Trip.Seconds())
		read()
		count("to read a file that was not looked at before", 3)
		c.Close()
		h.Wait()
	})
}
