package tunnel

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// session is a logged-in connection to an sshd of our own.
func session(t testing.TB, config ...string) (*sshd, *Conn) {
	t.Helper()
	s, p := startSSHD(t, config...), newPerson(t)
	return s, dial(t, targetOf(p, s, p.key(s, "id", "")), Options{})
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
	seconds := "54321." + strconv.Itoa(os.Getpid()) // another run of this test may have its own
	_, _, _, err := c.Run(ctx, "sleep "+seconds, nil)
	wantFault(t, err, fault.ConnectTimeout)
	waitFor(t, "the command has ended", func() bool {
		out, _, _, err := c.Run(within(t), "pgrep -f '[s]leep "+seconds+"'", nil)
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

// TestMaxSessionsByPassword: where a further login would need the user, a command waits
// for another one's end, and the error says what to do.
func TestMaxSessionsByPassword(t *testing.T) {
	s, p := startSSHD(t, "MaxSessions 1"), newPerson(t)
	c := dial(t, targetOf(p, s), Options{Prompter: &answers{secrets: []string{testPassword}}, sessionWait: 100 * time.Millisecond})
	stream, err := c.Start(within(t), "cat")
	must(t, err)
	_, _, _, err = c.Run(within(t), "true", nil)
	wantFault(t, err, fault.CommandFailed, "MaxSessions", "at least 4", "an SSH key alone")
	must(t, stream.Close())
	waitFor(t, "the session is free again", func() bool {
		_, _, _, err := c.Run(within(t), "true", nil)
		return err == nil
	})
	if n := s.count(t, "Accepted"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

// TestCommandsWaitForASession: with more time than that they all run, by one login.
func TestCommandsWaitForASession(t *testing.T) {
	s, p := startSSHD(t, "MaxSessions 2"), newPerson(t)
	c := dial(t, targetOf(p, s), Options{Prompter: &answers{secrets: []string{testPassword}}, sessionWait: patience})
	stream, err := c.DialTCP(within(t), net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))) // whose priming is a session, too
	must(t, err)
	must(t, stream.Close())
	errs := make(chan error)
	for range 8 {
		go func() {
			_, _, _, err := c.Run(within(t), "sleep 0.1", nil)
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := s.count(t, "Accepted"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

// TestMaxSessionsByKey: where it needs none, there is a second connection.
func TestMaxSessionsByKey(t *testing.T) {
	s, c := session(t, "MaxSessions 1")
	var open []io.Closer
	for range 2 {
		stream, err := c.Start(within(t), "cat")
		must(t, err)
		open = append(open, stream)
	}
	out, _, _, err := c.Run(within(t), "echo three", nil)
	if err != nil || string(out) != "three\n" {
		t.Errorf("%q %v", out, err)
	}
	if n := s.count(t, "Accepted publickey"); n != 3 {
		t.Errorf("%d logins", n)
	}
	for _, stream := range open {
		must(t, stream.Close())
	}
	must(t, c.Close())
	waitFor(t, "no connection is left", func() bool { return s.count(t, "Connection closed by")+s.count(t, "Connection reset by") == 3 })
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

func TestCloseLeavesNoError(t *testing.T) {
	_, c := session(t)
	must(t, c.Close())
	<-c.Done()
	if err := c.Err(); err != nil {
		t.Errorf("got %v", err)
	}
}
