//go:build linux

package share

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

func TestManyClientsShareOneLogin(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	var all sync.WaitGroup
	conns := make([]*tunnel.Conn, 5)
	for i := range conns {
		all.Go(func() { // all start a daemon at once
			conn, err := Dial(sshtest.Context(t), target, s.options(nil))
			if err != nil {
				t.Error(err)
				return
			}
			conns[i] = conn
			stdout, stderr, exit, err := conn.Run(sshtest.Context(t), "echo out; echo err >&2; cat; exit 7", []byte("in"))
			if err != nil || string(stdout) != "out\nin" || string(stderr) != "err\n" || exit != 7 {
				t.Errorf("%q %q %d %v", stdout, stderr, exit, err)
			}
			if _, _, exit, err := conn.Run(sshtest.Context(t), "kill -KILL $$", nil); err != nil || exit != 137 {
				t.Errorf("killed: %d %v", exit, err)
			}
		})
	}
	all.Wait()
	if !s.hasLogins(1) || len(s.daemons()) != 1 {
		t.Errorf("%d logins, daemons %v", s.logins(), s.daemons())
	}
	for i, conn := range conns {
		_ = conn.Close()
		if _, _, _, err := conn.Run(sshtest.Context(t), "true", nil); err == nil {
			t.Errorf("%d goes on after its end", i)
		}
	}
	s.awaitNoDaemon() // no linger was requested
	if files, _ := filepath.Glob(s.folder + "/*"); len(files) != 1 {
		t.Errorf("it left %v", files)
	}
}

// TestNoticesComeBeforeTheConnection: also if the client takes long over them.
func TestNoticesComeBeforeTheConnection(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	o := s.options(nil)
	var mu sync.Mutex
	var kinds []string
	o.Notice = func(n prompts.Notice) {
		time.Sleep(50 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		kinds = append(kinds, n.Kind)
	}
	conn, err := Dial(sshtest.Context(t), s.target("key"), o)
	sshtest.Must(t, err)
	defer func() { _ = conn.Close() }()
	mu.Lock()
	defer mu.Unlock()
	if want := []string{prompts.NoticeConnected, prompts.NoticeHostKnown, prompts.NoticeLoggedIn}; !slices.Equal(kinds, want) {
		t.Errorf("notices %q, want %q", kinds, want)
	}
}

func TestLongestLingerCounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	s.linger = 3 * time.Second
	first := s.dial(t, target)
	s.linger = 0
	second := s.dial(t, target)
	begun := time.Now()
	_ = first.Close()
	_ = second.Close()
	time.Sleep(200 * time.Millisecond)
	again := s.dial(t, target)
	if !s.hasLogins(1) {
		t.Errorf("%d logins", s.logins())
	}
	time.Sleep(time.Until(begun.Add(3500 * time.Millisecond)))
	if _, _, _, err := again.Run(sshtest.Context(t), "true", nil); err != nil {
		t.Errorf("it ended while it was in use: %v", err)
	}
	_ = again.Close()
	s.awaitNoDaemon()
}

func TestLingerCanBeShortened(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	s.linger = time.Minute
	conn := s.dial(t, s.target("key"))
	conn.KeepFor(0)
	_ = conn.Close()
	s.awaitNoDaemon()
}

func TestStreams(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	conn := s.dial(t, s.target("key"))

	echo, err := net.Listen("tcp4", "127.0.0.1:0")
	sshtest.Must(t, err)
	defer func() { _ = echo.Close() }()
	local, err := net.Listen("unix", filepath.Join(s.folder, "echo"))
	sshtest.Must(t, err)
	defer func() { _ = local.Close() }()
	for _, l := range []net.Listener{echo, local} {
		go serveEcho(l)
	}
	sent := bytes.Repeat([]byte("0123456789abcdef"), 4<<20/16)
	for name, open := range map[string]func() (io.ReadWriteCloser, error){
		"command": func() (io.ReadWriteCloser, error) { return conn.Start(sshtest.Context(t), "cat") },
		"tcp":     func() (io.ReadWriteCloser, error) { return conn.DialTCP(sshtest.Context(t), echo.Addr().String()) },
		"unix":    func() (io.ReadWriteCloser, error) { return conn.DialUnix(sshtest.Context(t), local.Addr().String()) },
	} {
		stream, err := open()
		sshtest.Must(t, err)
		go func() {
			_, _ = stream.Write(sent)
			_ = stream.(interface{ CloseWrite() error }).CloseWrite()
		}()
		got, err := io.ReadAll(stream)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%s: %d of %d bytes came back: %v", name, len(got), len(sent), err)
		}
		sshtest.Must(t, stream.Close())
	}
	if _, err := conn.DialTCP(sshtest.Context(t), "127.0.0.1:1"); !fault.Is(err, fault.ConnectRefused) {
		t.Errorf("a closed port: %v", err)
	}
}

