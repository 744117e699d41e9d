//go:build linux

package share

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel"
)

// newBulkSite returns a site with subsystems, and a connection that is shared.
func newBulkSite(t *testing.T) (*site, *tunnel.Conn) {
	t.Helper()
	s := newSite(t, "Subsystem echo cat", "Subsystem failing echo why >&2; exit 3")
	s.allow("key", "")
	return s, s.dial(t, s.target("key"))
}

// TestBulkChannel: bytes both ways, and the end of each direction.
func TestBulkChannel(t *testing.T) {
	t.Parallel()
	s, conn := newBulkSite(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 8<<20/16)
	for range 2 {
		before := s.sockets()
		stream, err := conn.Subsystem(sshtest.Context(t), "echo")
		sshtest.Must(t, err)
		if s.sockets() != before+1 {
			t.Errorf("the daemon has %d connections, before it had %d", s.sockets(), before)
		}
		go func() {
			_, _ = stream.Write(sent)
			_ = stream.(*tunnel.Stream).CloseWrite()
		}()
		got, err := io.ReadAll(stream)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d of %d bytes came back: %v", len(got), len(sent), err)
		}
		sshtest.Must(t, stream.Close())
		sshtest.WaitFor(t, "its connection is closed", func() bool { return s.sockets() == before })
	}
}

// sockets returns how many connections to its clients a daemon has.
func (s *site) sockets() (n int) {
	s.t.Helper()
	text, err := os.ReadFile("/proc/net/unix")
	sshtest.Must(s.t, err)
	const connected = " 03 "
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, s.folder) && strings.Contains(line, connected) {
			n++
		}
	}
	return n
}

// TestBulkChannelThatIsRefused: with the host's answer, and nothing is left.
func TestBulkChannelThatIsRefused(t *testing.T) {
	t.Parallel()
	s, conn := newBulkSite(t)
	before := s.sockets()
	if _, err := conn.Subsystem(sshtest.Context(t), "none"); !fault.Is(err, fault.CommandFailed) || !strings.Contains(err.Error(), "does not offer it") {
		t.Errorf("err %v", err)
	}
	sshtest.WaitFor(t, "its connection is closed", func() bool { return s.sockets() == before })
}

// TestBulkChannelEndsWithItsCommand: the stream ends, not the connection.
func TestBulkChannelEndsWithItsCommand(t *testing.T) {
	t.Parallel()
	s, conn := newBulkSite(t)
	before := s.sockets()
	stream, err := conn.Subsystem(sshtest.Context(t), "failing")
	sshtest.Must(t, err)
	if got, err := io.ReadAll(stream); len(got) > 0 || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	sshtest.Must(t, stream.Close())
	sshtest.WaitFor(t, "its connection is closed", func() bool { return s.sockets() == before })
	if _, _, _, err := conn.Run(sshtest.Context(t), "true", nil); err != nil {
		t.Error(err)
	}
}

// TestBulkChannelOfALostLink: what waits for bytes does not wait for ever.
func TestBulkChannelOfALostLink(t *testing.T) {
	t.Parallel()
	for what, cut := range map[string]func(*site){
		"the host's connection": func(s *site) { s.Cut(s.t) },
		"the daemon": func(s *site) {
			for _, pid := range s.daemons() {
				kill(t, pid)
			}
		},
	} {
		s, conn := newBulkSite(t)
		stream, err := conn.Subsystem(sshtest.Context(t), "echo")
		sshtest.Must(t, err)
		time.AfterFunc(50*time.Millisecond, func() { cut(s) })
		if got, _ := io.ReadAll(stream); len(got) > 0 {
			t.Errorf("%s was lost: %q", what, got)
		}
		awaitEnd(t, conn)
		_ = stream.Close()
	}
}

// TestStrayDataConnection: the daemon closes a data connection without a channel, or with an
// incomplete token, and does not take it for a client's.
func TestStrayDataConnection(t *testing.T) {
	t.Parallel()
	s, conn := newBulkSite(t)
	socket, err := filepath.Glob(s.folder + "/" + strconv.Itoa(protocol) + "-*")
	sshtest.Must(t, err)
	var strays []net.Conn
	for _, begin := range []string{"BUL", bulkMark + "short", bulkMark + strings.Repeat("x", 26)} {
		stray, err := net.Dial("unix", socket[0])
		sshtest.Must(t, err)
		_, err = io.WriteString(stray, begin)
		sshtest.Must(t, err)
		strays = append(strays, stray)
	}
	for i, stray := range strays {
		_ = stray.SetReadDeadline(time.Now().Add(patience))
		if got, err := io.ReadAll(stray); err != nil || len(got) > 0 {
			t.Errorf("%d: %q, %v", i, got, err)
		}
		_ = stray.Close()
	}
	if _, _, _, err := conn.Run(sshtest.Context(t), "true", nil); err != nil {
		t.Error(err)
	}
}
