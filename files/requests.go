package files

import (
	"bufio"
	"encoding/binary"
	"io"
	"sync"
)

// Some requests are our own, on the library's channel: see readDirect. They cover the ordinary course.
// Everything else is left to the library, which does the rest or reports the error.

// The types of packets, from draft-ietf-secsh-filexfer-02.
const (
	packetOpen, packetClose, packetRead = 3, 4, 5
	packetHandle, packetData            = 102, 103
)

// openRead is the flag of packetOpen for reading.
const openRead = 1

// firstOwnID is the id of our first request. The library counts its own from 1.
const firstOwnID = 1 << 31

// replies is what the library reads: the replies from a host, without those to requests of our own.
type replies struct {
	from *bufio.Reader
	left int64 // what the library has not read of a packet, in bytes

	mu      sync.Mutex // guards the fields below
	last    uint32     // the last id
	waiting map[uint32]handler
	ended   bool
}

// handler is called once: with the reply to a request, whose content it may read, or with 0 if there
// will be none.
type handler func(packetType byte, content *io.LimitedReader)

func newReplies(from io.Reader) *replies {
	return &replies{from: bufio.NewReaderSize(from, joined), last: firstOwnID, waiting: map[uint32]handler{}}
}

// Read is called by one goroutine of the library at a time.
func (r *replies) Read(p []byte) (int, error) {
	for r.left == 0 {
		if err := r.nextPacket(); err != nil {
			r.end()
			return 0, err
		}
	}
	n, err := r.from.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}

// nextPacket handles the next packet if it is ours, and leaves it to the library if not.
func (r *replies) nextPacket() error {
	head, err := r.from.Peek(4)
	if err != nil {
		return err
	}
	length := int64(binary.BigEndian.Uint32(head))
	r.left = 4 + length
	if length < 5 {
		return nil
	}
	if head, err = r.from.Peek(9); err != nil { // length, type, id
		return err
	}
	onReply := r.take(binary.BigEndian.Uint32(head[5:]))
	if onReply == nil {
		return nil
	}
	packetType := head[4]
	_, _ = r.from.Discard(len(head))
	content := &io.LimitedReader{R: r.from, N: length - 5}
	onReply(packetType, content)
	_, err = io.Copy(io.Discard, content)
	if err == nil && content.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	r.left = 0
	return err
}

// expect registers the handler of a request and returns the request's id.
func (r *replies) expect(onReply handler) (id uint32) {
	r.mu.Lock()
	r.last = max(r.last+1, firstOwnID)
	id = r.last
	ended := r.ended
	if !ended {
		r.waiting[id] = onReply
	}
	r.mu.Unlock()
	if ended {
		onReply(0, nil)
	}
	return id
}

// take returns the handler of a request, which the caller must call, or nil.
func (r *replies) take(id uint32) handler {
	r.mu.Lock()
	defer r.mu.Unlock()
	onReply := r.waiting[id]
	delete(r.waiting, id)
	return onReply
}

// end calls the handlers that wait: the channel is closed.
func (r *replies) end() {
	r.mu.Lock()
	r.ended = true
	waiting := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	for _, onReply := range waiting {
		onReply(0, nil)
	}
}

// request sends a request of our own: a type, and content after the id.
func (w *packetWriter) request(packetType byte, content []byte, onReply handler) {
	id := w.replies.expect(onReply)
	packet := binary.BigEndian.AppendUint32(nil, uint32(5+len(content)))
	packet = binary.BigEndian.AppendUint32(append(packet, packetType), id)
	w.mu.Lock()
	_, err := w.WriteCloser.Write(append(packet, content...))
	w.mu.Unlock()
	if err != nil {
		if onReply := w.replies.take(id); onReply != nil {
			onReply(0, nil)
		}
	}
}

// sftpString returns a string as packets have it.
func sftpString(s string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...)
}

// open opens a file for reading and returns its handle, as packets have it; nil if it cannot.
func (w *packetWriter) open(name string) (handle []byte) {
	opened := make(chan []byte, 1)
	content := binary.BigEndian.AppendUint32(sftpString(name), openRead)
	w.request(packetOpen, binary.BigEndian.AppendUint32(content, 0), func(packetType byte, content *io.LimitedReader) {
		var handle []byte
		if packetType == packetHandle {
			handle, _ = io.ReadAll(io.LimitReader(content, 4+maxHandle))
		}
		opened <- handle
	})
	return <-opened
}

// maxHandle bounds the length of a handle, in bytes.
const maxHandle = 256

// joined is how much of a packet is sent with its header, in bytes: as much as SSH sends at once.
const joined = 32 << 10

// packetWriter sends the header of a packet together with what follows it: the library writes
// the two one after the other, and each write costs a packet of SSH.
type packetWriter struct {
	io.WriteCloser
	replies *replies

	mu     sync.Mutex // held while a packet is written; guards the fields below
	header []byte     // of which the rest was not written yet
	buffer []byte
}

// Write is called with a whole packet, or with a header and then the rest. The library calls it
// from one goroutine at a time.
func (w *packetWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.header) == 0 {
		if len(p) >= 4 && uint64(binary.BigEndian.Uint32(p))+4 > uint64(len(p)) {
			w.header = append(w.header, p...)
			return len(p), nil
		}
		return w.WriteCloser.Write(p)
	}
	first := min(len(p), max(0, joined-len(w.header)))
	w.buffer = append(append(w.buffer[:0], w.header...), p[:first]...)
	w.header = w.header[:0]
	if _, err := w.WriteCloser.Write(w.buffer); err != nil || first == len(p) {
		return first, err
	}
	n, err := w.WriteCloser.Write(p[first:])
	return first + n, err
}

// Close closes the channel. The library also calls it when it stops reading.
func (w *packetWriter) Close() error {
	err := w.WriteCloser.Close() // first: it ends a handler that waits for the rest of a packet
	w.replies.end()
	return err
}
