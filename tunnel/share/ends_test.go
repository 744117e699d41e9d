//go:build linux

package share

import (
	"github.com/sa2c/sunpyter/internal/sshtest"

	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func kill(t testing.TB, pid int) {
	t.Helper()
	sshtest.Must(t, syscall.Kill(pid, syscall.SIGKILL))
}

// program is what another process of the test's is to do.
type program struct {
	Target sshconfig.Target
	Folder string
	Socket string
}

// play is another program: one that uses the connection until it is killed, or
// somebody else's, who knocks.
func play(role string) int {
	var p program
	if err := json.Unmarshal([]byte(os.Getenv("LOGIN_TEST_PROGRAM")), &p); err != nil {
		return 2
	}
	switch role {
	case "user":
		conn, err := Dial(context.Background(), p.Target, Options{Program: []string{os.Args[0], Command}, Folder: p.Folder})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		if _, err := conn.Start(context.Background(), "cat; touch "+p.Folder+"/ended"); err != nil {
			fmt.Println(err)
		}
		fmt.Println("ready")
		select {}
	case "sender": // says something, and is killed
		conn, err := Dial(context.Background(), p.Target, Options{Program: []string{os.Args[0], Command}, Folder: p.Folder})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		stream, err := conn.Start(context.Background(), "cat >"+p.Folder+"/said; touch "+p.Folder+"/ended")
		if err != nil {
			fmt.Println(err)
			return 1
		}
		_, _ = io.WriteString(stream, "keep\n")
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "stranger":
		conn, err := net.Dial("unix", p.Socket)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		_, err = conn.Read(make([]byte, 1)) // a daemon that serves us begins with its version
		fmt.Println("answered:", err)
	}
	return 0
}

// another starts another program and gives its first line.
func another(t *testing.T, role string, p program, by *syscall.Credential) (*exec.Cmd, string) {
	t.Helper()
	what, err := json.Marshal(p)
	sshtest.Must(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOGIN_TEST_ROLE="+role, "LOGIN_TEST_PROGRAM="+string(what))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: by, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	sshtest.Must(t, err)
	sshtest.Must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Scan()
	return cmd, lines.Text()
}

func TestClientKilled(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	cmd, line := another(t, "user", program{Target: target, Folder: s.folder}, nil)
	if line != "ready" {
		t.Fatal(line)
	}
	ours := s.dial(t, target)
	kill(t, cmd.Process.Pid)
	sshtest.WaitFor(t, "its command has ended", func() bool { _, err := os.Stat(s.folder + "/ended"); return err == nil })
	if _, _, _, err := ours.Run(sshtest.Context(t), "true", nil); err != nil || s.logins() != 1 {
		t.Errorf("the other one: %v, %d logins", err, s.logins())
	}
	_ = ours.Close()
	s.gone()
}

// TestBytesOfAKilledClientArrive: what a program has said before it was killed reaches the host.
func TestBytesOfAKilledClientArrive(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	ours := s.dial(t, target)
	for range 10 {
		another(t, "sender", program{Target: target, Folder: s.folder}, nil)
		sshtest.WaitFor(t, "its command has ended", func() bool { _, err := os.Stat(s.folder + "/ended"); return err == nil })
		if said, _ := os.ReadFile(s.folder + "/said"); string(said) != "keep\n" {
			t.Fatalf("the host has heard %q", said)
		}
		sshtest.Must(t, os.Remove(s.folder+"/ended"))
	}
	_ = ours.Close()
	s.gone()
}

func TestDaemonKilled(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	one, other := s.dial(t, target), s.dial(t, target)
	stream, err := one.Start(sshtest.Context(t), "cat")
	sshtest.Must(t, err)
	command := make(chan error, 1)
	go func() {
		_, _, _, err := other.Run(sshtest.Context(t), "sleep 60", nil)
		command <- err
	}()
	sshtest.WaitFor(t, "the command runs", func() bool { return s.count("Starting session: command") == 2 })
	kill(t, s.daemons()[0])
	ended(t, one)
	ended(t, other)
	if _, err := stream.Read(make([]byte, 1)); err == nil {
		t.Error("the stream goes on")
	}
	if err := <-command; !fault.Is(err, fault.LinkLost) {
		t.Errorf("the command: %v", err)
	}
	again := s.dial(t, target) // in spite of the socket that was left
	if _, _, _, err := again.Run(sshtest.Context(t), "true", nil); err != nil || s.logins() != 2 {
		t.Errorf("again: %v, %d logins", err, s.logins())
	}
}

func TestDaemonTerminated(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	s.linger = time.Minute
	conn := s.dial(t, s.target("key"))
	sshtest.Must(t, syscall.Kill(s.daemons()[0], syscall.SIGTERM))
	ended(t, conn)
	s.gone()
	if files, _ := filepath.Glob(s.folder + "/*-*"); len(files) != 0 {
		t.Errorf("it left %v", files)
	}
}

// TestLinkLost: all are told; who comes first logs in again, with the same daemon.
func TestLinkLost(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	s.linger = time.Minute
	target := s.target("key")
	one, other := s.dial(t, target), s.dial(t, target)
	daemon := s.daemons()
	s.Cut(t)
	ended(t, one)
	ended(t, other)
	for range 2 {
		conn := s.dial(t, target)
		if _, _, _, err := conn.Run(sshtest.Context(t), "true", nil); err != nil {
			t.Error(err)
		}
	}
	if now := s.daemons(); s.logins() != 2 || len(now) != 1 || now[0] != daemon[0] {
		t.Errorf("%d logins, daemons %v and then %v", s.logins(), daemon, now)
	}
}

// unknown gives a person who takes time over an unknown host's key.
func (s *site) unknown(t *testing.T) (target sshconfig.Target, asks *person, answer chan bool) {
	t.Helper()
	target = s.target("key")
	s.write("known_hosts", "")
	answer = make(chan bool)
	return target, &person{yes: func(ctx context.Context) (bool, error) {
		select {
		case yes := <-answer:
			return yes, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}}, answer
}

// accept accepts the host's key.
func accept(t *testing.T, answer chan<- bool) {
	t.Helper()
	select {
	case answer <- true:
	case <-time.After(patience):
		t.Fatal("nobody waits for the answer")
	}
}

// try dials and gives the outcome through a channel.
func (s *site) try(t *testing.T, ctx context.Context, target sshconfig.Target, p prompts.Prompter) <-chan error {
	t.Helper()
	result := make(chan error, 1)
	o := s.options(p)
	go func() {
		conn, err := Dial(ctx, target, o)
		if err == nil {
			_ = conn.Close()
		}
		result <- err
	}()
	return result
}

// TestRefusalIsSharedByAllWaiting: two want the login, the host refuses it, and nobody tries again.
func TestRefusalIsSharedByAllWaiting(t *testing.T) {
	s := newSite(t)
	sshtest.KeyGen(t, s.file("key"), "") // not allowed
	target, first, answer := s.unknown(t)
	one := s.try(t, sshtest.Context(t), target, first)
	sshtest.WaitFor(t, "the first is asked", func() bool { return first.count() == 1 })
	second := &person{}
	other := s.try(t, sshtest.Context(t), target, second)
	sshtest.WaitFor(t, "the second is there", func() bool { return s.clients(t) == 2 })
	time.Sleep(100 * time.Millisecond) // it waits by then
	accept(t, answer)
	for _, result := range []<-chan error{one, other} {
		if err := <-result; !fault.Is(err, fault.AuthRefused) {
			t.Errorf("err %v", err)
		}
	}
	if n := s.count("Connection from"); n != 1 || second.count() != 0 {
		t.Errorf("%d connections, the second was asked %d times", n, second.count())
	}
	s.gone()
}

// TestCancelledClientAnswersNothing: the end of its connection tells the daemon all.
func TestCancelledClientAnswersNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	sshtest.Must(t, err)
	defer func() { _ = l.Close() }()
	near, err := net.Dial("tcp4", l.Addr().String())
	sshtest.Must(t, err)
	far, err := l.Accept()
	sshtest.Must(t, err)
	config, err := newServerConfig()
	sshtest.Must(t, err)
	served := make(chan error, 1)
	go func() {
		conn, channels, requests, err := acceptConn(far, config)
		if err == nil {
			go ssh.DiscardRequests(requests)
			go rejectAll(channels)
			_, _, err = call(conn, requestPrompt, promptRequest{Confirm: &prompts.ConfirmQuestion{Message: "Is this its key?"}})
			_ = conn.Close()
		}
		served <- err
	}()
	conn, channels, requests, err := connect(near)
	sshtest.Must(t, err)
	go rejectAll(channels)
	o := Options{Options: tunnel.Options{Prompter: &person{yes: func(ctx context.Context) (bool, error) { return false, ctx.Err() }}}}
	o.answer(ctx, <-requests)
	_ = conn.Close()
	ssh.DiscardRequests(requests)
	if err := <-served; err == nil {
		t.Error("it answers")
	}
}

// TestNextClientIsPrompted where the first went, or does not want to answer.
func TestNextClientIsPrompted(t *testing.T) {
	for name, dismiss := range map[string]bool{"gone": false, "dismissed": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.allow("key", "")
			target, second, answer := s.unknown(t)
			go_, cancel := context.WithCancel(sshtest.Context(t))
			defer cancel()
			first := &person{yes: func(ctx context.Context) (bool, error) {
				if !dismiss {
					<-ctx.Done()
					return false, ctx.Err()
				}
				<-go_.Done()
				return false, &fault.Error{Code: fault.PromptUnanswered, Tried: "asking", Answer: "dismissed", Advice: "Answer."}
			}}
			ctx := go_
			if dismiss {
				ctx = sshtest.Context(t)
			}
			one := s.try(t, ctx, target, first)
			sshtest.WaitFor(t, "the first is asked", func() bool { return first.count() == 1 })
			other := s.try(t, sshtest.Context(t), target, second)
			time.Sleep(100 * time.Millisecond)
			if second.count() != 0 {
				t.Error("both are asked at once")
			}
			cancel()
			select {
			case err := <-other:
				t.Fatalf("the second was answered %v before anybody was asked", err)
			case answer <- true:
			case <-time.After(patience):
				t.Fatal("nobody waits for the answer")
			}
			if err := <-one; !fault.Is(err, fault.Cancelled) && !fault.Is(err, fault.PromptUnanswered) {
				t.Errorf("the first: %v", err)
			}
			if err := <-other; err != nil || s.logins() != 1 {
				t.Errorf("the second: %v, %d logins", err, s.logins())
			}
		})
	}
}

