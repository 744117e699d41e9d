//go:build !windows

package openssh

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/internal/watchdog"
)

// unreadLog is a pipe whose reader has not run yet.
func unreadLog(t *testing.T, heard io.Writer) (p *logPipe, writes *os.File) {
	t.Helper()
	from, writes, err := os.Pipe()
	sshtest.Must(t, err)
	t.Cleanup(func() { _, _ = from.Close(), writes.Close() })
	return &logPipe{from: from, to: heard, done: make(chan struct{})}, writes
}

// TestLogPipeCatchUp: catchUp passes on all that was written before it, even if
// the reader has not run yet.
func TestLogPipeCatchUp(t *testing.T) {
	t.Parallel()
	var heard bytes.Buffer
	p, writes := unreadLog(t, &heard)
	long := strings.Repeat("debug1: a line\n", 4000)
	_, err := writes.WriteString(long)
	sshtest.Must(t, err)
	p.catchUp()
	if heard.String() != long {
		t.Errorf("%d bytes of %d", heard.Len(), len(long))
	}
	p.catchUp() // nothing is there, and catchUp does not wait
	go p.read()
	_, err = writes.WriteString("Permission denied\n")
	sshtest.Must(t, err)
	sshtest.Must(t, writes.Close())
	p.end(sshtest.Patience())
	if heard.String() != long+"Permission denied\n" {
		t.Errorf("the end is %q", heard.String()[len(long):])
	}
}

// TestLogPipeHeldOpen: a process that holds the pipe open does not delay the end.
func TestLogPipeHeldOpen(t *testing.T) {
	t.Parallel()
	p, writes, err := newLogPipe(&bytes.Buffer{})
	sshtest.Must(t, err)
	defer func() { _ = writes.Close() }()
	p.end(time.Millisecond)
}

// TestLogPipeBeforeReady: the control socket is not used before the earlier lines are
// read, such as that the host's key has changed.
func TestLogPipeBeforeReady(t *testing.T) {
	t.Parallel()
	s := &Client{}
	s.stopped, s.stop = context.WithCancelCause(t.Context())
	s.parser = &logParser{notify: func(string, string) {}, stop: s.stop}
	said, writes := unreadLog(t, s.parser)
	s.log = said
	if s.isStopped() {
		t.Error("stopped by nothing")
	}
	_, err := writes.WriteString("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\ndebug1: more\n")
	sshtest.Must(t, err)
	if !s.isStopped() || context.Cause(s.stopped) != errChanged {
		t.Error("it goes on")
	}
}

// TestNoQuestionAfterTheStop: a question after a line that ends the login is not shown to
// the user, although the program still runs.
func TestNoQuestionAfterTheStop(t *testing.T) {
	s := &Client{watchdog: watchdog.New(time.Minute, func() {})}
	s.stopped, s.stop = context.WithCancelCause(t.Context())
	defer s.watchdog.Stop()
	s.parser = &logParser{notify: func(string, string) {}, stop: s.stop}
	log, writes := unreadLog(t, s.parser)
	s.log = log
	_, err := writes.WriteString("debug1: SSH2_MSG_NEWKEYS sent\ndebug1: Authentications that can continue: \n")
	sshtest.Must(t, err)
	if a := s.answer(t.Context(), askpassQuestion{Prompt: "alice@h's password: "}); a.OK || context.Cause(s.stopped) != errNoMethods {
		t.Errorf("%+v, %v", a, context.Cause(s.stopped))
	}
}
