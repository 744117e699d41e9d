package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/tunnel/transport"
)

// firstBuffer and fullBuffer are the sizes of a stream's buffer, in bytes:
// quiet streams, websockets for example, keep the small one.
const firstBuffer, fullBuffer = 4 << 10, 128 << 10

// Stream is a channel of an SSH connection as a net.Conn without deadlines: Close ends a
// waiting Read at once, also on a link that is dead.
type Stream struct {
	channel ssh.Channel
	conn    *Conn
	input   io.ReadCloser // the channel itself, or what the pump passes on from it
	over    atomic.Bool   // the input has ended, and all of it was read

	once   sync.Once
	closed chan struct{}

	breaker *nagleBreaker // notified of each Write; may be nil
	writing sync.Mutex    // x/crypto's Write and CloseWrite may not overlap
}

var _ net.Conn = (*Stream)(nil)

// endingChannel is a channel whose Close ends a waiting Read.
type endingChannel interface{ CloseEndsRead() }

func newStream(channel ssh.Channel, conn *Conn) *Stream {
	s := &Stream{channel: channel, conn: conn, input: channel, closed: make(chan struct{})}
	if _, direct := channel.(endingChannel); !direct {
		input, pumped := io.Pipe()
		s.input = input
		go s.pump(pumped)
	}
	return s
}

// pump reads ahead by one buffer, so that Read can be interrupted. It ends with
// the channel, which Close and the end of the connection close.
func (s *Stream) pump(pumped *io.PipeWriter) {
	buf := make([]byte, firstBuffer)
	for {
		n, err := s.channel.Read(buf)
		if n > 0 {
			if _, err := pumped.Write(buf[:n]); err != nil { // by Close
				return
			}
		}
		if err != nil {
			s.over.Store(true)
			_ = pumped.CloseWithError(err)
			return
		}
		if n == len(buf) && n < fullBuffer {
			buf = make([]byte, fullBuffer)
		}
	}
}

// Read waits for bytes, the end of input or Close.
func (s *Stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := s.input.Read(p)
	switch {
	case err == nil:
		return n, nil
	case channels.IsClosed(s.closed):
		return n, net.ErrClosed
	}
	s.over.Store(true)
	if lost := s.conn.Err(); lost != nil && errors.Is(err, io.EOF) { // not the far end's end of input
		err = lost
	}
	return n, err
}

// Ended reports whether the far end has ended its output and all of it was
// read. It never blocks.
func (s *Stream) Ended() bool { return s.over.Load() }

// Write sends p.
func (s *Stream) Write(p []byte) (int, error) {
	if channels.IsClosed(s.closed) {
		return 0, net.ErrClosed
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	defer s.breaker.wrote()
	return s.channel.Write(p)
}

// CloseWrite ends our output; the far end reads an end of input.
func (s *Stream) CloseWrite() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.channel.CloseWrite()
}

// Close ends both directions at once.
func (s *Stream) Close() error {
	s.once.Do(func() {
		close(s.closed)
		_ = s.input.Close()
		_ = s.channel.Close()
	})
	return nil
}

// LocalAddr is a placeholder: a channel has no address of its own.
func (s *Stream) LocalAddr() net.Addr { return transport.HostPort("127.0.0.1:0") }

// RemoteAddr is the host at the other end of the connection.
func (s *Stream) RemoteAddr() net.Addr { return transport.HostPort(s.conn.target.Address()) }

// SetDeadline, SetReadDeadline and SetWriteDeadline report that there are no deadlines: Close the stream instead.
func (s *Stream) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (s *Stream) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (s *Stream) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }

// Alive reports whether anything is received from the stream's host within 5 s. It is true also when
// ctx ended first.
func (s *Stream) Alive(ctx context.Context) bool { return s.conn.Alive(ctx, alivePatience) }

// alivePatience is how long Alive waits.
const alivePatience = 5 * time.Second
