package tunnel

import (
	"fmt"
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

// dialWire returns a connection over a wire, with a quick keepalive.
func dialWire(t testing.TB) (*sshtest.Wire, *Conn) {
	t.Helper()
	return dialWireWith(t, keepaliveTimes{100 * time.Millisecond, 3 * time.Second})
}

func dialWireWith(t testing.TB, keepalive keepaliveTimes) (*sshtest.Wire, *Conn) {
	t.Helper()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	w := sshtest.NewWire(t, s.Port)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.Port, target.HostKeys.Alias = w.Port, "dialWire"
	target.HostKeys.KnownHosts = []string{p.Write("known", "dialWire "+s.HostKey+"\n")}
	return w, dial(t, target, Options{keepalive: keepalive})
}

func TestLinkCutInACommand(t *testing.T) {
	t.Parallel()
	w, c := dialWire(t)
	stream, err := c.Start(sshtest.Context(t), "cat")
	sshtest.Must(t, err)
	time.AfterFunc(100*time.Millisecond, w.Cut)
	_, _, _, err = c.Run(sshtest.Context(t), "sleep 30", nil)
	sshtest.WantFault(t, err, fault.LinkLost)
	<-c.Done()
	sshtest.WantFault(t, c.Err(), fault.LinkLost)
	if _, err := stream.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("the stream ended with %v, as if all had been read", err)
	}
	_, _, _, err = c.Run(sshtest.Context(t), "true", nil)
	sshtest.WantFault(t, err, fault.LinkLost)
	_, err = c.DialTCP(sshtest.Context(t), "127.0.0.1:1")
	sshtest.WantFault(t, err, fault.LinkLost)
}

func TestKeepaliveNoticesADeadLink(t *testing.T) {
	t.Parallel()
	sshtest.Slow(t, "a dead link")
	w, c := dialWire(t)
	for before := w.Bytes.Load(); w.Bytes.Load() < before+200; time.Sleep(10 * time.Millisecond) {
		select {
		case <-c.Done():
			t.Fatal("a quiet link that answers was given up: ", c.Err())
		default:
		}
	}
	w.Frozen.Store(true)
	start := time.Now()
	select {
	case <-c.Done():
	case <-time.After(sshtest.Patience()):
		t.Fatal("not noticed")
	}
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("noticed after %v", took)
	}
	sshtest.WantFault(t, c.Err(), fault.LinkLost, "nothing was received")
}

func TestKeepaliveDefaultsAreUnder45Seconds(t *testing.T) {
	t.Parallel()
	if k := usualKeepalive; k.interval+k.patience > 45*time.Second || k.interval != 15*time.Second {
		t.Errorf("%+v", k)
	}
}

// The wire has no TCP handshake of its own in the delay, so its round trip is
// not counted here: 6 for the login, 2 for a command, 3 for one with
// input, 1 for a stream.
func TestRoundTrips(t *testing.T) {
	sshtest.Slow(t, "round trips of 200 ms")
	var tooMany []string
	for _, trip := range []time.Duration{400 * time.Millisecond, 1500 * time.Millisecond} { // a busy machine adds its own, which counts for less in the second
		if tooMany = roundTrips(t, trip); len(tooMany) == 0 {
			return
		}
	}
	t.Error(tooMany)
}

// roundTrips returns what takes more round trips than it should if one takes trip.
func roundTrips(t *testing.T, trip time.Duration) (tooMany []string) {
	t.Helper()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	w := sshtest.NewWire(t, s.Port, trip)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.Port, target.HostKeys.Alias = w.Port, "dialWire"
	target.HostKeys.KnownHosts = []string{p.Write("known", "dialWire "+s.HostKey+"\n")}
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
		stream, err := c.DialTCP(sshtest.Context(t), "127.0.0.1:"+strconv.Itoa(s.Port))
		sshtest.Must(t, err)
		sshtest.Must(t, stream.Close())
	})
	measure("command", 2, func() {
		_, _, _, err := c.Run(sshtest.Context(t), "true", nil)
		sshtest.Must(t, err)
	})
	measure("command with input", 3, func() { // OpenSSH opens the window for it once the command runs
		out, _, _, err := c.Run(sshtest.Context(t), "cat", []byte("x"))
		if err != nil || string(out) != "x" {
			t.Errorf("%q, %v", out, err)
		}
	})
	return tooMany
}
