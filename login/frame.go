package login

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// headLength is the length of a frame's head: its kind, and the length of the rest.
	headLength = 5
	// maxFrame is the longest frame that is taken, without its head.
	maxFrame = 1 << 20
	// readAhead is how much is read at once: small frames come together.
	readAhead = 64 << 10
	// chunk is how much of a stream goes into one frame.
	chunk = 64 << 10
	// writeTimeout bounds the writing of what is no stream: a peer that is stopped
	// must not stop us.
	writeTimeout = 5 * time.Second
)

// frames is one connection to the socket, as frames. One goroutine reads;
// several may write.
type frames struct {
	net.Conn

	in      *bufio.Reader
	head    [headLength]byte // of the reader
	writing sync.Mutex       // guards the two below
	buffer  []byte
}

func newFrames(conn net.Conn) *frames {
	return &frames{Conn: conn, in: bufio.NewReaderSize(conn, readAhead)}
}

// read gives the next frame, in buffer where it fits.
func (f *frames) read(buffer []byte) (kind byte, payload []byte, err error) {
	if _, err := io.ReadFull(f.in, f.head[:]); err != nil {
		return 0, nil, err
	}
	length := int(binary.BigEndian.Uint32(f.head[1:]))
	if length > maxFrame {
		return 0, nil, fmt.Errorf("a frame of %d bytes", length)
	}
	if length > len(buffer) {
		buffer = make([]byte, length)
	}
	_, err = io.ReadFull(f.in, buffer[:length])
	return f.head[0], buffer[:length], err
}

// write sends a frame of at most maxFrame.
func (f *frames) write(kind byte, payload []byte) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	f.buffer = append(setHead(append(f.buffer[:0], make([]byte, headLength)...), kind, len(payload)), payload...)
	_, err := f.Conn.Write(f.buffer)
	return err
}

// writeWhole sends a frame that the caller has left room for its head in.
func (f *frames) writeWhole(kind byte, framed []byte) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	_, err := f.Conn.Write(setHead(framed, kind, len(framed)-headLength))
	return err
}

func setHead(framed []byte, kind byte, length int) []byte {
	framed[0] = kind
	binary.BigEndian.PutUint32(framed[1:], uint32(length))
	return framed
}

// tell sends a message that is no part of a stream, within writeTimeout.
func (f *frames) tell(kind byte, message any) error {
	payload, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_ = f.SetWriteDeadline(time.Now().Add(writeTimeout))
	defer func() { _ = f.SetWriteDeadline(time.Time{}) }()
	return f.write(kind, payload)
}

// hear reads one message of the kind into message.
func (f *frames) hear(kind byte, message any) error {
	got, payload, err := f.read(nil)
	switch {
	case err != nil:
		return err
	case got != kind:
		return fmt.Errorf("a frame %q instead of %q", got, kind)
	}
	return json.Unmarshal(payload, message)
}
