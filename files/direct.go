package files

import (
	"encoding/binary"
	"io"
	"sync"
)

// directRead reads a file into a writer.
type directRead struct {
	to     io.Writer
	buffer []byte

	mu      sync.Mutex // guards the fields below
	offset  int64      // of the next byte to be written
	stopped bool       // the rest is the library's
	err     error      // of the writer
}

// readDirect writes a file from offset to size to a writer. It can stop early without an error.
//
// The library allocates the buffer of each reply and hands it from goroutine to goroutine, which cost a
// download half of the processor time of this process. Here the goroutine that reads a reply writes it,
// from one buffer, if the host answers each request in full and in order.
func (w *packetWriter) readDirect(name string, offset, size int64, to io.Writer) error {
	handle := w.open(name)
	if handle == nil {
		return nil
	}
	defer w.request(packetClose, handle, func(byte, *io.LimitedReader) {})
	d := &directRead{to: to, buffer: make([]byte, 4+largePacket), offset: offset}
	done := make(chan bool, largeRequests)
	inFlight, stopped := 0, false
	for {
		for ; !stopped && offset < size && inFlight < largeRequests; inFlight++ {
			at, length := offset, min(largePacket, size-offset)
			offset += length
			content := binary.BigEndian.AppendUint64(append([]byte(nil), handle...), uint64(at))
			w.request(packetRead, binary.BigEndian.AppendUint32(content, uint32(length)), func(packetType byte, content *io.LimitedReader) {
				done <- d.accept(at, length, packetType, content)
			})
		}
		if inFlight == 0 {
			return d.err
		}
		stopped = !<-done || stopped
		inFlight--
	}
}

// accept writes the reply to one request. It reports whether the next one may be accepted.
func (d *directRead) accept(at, length int64, packetType byte, content *io.LimitedReader) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return false
	}
	d.stopped = true
	if packetType != packetData || at != d.offset || content.N != 4+length {
		return false
	}
	packet := d.buffer[:4+length]
	if _, err := io.ReadFull(content, packet); err != nil || int64(binary.BigEndian.Uint32(packet)) != length {
		return false
	}
	if _, d.err = d.to.Write(packet[4:]); d.err != nil {
		return false
	}
	d.offset += length
	d.stopped = false
	return true
}
