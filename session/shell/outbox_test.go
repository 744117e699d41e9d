package shell

import (
	"bytes"
	"testing"
)

// TestOutboxIsBounded: input waits for room, which a confirmation makes.
func TestOutboxIsBounded(t *testing.T) {
	o := newOutbox(24, 80)
	data := make([]byte, maxInput+10)
	if n, _ := o.add(data); n != maxInput {
		t.Errorf("%d bytes were taken", n)
	}
	n, changed := o.add(data[:10])
	if n != 0 {
		t.Errorf("%d bytes were taken beyond the bound", n)
	}
	for _, wrong := range []int64{0, -1, maxInput + 1} {
		if o.confirm(wrong); len(o.input) != maxInput {
			t.Errorf("%d was taken for a confirmation", wrong)
		}
	}
	o.confirm(7)
	select {
	case <-changed:
	default:
		t.Error("who waits for room is not woken")
	}
	if n, _ := o.add(data[:10]); n != 7 || o.base != 7 {
		t.Errorf("%d bytes were taken, from %d on", n, o.base)
	}
}

// TestOutboxContinues: a connection that begins at an offset gets what the job does not have,
// once, and the end after it.
func TestOutboxContinues(t *testing.T) {
	o := newOutbox(24, 80)
	o.add([]byte("abcdef"))
	o.change(func(o *outbox) { o.inputEnd, o.signals = true, []string{"INT"} })
	o.confirm(2)
	w := &writer{sent: 4, size: o.windowSize()} // the job has 4 bytes, and confirmed 2
	frames, _ := o.pending(w)
	want := append(makeFrame(kindSignal, []byte("INT")), makeFrame(kindInput, []byte("ef"))...)
	if !bytes.Equal(frames, want) {
		t.Errorf("first %q, want %q", frames, want)
	}
	if frames, _ = o.pending(w); !bytes.Equal(frames, makeFrame(kindInputEnd, nil)) {
		t.Errorf("then %q", frames)
	}
	if frames, _ = o.pending(w); len(frames) > 0 {
		t.Errorf("and again %q", frames)
	}
}
