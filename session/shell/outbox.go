package shell

import (
	"encoding/binary"
	"sync"
)

const (
	// maxInput bounds the input that the job has not confirmed, in bytes.
	maxInput = 256 << 10
	// chunk is how much input one frame has at most, in bytes.
	chunk = 32 << 10
)

// outbox is what the job is to be sent. Its methods may be called from anywhere.
type outbox struct {
	mu       sync.Mutex    // guards the fields below
	changed  chan struct{} // closed and replaced when one changes
	input    []byte        // that the job has not confirmed
	base     int64         // how much it has confirmed
	inputEnd bool          // the input ends after that
	size     [2]int        // rows and columns of the terminal
	signals  []string      // to be sent
	closing  bool          // the shell is to end
}

func newOutbox(rows, columns int) outbox {
	return outbox{changed: make(chan struct{}), size: [2]int{rows, columns}}
}

// change changes what is to be sent.
func (o *outbox) change(f func(*outbox)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f(o)
	o.notify()
}

// notify wakes those who wait for a change. The caller holds mu.
func (o *outbox) notify() {
	close(o.changed)
	o.changed = make(chan struct{})
}

// add adds as much input as there is room for. It returns how much that is, and the channel
// for the next change.
func (o *outbox) add(data []byte) (n int, changed <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n = min(maxInput-len(o.input), len(data)); n > 0 {
		o.input = append(o.input, data[:n]...)
		o.notify()
	}
	return n, o.changed
}

// confirm drops input that the job has passed on.
func (o *outbox) confirm(offset int64) {
	o.change(func(o *outbox) {
		if n := offset - o.base; n > 0 && n <= int64(len(o.input)) {
			o.input, o.base = o.input[n:], offset
		}
	})
}

func (o *outbox) windowSize() [2]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.size
}

func (o *outbox) isClosing() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closing
}

// pending returns the frames that are to be sent now, and the channel for the next change.
func (o *outbox) pending(w *writer) ([]byte, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var frames []byte
	if o.size != w.size {
		w.size = o.size
		size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, uint16(o.size[0])), uint16(o.size[1]))
		frames = append(frames, makeFrame(kindSize, size)...)
	}
	for _, name := range o.signals {
		frames = append(frames, makeFrame(kindSignal, []byte(name))...)
	}
	o.signals = nil
	if from := int(w.sent - o.base); from >= 0 && from < len(o.input) {
		part := o.input[from:min(from+chunk, len(o.input))]
		frames = append(frames, makeFrame(kindInput, part)...)
		w.sent += int64(len(part))
	} else if o.inputEnd && !w.ended {
		w.ended = true
		frames = append(frames, makeFrame(kindInputEnd, nil)...)
	}
	if o.closing && !w.closed {
		w.closed = true
		frames = append(frames, makeFrame(kindClose, nil)...)
	}
	return frames, o.changed
}
