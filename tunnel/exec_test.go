package tunnel

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// session is a logged-in connection to an sshd of our own.
func session(t testing.TB, config ...string) (*sshd, *Conn) {
	t.Helper()
	s, p := startSSHD(t, config...), newPerson(t)
	return s, dial(t, p.target(s, p.key(s, "id", "")), Options{})
}

func TestRunLargeInputAndOutput(t *testing.T) {
	_, c := session(t)
	input := bytes.Repeat([]byte("0123456789abcdef"), 256<<10) // 4 MiB: more than a window
	stdout, _, exit, err := c.Run(within(t), "cat", input)
	must(t, err)
	if exit != 0 || !bytes.Equal(stdout, input) {
		t.Errorf("exit %d, %d bytes back of %d", exit, len(stdout), len(input))
	}
}

func TestRunInputThatIsNotRead(t *testing.T) {
	_, c := session(t)
	_, _, exit, err := c.Run(within(t), "exit 7", make([]byte, 8<<20))
	must(t, err)
	if exit != 7 {
		t.Errorf("exit %d", exit)
	}
}

func TestRunTooMuchOutput(t *testing.T) {
	_, c := session(t)
	_, _, _, err := c.Run(within(t), "yes", nil)
	wantFault(t, err, fault.CommandFailed, "8 MiB")
	_, stderr, _, err := c.Run(within(t), "yes | head -c 1000000 >&2", nil)
	must(t, err)
	if len(stderr) != MaxStderr {
		t.Errorf("%d bytes of stderr", len(stderr))
	}
}

func TestRunKilledBySignal(t *testing.T) {
	_, c := session(t)
	_, _, exit, err := c.Run(within(t), "kill -KILL $$", nil)
	must(t, err)
	if exit != 128+9 {
		t.Errorf("exit %d", exit)
	}
}

func TestRunCancelledEndsTheCommand(t *testing.T) {
	_, c := session(t)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, _, _, err := c.Run(ctx, "sleep 54321", nil)
	wantFault(t, err, fault.ConnectTimeout)
	waitFor(t, "the command has ended", func() bool {
		out, _, _, err := c.Run(within(t), "pgrep -f '[s]leep 54321'", nil)
		must(t, err)
		return len(out) == 0
	})
	done, stop := context.WithCancel(context.Background())
	stop()
	_, _, _, err = c.Run(done, "true", nil)
	wantFault(t, err, fault.Cancelled)
}

func TestStart(t *testing.T) {
	_, c := session(t)
	stream, err := c.Start(within(t), "echo hello; cat; echo bye; echo noise >&2")
	must(t, err)
	defer stream.Close()
	_, err = stream.Write([]byte("between\n"))
	must(t, err)
	must(t, stream.(*Stream).CloseWrite())
	got, err := io.ReadAll(stream)
	must(t, err)
	if string(got) != "hello\nbetween\nbye\n" {
		t.Errorf("got %q", got)
	}
}

func TestStartCloseEndsInput(t *testing.T) {
	_, c := session(t)
	stream, err := c.Start(within(t), "exec cat # unique-9876")
	must(t, err)
	must(t, stream.Close())
	if _, err := stream.Read(make([]byte, 1)); err != net.ErrClosed {
		t.Errorf("read after close: %v", err)
	}
	waitFor(t, "cat has ended", func() bool {
		out, _, _, err := c.Run(within(t), "pgrep -x cat -U alice", nil)
		must(t, err)
		return len(out) == 0
	})
}

func TestMaxSessions(t *testing.T) {
	_, c := session(t, "MaxSessions 1")
	stream, err := c.Start(within(t), "cat")
	must(t, err)
	_, _, _, err = c.Run(within(t), "true", nil)
	wantFault(t, err, fault.CommandFailed, "MaxSessions")
	must(t, stream.Close())
	waitFor(t, "the session is free again", func() bool {
		_, _, _, err := c.Run(within(t), "true", nil)
		return err == nil
	})
}

func TestReadDeadline(t *testing.T) {
	_, c := session(t)
	rwc, err := c.Start(within(t), "read x; echo $x; cat")
	must(t, err)
	stream := rwc.(*Stream)
	defer stream.Close()
	must(t, stream.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	if _, err := stream.Read(make([]byte, 10)); err == nil || !strings.Contains(err.Error(), "timeout") {
		t.Errorf("got %v", err)
	}
	must(t, stream.SetReadDeadline(time.Time{}))
	_, err = stream.Write([]byte("on\n"))
	must(t, err)
	b := make([]byte, 10)
	n, err := stream.Read(b)
	if err != nil || string(b[:n]) != "on\n" {
		t.Errorf("after the deadline: %q, %v", b[:n], err)
	}
	must(t, stream.SetDeadline(time.Now().Add(50*time.Millisecond)))
	if _, err := io.Copy(stream, zeros{}); err == nil {
		t.Error("writing went on after the deadline")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// wire is a TCP connection to an sshd that can be frozen or cut.
type wire struct {
	port   int
	frozen atomic.Bool
	thaw   chan struct{}
	bytes  atomic.Int64
	mu     sync.Mutex
	conns  []net.Conn
}

func newWire(t testing.TB, to int) *wire {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	w := &wire{port: l.Addr().(*net.TCPAddr).Port, thaw: make(chan struct{})}
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
			running.Go(func() { w.carry(near, far) })
			running.Go(func() { w.carry(far, near) })
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

// wired is a session over a wire, with a quick keepalive.
func wired(t testing.TB) (*wire, *Conn) {
	t.Helper()
	s, p := startSSHD(t), newPerson(t)
	w := newWire(t, s.port)
	target := p.target(s, p.key(s, "id", ""))
	target.Port, target.HostKeyAlias = w.port, "wired"
	target.KnownHosts = []string{p.write("known", "wired "+s.hostKey+"\n")}
	return w, dial(t, target, Options{keepalive: keepaliveTimes{100 * time.Millisecond, 300 * time.Millisecond}})
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
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("noticed after %v", took)
	}
	wantFault(t, c.Err(), fault.LinkLost, "no sign")
}

func TestKeepaliveDefaultsAreUnder45Seconds(t *testing.T) {
	if k := (keepaliveTimes{}).orDefault(); k.interval+k.patience > 45*time.Second || k.interval != 15*time.Second {
		t.Errorf("%+v", k)
	}
}

func TestCloseLeavesNoError(t *testing.T) {
	_, c := session(t)
	must(t, c.Close())
	<-c.Done()
	if err := c.Err(); err != nil {
		t.Errorf("got %v", err)
	}
}
