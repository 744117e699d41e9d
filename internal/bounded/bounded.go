// Package bounded limits the size of foreign data: text that is shown to the user, files of
// other programs, and the output of programs.
//
// Any package may import it; it imports plain alone.
package bounded

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unicode"

	"github.com/sa2c/sunpyter/plain"
)

// Text returns s safe to show: no control or hidden characters but line ends, at most limit bytes,
// no blanks around it.
func Text(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	s = strings.ToValidUTF8(s, "?")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || (unicode.IsPrint(r) && !plain.Hidden(r)):
			return r
		case r == '\t':
			return ' '
		}
		return -1
	}, s)
	return strings.TrimSpace(s)
}

// End returns the end of s, of at most limit bytes, as one line that is safe to show.
func End(s string, limit int) string {
	s = plain.Line(s)
	if len(s) > limit {
		s = "..." + strings.ToValidUTF8(s[len(s)-limit:], "")
	}
	return s
}

// ReadFile returns the first limit bytes of a file. A directory, a device or a pipe counts
// as missing.
func ReadFile(file string, limit int64) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // to open a pipe would be to wait for its other end
		return nil, fs.ErrNotExist
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// Head keeps the first limit bytes that are written to it.
type Head struct {
	Limit int

	kept bytes.Buffer
}

// Bytes returns the bytes that were kept.
func (b *Head) Bytes() []byte { return b.kept.Bytes() }

// String returns what was kept.
func (b *Head) String() string { return b.kept.String() }

func (b *Head) Write(p []byte) (int, error) {
	if room := b.Limit - b.kept.Len(); room > 0 {
		b.kept.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// Tail keeps the last limit bytes that are written to it, from several goroutines.
type Tail struct {
	Limit int

	mu   sync.Mutex
	kept []byte // guarded by mu
}

func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-t.Limit):]
	return len(p), nil
}

// String returns what was kept, safe to show.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Text(string(t.kept), t.Limit)
}