func serveEcho(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(c, c)
			_ = c.Close()
		}()
	}
}

// TestBytesBeforeCloseArrive: a channel that is closed with bytes in transit.
func TestBytesBeforeCloseArrive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	conn := s.dial(t, s.target("key"))
	into := s.file("into")
	stream, err := conn.Start(sshtest.Context(t), "sleep 0.2; cat > "+into+"; echo done >> "+into)
	sshtest.Must(t, err)
	sent := strings.Repeat("x", 300<<10)
	_, err = io.WriteString(stream, sent)
	sshtest.Must(t, err)
	sshtest.Must(t, stream.Close())
	sshtest.WaitFor(t, "all has arrived", func() bool {
		got, _ := os.ReadFile(into)
		return string(got) == sent+"done\n"
	})
}

// TestClosedChannelEndsItsCommand, also one that does not read its input.
func TestClosedChannelEndsItsCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	conn := s.dial(t, s.target("key"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	is := func(name string) func() bool {
		return func() bool { _, err := os.Stat(s.file(name)); return err == nil }
	}
	over := make(chan error, 1)
	go func() {
		_, _, _, err := conn.Run(ctx, "trap '' PIPE TERM; touch "+s.file("begun")+"; while echo more; do sleep 0.05; done; touch "+s.file("ended"), bytes.Repeat([]byte{0}, 8<<20))
		over <- err
	}()
	sshtest.WaitFor(t, "the command has begun", is("begun"))
	cancel()
	if err := <-over; err == nil {
		t.Error("it ended by itself")
	}
	sshtest.WaitFor(t, "the command has ended", is("ended"))
	if _, _, _, err := conn.Run(sshtest.Context(t), "true", nil); err != nil {
		t.Errorf("the others: %v", err)
	}
}

// TestMoreCommandsThanTheHostAllows: they wait for each other. Only one that has waited for a
// second, as on a busy machine, gets a further login.
func TestMoreCommandsThanTheHostAllows(t *testing.T) {
	t.Parallel()
	s := newSite(t, "MaxSessions 2")
	s.allow("key", "")
	target := s.target("key")
	conns := make([]*tunnel.Conn, 6)
	for i := range conns {
		conns[i] = s.dial(t, target)
	}
	var all sync.WaitGroup
	begun := time.Now()
	for _, conn := range conns {
		all.Go(func() {
			if _, _, _, err := conn.Run(sshtest.Context(t), "sleep 0.1", nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if took := time.Since(begun); !s.hasLogins(1) && took < time.Second {
		t.Errorf("%d logins in %v", s.logins(), took)
	}
}

// TestHopsSignInTheDaemon: with a key whose passphrase was typed once, in one window.
func TestHopsSignInTheDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("locked", "open sesame")
	target := s.target("locked")
	typist := &testPrompter{secret: func(context.Context) (string, error) { return "open sesame", nil }}
	first, err := Dial(sshtest.Context(t), target, s.options(typist))
	sshtest.Must(t, err)
	defer func() { _ = first.Close() }()
	second := s.dial(t, target)
	node := tunnel.NodeTarget{Host: "127.0.0.1", Port: s.Port, HostKeys: []string{s.read("host.pub")}}
	for _, conn := range []*tunnel.Conn{first, second} {
		hop, err := conn.Jump(sshtest.Context(t), node)
		sshtest.Must(t, err)
		if out, _, _, err := hop.Run(sshtest.Context(t), "echo here", nil); err != nil || string(out) != "here\n" {
			t.Errorf("%q %v", out, err)
		}
		if stream, err := hop.Start(sshtest.Context(t), "cat"); err != nil || !stream.(*tunnel.Stream).Alive(t.Context()) {
			t.Errorf("a sign of life: %v", err)
		}
		if conn.NeedsUserAction() {
			t.Error("somebody would be asked after a reload")
		}
		sshtest.Must(t, hop.Close())
	}
	if typist.count() != 1 || !s.hasLogins(3) {
		t.Errorf("%d questions, %d logins", typist.count(), s.logins())
	}
	for _, pid := range s.daemons() {
		kill(t, pid)
	}
	awaitEnd(t, first)
	if !first.NeedsUserAction() {
		t.Error("nobody would be asked after a reload, though nobody keeps the login")
	}
}

// TestJoin: it starts no login.
func TestJoin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	if conn := Join(sshtest.Context(t), target, s.options(nil)); conn != nil || len(s.daemons()) != 0 {
		t.Errorf("joined %v, daemons %v", conn, s.daemons())
	}
	s.linger = time.Minute
	conn := s.dial(t, target)
	joined := Join(sshtest.Context(t), target, s.options(nil))
	if joined == nil {
		t.Fatal("there is nothing to join")
	}
	defer func() { _ = joined.Close() }()
	if joined.Address() != "127.0.0.1" || conn.Address() != "127.0.0.1" {
		t.Errorf("addresses %q, %q", joined.Address(), conn.Address())
	}
	s.Cut(t)
	awaitEnd(t, joined)
	if conn := Join(sshtest.Context(t), target, s.options(nil)); conn != nil {
		t.Error("joined a connection that was lost")
	}
	if !s.hasLogins(1) {
		t.Errorf("%d logins", s.logins())
	}
}

func TestWithoutDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	sshtest.Must(t, os.Chmod(s.folder, 0o755)) // another user could get in
	for range 2 {
		conn := s.dial(t, target)
		if _, _, _, err := conn.Run(sshtest.Context(t), "true", nil); err != nil {
			t.Error(err)
		}
	}
	if !s.hasLogins(2) || len(s.daemons()) != 0 {
		t.Errorf("%d logins, daemons %v", s.logins(), s.daemons())
	}
	o := s.options(nil)
	o.Folder, o.Program = filepath.Join(s.folder, "private"), []string{"/bin/false"}
	conn, err := Dial(sshtest.Context(t), target, o)
	sshtest.Must(t, err)
	sshtest.Must(t, conn.Close())
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	s.write("known_hosts", "")
	ctx, cancel := context.WithCancel(t.Context())
	waiting := &testPrompter{yes: func(ctx context.Context) (bool, error) {
		cancel()
		<-ctx.Done()
		return false, errors.New("too late")
	}}
	_, err := Dial(ctx, target, s.options(waiting))
	if !fault.Is(err, fault.Cancelled) {
		t.Errorf("err %v", err)
	}
	s.awaitNoDaemon()
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if _, err := Dial(late, target, s.options(nil)); !fault.Is(err, fault.ConnectTimeout) { // nobody has cancelled it
		t.Errorf("at the deadline: %v", err)
	}
}

// TestDaemonExitsDuringTheLogin: the client logs in through the next one. If it returned that the login was
// cancelled, nothing would be retried: neither a release nor a connection that is being restored.
func TestDaemonExitsDuringTheLogin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	o := s.options(nil)
	socket := o.socket(&target)
	l, err := listen(socket)
	sshtest.Must(t, err)
	defer func() { _ = l.Close() }()
	d := newDaemon(t.Context(), socket, mustStat(t, socket))
	d.config, err = newServerConfig()
	sshtest.Must(t, err)
	d.idle = time.NewTimer(time.Hour)
	d.end()
	var served sync.WaitGroup
	defer served.Wait()
	served.Go(func() {
		conn, err := l.AcceptUnix()
		d.remove()
		if err == nil {
			d.serveClient(conn)
		}
	})
	s.dial(t, target)
	if len(s.daemons()) != 1 || !s.hasLogins(1) {
		t.Errorf("daemons %v, %d logins", s.daemons(), s.logins())
	}
}
