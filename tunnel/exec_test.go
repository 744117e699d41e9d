package tunnel

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

// session is a logged-in connection to an sshd of our own.
func session(t testing.TB, config ...string) (*sshtest.Server, *Conn) {
	t.Helper()
	s, p := sshtest.Start(t, config...), sshtest.NewUser(t)
	return s, dial(t, targetOf(p, s, p.Key(s, "id", "")), Options{})
}

func TestRunLargeInputAndOutput(t *testing.T) {
	t.Parallel()
	_, c := session(t)
	input := bytes.Repeat([]byte("0123456789abcdef"), 256<<10) // 4 MiB: more than a window
	stdout, _, exit, err := c.Run(sshtest.Context(t), "cat", input)
	sshtest.Must(t, err)
	if exit != 0 || !bytes.Equal(stdout, input) {
		t.Errorf("exit %d, %d bytes back of %d", exit, len(stdout), len(input))
	}
}

func TestRunUnreadInput(t *testing.T) {
	t.Parallel()
	_, c := session(t)
	_, _, exit, err := c.Run(sshtest.Context(t), "exit 7", make([]byte, 8<<20))
	sshtest.Must(t, err)
	if exit != 7 {
		t.Errorf("exit %d", exit)
	}
}

func TestRunTooMuchOutput(t *testing.T) {
	t.Parallel()
	_, c := session(t)
	_, _, _, err := c.Run(sshtest.Context(t), "yes", nil)
	sshtest.WantFault(t, err, fault.CommandFailed, "8 MiB")
	_, stderr, _, err := c.Run(sshtest.Context(t), "yes | head -c 1000000 >&2", nil)
	sshtest.Must(t, err)
	if len(stderr) != maxStderr {
		t.Errorf("%d bytes of stderr", len(stderr))
	}
}

func TestRunKilledBySignal(t *testing.T) {
	t.Parallel()
	_, c := session(t)
	_, _, exit, err := c.Run(sshtest.Context(t), "kill -KILL $$", nil)
	sshtest.Must(t, err)
	if exit != 128+9 {
		t.Errorf("exit %d", exit)
	}
}

func TestRunCancelledEndsTheCommand(t *testing.T) {
	t.Parallel()
	_, c := session(t)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	seconds := "54321." + strconv.Itoa(os.Getpid()) // another run of this test may have its own
	_, _, _, err := c.Run(ctx, "sleep "+seconds, nil)
	sshtest.WantFault(t, err, fault.ConnectTimeout)
	sshtest.WaitFor(t, "the command has ended", func() bool {
		out, _, _, err := c.Run(sshtest.Context(t), "pgrep -f '[s]leep "+seconds+"'", nil)
		sshtest.Must(t, err)
		return len(out) == 0
	})
	done, stop := context.WithCancel(context.Background())
	stop()
	_, _, _, err = c.Run(done, "true", nil)
	sshtest.WantFault(t, err, fault.Cancelled)
}

func TestStart(t *testing.T) {
	t.Parallel()
	_, c := session(t)
	stream, err := c.Start(sshtest.Context(t), "echo hello; cat; echo bye; echo noise >&2")
	sshtest.Must(t, err)
	defer stream.Close()
	_, err = stream.Write([]byte("between\n"))
	sshtest.Must(t, err)
	sshtest.Must(t, stream.(*Stream).CloseWrite())
	got, err := io.ReadAll(stream)
	sshtest.Must(t, err)
	if string(got) != "hello\nbetween\nbye\n" {
		t.Errorf("got %q", got)
	}
}

func TestStartCloseEndsInput(t *testing.T) {
	t.Parallel()
	_, c := session(t)
	stream, err := c.Start(sshtest.Context(t), "exec cat # unique-9876")
	sshtest.Must(t, err)
	sshtest.Must(t, stream.Close())
	if _, err := stream.Read(make([]byte, 1)); err != net.ErrClosed {
		t.Errorf("read after close: %v", err)
	}
	sshtest.WaitFor(t, "cat has ended", func() bool {
		out, _, _, err := c.Run(sshtest.Context(t), "pgrep -x cat -U alice", nil)
		sshtest.Must(t, err)
		return len(out) == 0
	})
}

