//go:build !windows

package tunnel

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestWordsBeforeAQuestion: all that was written before it is known before it is
// answered, also where whoever reads it has had no time to.
func TestWordsBeforeAQuestion(t *testing.T) {
	var heard bytes.Buffer
	p, writes, err := newWordsPipe(&heard) // nobody reads yet
	must(t, err)
	long := strings.Repeat("debug1: a line\n", 4000)
	_, err = writes.WriteString(long)
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
	go p.read()
	p.end(time.Millisecond)
}

// TestCarelessAndUnread: the control socket does not let us in before the words are
// read which were written before it, such as that the host's key has changed.
func TestCarelessAndUnread(t *testing.T) {
	words := newSystemWords(func(string, string) {}, func(systemStop) {}, func() {})
	said, writes, err := newWordsPipe(words)
	must(t, err)
	defer func() { _, _ = writes.Close(), said.from.Close() }()
	s := &systemSSH{said: said, words: words, stopped: make(chan struct{})}
	words.stop = func(why systemStop) { s.stop(nil, &why) }
	if s.isStopped() {
		t.Error("stopped by nothing")
	}
	_, err = writes.WriteString("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\ndebug1: Next\n")
	must(t, err)
	if !s.isStopped() || *s.halt != stopChanged {
		t.Error("it goes on")
	}
}
