//go:build unix

package files

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sftptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testHost is a host whose files the tests look at.
type testHost struct {
	*sftptest.Host
	t *testing.T
}

// newTest returns the files of a folder, whose host may be changed before the first use.
func newTest(t *testing.T) (*testHost, *Client) {
	t.Helper()
	h := &testHost{sftptest.New(t), t}
	c := New(Options{Where: "Test", Log: zaptest.NewLogger(t), Connect: h.connect})
	t.Cleanup(c.Close)
	return h, c
}

func (h *testHost) connect(context.Context) (Host, func(), error) { return h.Host, h.Release, nil }

func (h *testHost) write(name, text string) {
	h.t.Helper()
	must(h.t, os.MkdirAll(filepath.Dir(h.Path(name)), 0o777))
	must(h.t, os.WriteFile(h.Path(name), []byte(text), 0o644))
}

func (h *testHost) wantFile(name, text string) {
	h.t.Helper()
	data, err := os.ReadFile(h.Path(name))
	if err != nil || string(data) != text {
		h.t.Errorf("%s has %.100q, %v", name, data, err)
	}
}

// wantNames checks what a folder of this computer holds.
func wantNames(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, want) {
		t.Errorf("%s holds %q, want %q", folder, names, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

// wantAnswer checks what an error says.
func wantAnswer(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q", err, text)
	}
}

// bytesOf returns n bytes that are not all the same.
func bytesOf(n int, seed byte) []byte {
	return bytes.Repeat([]byte{seed, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89}, n/11+1)[:n]
}
