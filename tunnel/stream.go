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
	direct  bool // the channel needs no pump

	chunks chan []byte   // from the pump, which closes it at the end of input
	taken  chan struct{} // to the pump: the chunk's buffer may be used again
	rest   []byte        // what Read has not returned yet; owned by Read
	ended  error         // why the pump ended; set before chunks is closed
	over   atomic.Bool   // the pump has ended

	once   sync.Once
	closed chan struct{}

	breaker *nagleBreaker // notified of each Write; may be nil
	writing sync.Mutex    // x/crypto's Write and CloseWrite may not overlap
}

var _ net.Conn = (*Stream)(nil)

// endingChannel is a channel whose Close ends a waiting Read.
type endingChannel interface{ CloseEndsRead() }

func newStream(channel ssh.Channel, conn *Conn) *Stream {
	s := &Stream{channel: channel, conn: conn, chunks: make(chan []byte), taken: make(chan struct{}), closed: make(chan struct{})}
	if _, s.direct = channel.(endingChannel); !s.direct {
		go s.pump()
	}
	return s
}

// pump reads ahead by one buffer, so that Read can be interrupted. It ends with
// the channel, which Close and the end of the connection close.
func (s *Stream) pump() {
	defer func() {
		s.over.Store(true)
		close(s.chunks)
	}()
	buf := make([]byte, firstBuffer)
	for {
		n, err := s.channel.Read(buf)
		if n > 0 {
			select {
			case s.chunks <- buf[:n]:
			case <-s.closed:
				return
			}
			select {
			case <-s.taken:
			case <-s.closed:
				return
			}
		}
		if err != nil {
			s.ended = err
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
	if s.direct {
		return s.readDirect(p)
	}
	if len(s.rest) == 0 {
		if channels.IsClosed(s.closed) {
			return 0, net.ErrClosed
		}
		select {
		case chunk, ok := <-s.chunks:
			if !ok {
				return 0, s.readError()
			}
			s.rest = chunk
		case <-s.closed:
			return 0, net.ErrClosed
		}
	}
	n := copy(p, s.rest)
	if s.rest = s.rest[n:]; len(s.rest) == 0 {
		select {
		case s.taken <- struct{}{}:
		case <-s.closed:
		}
	}
	return n, nil
}

func (s *Stream) readDirect(p []byte) (int, error) {
	n, err := s.channel.Read(p)
	if err == nil {
		return n, nil
	}
	if channels.IsClosed(s.closed) {
		return n, net.ErrClosed
	}
	s.ended = err
	s.over.Store(true)
	return n, s.readError()
}

// readError distinguishes the far end's end of input from a lost connection.
func (s *Stream) readError() error {
	if err := s.conn.Err(); err != nil && errors.Is(s.ended, io.EOF) {
		return err
	}
	return s.ended
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
