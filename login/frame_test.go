package login

import (
	"bytes"
	"net"
	"testing"
)

// FuzzFrames: whatever comes, it is a frame of bounded length or an error.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{forLogin, 0, 0, 0, 2, '{', '}', data, 0, 0, 0, 0})
	f.Add([]byte{data, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, sent []byte) {
		in := newFrames(readOnly{Reader: bytes.NewReader(sent)})
		taken := 0
		for {
			_, payload, err := in.read(make([]byte, 8))
			if err != nil {
				return
			}
			if taken += headLength + len(payload); len(payload) > maxFrame || taken > len(sent) {
				t.Fatalf("%d bytes of %d", taken, len(sent))
			}
		}
	})
}

// readOnly is a connection from which something can be read.
type readOnly struct {
	net.Conn
	*bytes.Reader
}

func (r readOnly) Read(b []byte) (int, error) { return r.Reader.Read(b) }
