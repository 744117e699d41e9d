package files

import (
	"encoding/binary"
	"io"
	"sync"
)

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
