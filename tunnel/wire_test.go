package tunnel

import (
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// wire is a TCP connection to an sshd that can be frozen or cut.
type wire struct {
	port   int
	frozen atomic.Bool
	thaw   chan struct{}
	bytes  atomic.Int64
	mu     sync.Mutex
	conns  []net.Conn
}

func newWire(t testing.TB, to int, roundTrip ...time.Duration) *wire {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	w := &wire{port: l.Addr().(*net.TCPAddr).Port, thaw: make(chan struct{})}
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
			far, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", itoa(to)))
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
		w.cut()
		running.Wait()
	})
	return w
}

func (w *wire) carry(to, from net.Conn) {
	defer to.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if w.frozen.Load() {
			<-w.thaw
		}
		if n > 0 {
			w.bytes.Add(int64(n))
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

// delayed makes each direction take half of a round trip.
func (w *wire) delayed(to, from net.Conn, half time.Duration) {
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

// wired is a session over a wire, with a quick keepalive.
func wired(t testing.TB) (*wire, *Conn) {
	t.Helper()
	return wiredWith(t, keepaliveTimes{100 * time.Millisecond, 3 * time.Second})
}

func wiredWith(t testing.TB, keepalive keepaliveTimes) (*wire, *Conn) {
	t.Helper()
	s, p := startSSHD(t), newPerson(t)
	w := newWire(t, s.port)
	target := p.target(s, p.key(s, "id", ""))
	target.Port, target.HostKeyAlias = w.port, "wired"
	target.KnownHosts = []string{p.write("known", "wired "+s.hostKey+"\n")}
	return w, dial(t, target, Options{keepalive: keepalive})
}

func TestLinkCutInACommand(t *testing.T) {
	w, c := wired(t)
	stream, err := c.Start(within(t), "cat")
	must(t, err)
	time.AfterFunc(100*time.Millisecond, w.cut)
	_, _, _, err = c.Run(within(t), "sleep 30", nil)
	wantFault(t, err, fault.LinkLost)
	<-c.Done()
	wantFault(t, c.Err(), fault.LinkLost)
	if _, err := stream.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("the stream ended with %v, as if all had been read", err)
	}
	_, _, _, err = c.Run(within(t), "true", nil)
	wantFault(t, err, fault.LinkLost)
	_, err = c.DialTCP(within(t), "127.0.0.1:1")
	wantFault(t, err, fault.LinkLost)
}

func TestKeepaliveNoticesADeadLink(t *testing.T) {
	w, c := wired(t)
	for before := w.bytes.Load(); w.bytes.Load() < before+200; time.Sleep(10 * time.Millisecond) {
		select {
		case <-c.Done():
			t.Fatal("a quiet link that answers was given up: ", c.Err())
		default:
		}
	}
	w.frozen.Store(true)
	start := time.Now()
	select {
	case <-c.Done():
	case <-time.After(patience):
		t.Fatal("not noticed")
	}
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("noticed after %v", took)
	}
	wantFault(t, c.Err(), fault.LinkLost, "no sign")
}

func TestKeepaliveDefaultsAreUnder45Seconds(t *testing.T) {
	if k := (keepaliveTimes{}).orDefault(); k.interval+k.patience > 45*time.Second || k.interval != 15*time.Second {
		t.Errorf("%+v", k)
	}
}

// The wire has no TCP handshake of its own in the delay, so its round trip is
// not counted here: 6 for the login, 2 for a command, 3 for one with
// input, 1 for a stream.
func TestRoundTrips(t *testing.T) {
	var tooMany []string
	for _, trip := range []time.Duration{400 * time.Millisecond, 1500 * time.Millisecond} { // a busy machine adds its own, which counts for less in the second
		if tooMany = roundTrips(t, trip); len(tooMany) == 0 {
			return
		}
	}
	t.Error(tooMany)
}

// roundTrips tells what takes more of them than it should where one takes trip.
func roundTrips(t *testing.T, trip time.Duration) (tooMany []string) {
	t.Helper()
	s, p := startSSHD(t), newPerson(t)
	w := newWire(t, s.port, trip)
	target := p.target(s, p.key(s, "id", ""))
	target.Port, target.HostKeyAlias = w.port, "wired"
	target.KnownHosts = []string{p.write("known", "wired "+s.hostKey+"\n")}
	measure := func(name string, most float64, do func()) {
		t.Helper()
		start := time.Now()
		do()
		if trips := time.Since(start).Seconds() / trip.Seconds(); trips > most+0.8 {
			tooMany = append(tooMany, fmt.Sprintf("%s: %.1f round trips, want %v", name, trips, most))
		}
	}
	var c *Conn
	measure("login", 6, func() { c = dial(t, target, Options{}) })
	measure("stream", 1, func() {
		stream, err := c.DialTCP(within(t), "127.0.0.1:"+itoa(s.port))
		must(t, err)
		must(t, stream.Close())
	})
	measure("command", 2, func() {
		_, _, _, err := c.Run(within(t), "true", nil)
		must(t, err)
	})
	measure("command with input", 3, func() { // OpenSSH opens the window for it once the command runs
		out, _, _, err := c.Run(within(t), "cat", []byte("x"))
		if err != nil || string(out) != "x" {
			t.Errorf("%q, %v", out, err)
		}
	})
	return tooMany
}