// TestOtherUserIsRejected, even where the folder does not keep them out.
func TestOtherUserIsRejected(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	ours := s.dial(t, target)
	sockets, err := filepath.Glob(s.folder + "/*-*")
	sshtest.Must(t, err)
	sshtest.Must(t, os.Chmod(s.folder, 0o755))
	sshtest.Must(t, os.Chmod(sockets[0], 0o666))
	exe := filepath.Join(s.folder, "program") // where others can read it
	text, err := os.ReadFile(os.Args[0])
	sshtest.Must(t, err)
	sshtest.Must(t, os.WriteFile(exe, text, 0o755))
	nobody := &syscall.Credential{Uid: 65534, Gid: 65534}
	os.Args[0], exe = exe, os.Args[0]
	_, line := another(t, "stranger", program{Target: target, Socket: sockets[0]}, nobody)
	os.Args[0] = exe
	if line != "answered: EOF" && line != "answered: read unix @->"+sockets[0]+": read: connection reset by peer" {
		t.Errorf("the stranger: %q", line)
	}
	if _, _, _, err := ours.Run(sshtest.Context(t), "true", nil); err != nil {
		t.Error(err)
	}
	if err := checkOwner(s.folder, mustStat(t, s.folder)); err == nil {
		t.Error("the open folder is taken")
	}
}

func mustStat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	sshtest.Must(t, err)
	return info
}

// TestGarbageAtTheSocket: the daemon hangs up, and serves others.
func TestGarbageAtTheSocket(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	ours := s.dial(t, s.target("key"))
	sockets, err := filepath.Glob(s.folder + "/*-*")
	sshtest.Must(t, err)
	for name, text := range map[string]string{
		"nothing": "", "no version": "L\xff\xff\xff\xff", "a version alone": "SSH-2.0-x\r\n", "a long packet": "SSH-2.0-x\r\n\xff\xff\xff\xff", "words": "GET / HTTP/1.1\r\n\r\n",
	} {
		conn, err := net.Dial("unix", sockets[0])
		sshtest.Must(t, err)
		_, err = conn.Write([]byte(text))
		sshtest.Must(t, err)
		sshtest.Must(t, conn.(*net.UnixConn).CloseWrite())
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		if answer, err := io.ReadAll(conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
		_ = conn.Close()
	}
	if _, _, _, err := ours.Run(sshtest.Context(t), "true", nil); err != nil {
		t.Error(err)
	}
}
