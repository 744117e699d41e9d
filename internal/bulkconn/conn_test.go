package bulkconn

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// countingConn counts calls.
type countingConn struct {
	net.Conn
	reads, writes int
	err           error
}

func (c *countingConn) Read(p []byte) (int, error) {
	c.reads++
	return c.Conn.Read(p)
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes++
	if c.err != nil {
		return 0, c.err
	}
	return c.Conn.Write(p)
}

// pair returns two ends of a TCP connection.
func pair(t *testing.T) (near *countingConn, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ours, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ours.Close()
		far.Close()
	})
	return &countingConn{Conn: ours}, far
}

// TestBytesArriveInOrder: of writes of all sizes, and all before Close.
func TestBytesArriveInOrder(t *testing.T) {
	near, far := pair(t)
	c := New(near)
	random := rand.New(rand.NewPCG(1, 2))
	var want bytes.Buffer
	got := make(chan []byte)
	go func() {
		data, _ := io.ReadAll(far)
		got <- data
	}()
	for range 2000 {
		size := []int{1, 100, pieceSize - 1, pieceSize, pieceSize + 1, 32 << 10, random.IntN(maxPending)}[random.IntN(7)]
		data := bytes.Repeat([]byte{byte(random.IntN(256))}, size)
		want.Write(data)
		if n, err := c.Write(data); n != size || err != nil {
			t.Fatal(n, err)
		}
		for i := range data {
			data[i] = 0 // it was taken
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if data := <-got; !bytes.Equal(data, want.Bytes()) {
		t.Errorf("%d bytes arrived of %d, or others", len(data), want.Len())
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a write after Close: %v", err)
	}
}

// TestReadsAhead: one call of the connection reads what the library takes in pieces.
func TestReadsAhead(t *testing.T) {
	near, far := pair(t)
	c := New(near)
	sent := bytes.Repeat([]byte("0123456789"), 100)
	if _, err := far.Write(sent); err != nil {
		t.Fatal(err)
	}
	if err := far.Close(); err != nil {
		t.Fatal(err)
	}
	var got []byte
	piece := make([]byte, 7)
	for {
		n, err := c.Read(piece)
		got = append(got, piece[:n]...)
		if err != nil {
			if err != io.EOF {
				t.Error(err)
			}
			break
		}
	}
	if !bytes.Equal(got, sent) || near.reads > 5 {
		t.Errorf("%d bytes in %d reads", len(got), near.reads)
	}
}

// TestReadAfterADeadline: what a passed deadline interrupts can be continued.
func TestReadAfterADeadline(t *testing.T) {
	near, far := pair(t)
	c := New(near)
	_ = c.SetReadDeadline(time.Now())
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("there was something to read")
	}
	_ = c.SetReadDeadline(time.Time{})
	if _, err := far.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Error(n, err)
	}
}

// TestErrorOfALaterWrite: what could not be sent is reported by one of the next writes.
func TestErrorOfALaterWrite(t *testing.T) {
	near, _ := pair(t)
	near.err = errors.New("broken")
	c := New(near)
	large := make([]byte, maxPending)
	for range 3 {
		if _, err := c.Write(large); err != nil {
			if !errors.Is(err, near.err) {
				t.Error(err)
			}
			return
		}
	}
	t.Error("no write failed")
}

// stuckConn is a connection whose writes end with released, whatever else happens.
type stuckConn struct {
	net.Conn
	released chan struct{}
}

func (s stuckConn) Write([]byte) (int, error) {
	<-s.released
	return 0, net.ErrClosed
}

// TestCloseWithAPeerThatDoesNotRead: it does not wait for long, even if closing the connection
// below does not end a write, as for a channel of SSH.
func TestCloseWithAPeerThatDoesNotRead(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	stuck := stuckConn{ours, make(chan struct{})}
	defer close(stuck.released)
	c := New(stuck)
	if _, err := c.Write(make([]byte, pieceSize)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		_ = c.Close()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Error("it waits for a peer that does not read")
	}
}
