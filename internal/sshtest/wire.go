package sshtest

import (
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Wire is a TCP connection to an sshd that can be frozen or cut.
type Wire struct {
	Port   int
	Frozen atomic.Bool
	thaw   chan struct{}
	Bytes  atomic.Int64
	mu     sync.Mutex
	conns  []net.Conn
}

func NewWire(t testing.TB, to int, roundTrip ...time.Duration) *Wire {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	Must(t, err)
	w := &Wire{Port: l.Addr().(*net.TCPAddr).Port, thaw: make(chan struct{})}
	carry := w.carry
	if len(roundTrip) > 0 {
		carry = func(to, from net.Conn) { w.delayed(to, from, roundTrip[0]/2) }
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(to)))
			if err != nil {
				_ = near.Close()
				continue
			}
			w.mu.Lock()
			w.conns = append(w.conns, near, far)
			w.mu.Unlock()
			running.Go(func() { carry(near, far) })
			running.Go(func() { carry(far, near) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		close(w.thaw)
		w.Cut()
		running.Wait()
	})
	return w
}

func (w *Wire) carry(to, from net.Conn) {
	defer to.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if w.Frozen.Load() {
			<-w.thaw
		}
		if n > 0 {
			w.Bytes.Add(int64(n))
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

// delayed makes each direction take half of a round trip.
func (w *Wire) delayed(to, from net.Conn, half time.Duration) {
	type packet struct {
		data []byte
		due  time.Time
	}
	queue := make(chan packet, 1024)
	var sending sync.WaitGroup
	sending.Go(func() {
		defer to.Close()
		for p := range queue {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				break
			}
		}
		for range queue { // let the reader end
		}
	})
	for {
		b := make([]byte, 64<<10)
		n, err := from.Read(b)
		if n > 0 {
			queue <- packet{b[:n], time.Now().Add(half)}
		}
		if err != nil {
			close(queue)
			sending.Wait()
			return
		}
	}
}
