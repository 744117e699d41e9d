package files

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// writes records what is written, call by call.
type writes [][]byte

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, bytes.Clone(p))
	return len(p), nil
}

func (w *writes) Close() error { return nil }

// TestPacketsAreWrittenWhole: a header is sent with what follows it, and no byte is lost.
func TestPacketsAreWrittenWhole(t *testing.T) {
	packet := func(header, rest int) (h, r []byte) {
		h, r = bytes.Repeat([]byte{'h'}, header), bytes.Repeat([]byte{'r'}, rest)
		binary.BigEndian.PutUint32(h, uint32(header+rest-4))
		return h, r
	}
	var got writes
	var want []byte
	w := &packetWriter{WriteCloser: &got}
	for _, row := range []struct{ header, rest, calls int }{{9, 0, 1}, {30, 10, 1}, {25, joined - 25, 1}, {25, joined - 24, 2}, {30, largePacket, 2}, {9, 0, 1}} {
		before := len(got)
		h, r := packet(row.header, row.rest)
		want = append(append(want, h...), r...)
		for _, part := range [][]byte{h, r} {
			if len(part) == 0 {
				continue
			}
			if n, err := w.Write(part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
			clear(part) // it was taken
		}
		if calls := len(got) - before; calls != row.calls {
			t.Errorf("a header of %d and %d bytes: %d writes, want %d", row.header, row.rest, calls, row.calls)
		}
	}
	if !bytes.Equal(bytes.Join(got, nil), want) {
		t.Error("other bytes arrived")
	}
}

// FuzzReadVersion: whatever a host answers is an error or the extensions of SFTP's version 3.
func FuzzReadVersion(f *testing.F) {
	f.Add(versionPacket("limits@openssh.com", "1"))
	f.Add([]byte("Welcome to the cluster, have fun"))
	f.Add([]byte{0, 0, 0, 9, 2, 0, 0, 0, 3, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, answer []byte) {
		extensions, err := readVersion(bytes.NewReader(answer))
		if err == nil && (len(answer) < 9 || answer[4] != packetVersion || answer[8] != protocolVersion || extensions == nil) {
			t.Errorf("%q was taken for %v", answer, extensions)
		}
	})
}
