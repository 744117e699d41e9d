//go:build !windows

package tunnel

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// unreadWords is a pipe whose reader has had no time yet.
func unreadWords(t *testing.T, heard io.Writer) (p *wordsPipe, writes *os.File) {
	t.Helper()
	from, writes, err := os.Pipe()
	must(t, err)
	t.Cleanup(func() { _, _ = from.Close(), writes.Close() })
	return &wordsPipe{from: from, to: heard, over: make(chan struct{})}, writes
}

// TestWordsBeforeAQuestion: all that was written before it is known before it is
// answered, also where whoever reads it has had no time to.
func TestWordsBeforeAQuestion(t *testing.T) {
	var heard bytes.Buffer
	p, writes := unreadWords(t, &heard)
	long := strings.Repeat("debug1: a line\n", 4000)
	_, err := writes.WriteString(long)
	must(t, err)
	p.catchUp()
	if heard.String() != long {
		t.Errorf("%d bytes of %d", heard.Len(), len(long))
	}
	p.catchUp() // nothing is there, and nobody waits for more
	go p.read()
	_, err = writes.WriteString("Permission denied\n")
	must(t, err)
	must(t, writes.Close())
	p.end(patience)
	if heard.String() != long+"Permission denied\n" {
		t.Errorf("the end is %q", heard.String()[len(long):])
	}
}

// TestWordsOfWhoStays: one that holds the pipe open does not hold up the end.
func TestWordsOfWhoStays(t *testing.T) {
	p, writes, err := newWordsPipe(&bytes.Buffer{})
	must(t, err)
	defer func() { _ = writes.Close() }()
	p.end(time.Millisecond)
}

// TestWordsBeforeWeAreIn: the control socket does not let us in before the words are
// read that were written before it, such as that the host's key has changed.
func TestWordsBeforeWeAreIn(t *testing.T) {
	s := &systemSSH{stopped: make(chan struct{})}
	s.words = newSystemWords(func(string, string) {}, func(why systemStop) { s.stop(nil, &why) }, func() {})
	said, writes := unreadWords(t, s.words)
	s.said = said
	if s.isStopped() {
		t.Error("stopped by nothing")
	}
	_, err := writes.WriteString("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\ndebug1: more\n")
	must(t, err)
	if !s.isStopped() || *s.halt != stopChanged {
		t.Error("it goes on")
	}
}