// TestMaxSessionsByPassword: if another login would need the user, a command waits
// for another one's end, and the error says what to do.
func TestMaxSessionsByPassword(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "MaxSessions 1"), sshtest.NewUser(t)
	c := dial(t, targetOf(p, s), Options{Prompter: &sshtest.Answers{Secrets: []string{sshtest.Password}}, sessionWait: 100 * time.Millisecond})
	stream, err := c.Start(sshtest.Context(t), "cat")
	sshtest.Must(t, err)
	_, _, _, err = c.Run(sshtest.Context(t), "true", nil)
	sshtest.WantFault(t, err, fault.CommandFailed, "MaxSessions", "at least 4", "an SSH key alone")
	sshtest.Must(t, stream.Close())
	sshtest.WaitFor(t, "the session is free again", func() bool {
		_, _, _, err := c.Run(sshtest.Context(t), "true", nil)
		return err == nil
	})
	if n := s.Count(t, "Accepted"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

// TestCommandsWaitForASession: with enough time they all run over one login.
func TestCommandsWaitForASession(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "MaxSessions 2"), sshtest.NewUser(t)
	c := dial(t, targetOf(p, s), Options{Prompter: &sshtest.Answers{Secrets: []string{sshtest.Password}}, sessionWait: sshtest.Patience()})
	stream, err := c.DialTCP(sshtest.Context(t), net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port))) // whose priming is a session, too
	sshtest.Must(t, err)
	sshtest.Must(t, stream.Close())
	errs := make(chan error)
	for range 8 {
		go func() {
			_, _, _, err := c.Run(sshtest.Context(t), "sleep 0.1", nil)
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := s.Count(t, "Accepted"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

// TestMaxSessionsByKey: if another login does not need the user, there is a second connection.
func TestMaxSessionsByKey(t *testing.T) {
	t.Parallel()
	s, c := session(t, "MaxSessions 1")
	var open []io.Closer
	for range 2 {
		stream, err := c.Start(sshtest.Context(t), "cat")
		sshtest.Must(t, err)
		open = append(open, stream)
	}
	out, _, _, err := c.Run(sshtest.Context(t), "echo three", nil)
	if err != nil || string(out) != "three\n" {
		t.Errorf("%q %v", out, err)
	}
	if n := s.Count(t, "Accepted publickey"); n != 3 {
		t.Errorf("%d logins", n)
	}
	for _, stream := range open {
		sshtest.Must(t, stream.Close())
	}
	sshtest.Must(t, c.Close())
	sshtest.WaitFor(t, "no connection is left", func() bool { return s.Count(t, "Connection closed by")+s.Count(t, "Connection reset by") == 3 })
}

func TestCloseLeavesNoError(t *testing.T) {
	t.Parallel()
	_, c := session(t)
	sshtest.Must(t, c.Close())
	<-c.Done()
	if err := c.Err(); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestSubsystem(t *testing.T) {
	t.Parallel()
	_, c := session(t, "Subsystem echo /bin/cat")
	stream, err := c.Subsystem(sshtest.Context(t), "echo")
	sshtest.Must(t, err)
	defer stream.Close()
	_, err = stream.Write([]byte("hello"))
	sshtest.Must(t, err)
	answer := make([]byte, 5)
	if _, err := io.ReadFull(stream, answer); err != nil || string(answer) != "hello" {
		t.Errorf("read %q, %v", answer, err)
	}
	_, err = c.Subsystem(sshtest.Context(t), "sftp")
	sshtest.WantFault(t, err, fault.CommandFailed, "does not offer it")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Subsystem(ctx, "echo")
	sshtest.WantFault(t, err, fault.Cancelled, "")
}
