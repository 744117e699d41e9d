//go:build linux

package login

import (
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

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func kill(t testing.TB, pid int) {
	t.Helper()
	must(t, syscall.Kill(pid, syscall.SIGKILL))
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
		_ = newFrames(conn).tell(forLogin, loginRequest{Target: p.Target})
		_, _, err = newFrames(conn).read(nil)
		fmt.Println("answered:", err)
	}
	return 0
}

// another starts another program and gives its first line.
func another(t *testing.T, role string, p program, by *syscall.Credential) (*exec.Cmd, string) {
	t.Helper()
	what, err := json.Marshal(p)
	must(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOGIN_TEST_ROLE="+role, "LOGIN_TEST_PROGRAM="+string(what))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: by, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Scan()
	return cmd, lines.Text()
}

func TestAUserIsKilled(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	cmd, line := another(t, "user", program{Target: target, Folder: s.folder}, nil)
	if line != "ready" {
		t.Fatal(line)
	}
	ours := s.dial(t, target)
	kill(t, cmd.Process.Pid)
	waitFor(t, "its command has ended", func() bool { _, err := os.Stat(s.folder + "/ended"); return err == nil })
	if _, _, _, err := ours.Run(within(t), "true", nil); err != nil || s.logins() != 1 {
		t.Errorf("the other one: %v, %d logins", err, s.logins())
	}
	_ = ours.Close()
	s.gone()
}

// TestLastWordsArrive: what a program has said before it was killed reaches the host.
func TestLastWordsArrive(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	ours := s.dial(t, target)
	for range 10 {
		another(t, "sender", program{Target: target, Folder: s.folder}, nil)
		waitFor(t, "its command has ended", func() bool { _, err := os.Stat(s.folder + "/ended"); return err == nil })
		if said, _ := os.ReadFile(s.folder + "/said"); string(said) != "keep\n" {
			t.Fatalf("the host has heard %q", said)
		}
		must(t, os.Remove(s.folder+"/ended"))
	}
	_ = ours.Close()
	s.gone()
}

func TestTheKeeperIsKilled(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	one, other := s.dial(t, target), s.dial(t, target)
	stream, err := one.Start(within(t), "cat")
	must(t, err)
	command := make(chan error, 1)
	go func() {
		_, _, _, err := other.Run(within(t), "sleep 60", nil)
		command <- err
	}()
	waitFor(t, "the command runs", func() bool { return s.count("Starting session: command") == 2 })
	kill(t, s.keepers()[0])
	ended(t, one)
	ended(t, other)
	if _, err := stream.Read(make([]byte, 1)); err == nil {
		t.Error("the stream goes on")
	}
	if err := <-command; !fault.Is(err, fault.LinkLost) {
		t.Errorf("the command: %v", err)
	}
	again := s.dial(t, target) // in spite of the socket that was left
	if _, _, _, err := again.Run(within(t), "true", nil); err != nil || s.logins() != 2 {
		t.Errorf("again: %v, %d logins", err, s.logins())
	}
}

func TestTheKeeperIsAskedToEnd(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	s.linger = time.Minute
	conn := s.dial(t, s.target("key"))
	must(t, syscall.Kill(s.keepers()[0], syscall.SIGTERM))
	ended(t, conn)
	s.gone()
	if files, _ := filepath.Glob(s.folder + "/*-*"); len(files) != 0 {
		t.Errorf("it left %v", files)
	}
}

// TestTheLinkIsLost: all are told; who comes first logs in again, with the same keeper.
func TestTheLinkIsLost(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	s.linger = time.Minute
	target := s.target("key")
	one, other := s.dial(t, target), s.dial(t, target)
	keeper := s.keepers()
	s.cut()
	ended(t, one)
	ended(t, other)
	for range 2 {
		conn := s.dial(t, target)
		if _, _, _, err := conn.Run(within(t), "true", nil); err != nil {
			t.Error(err)
		}
	}
	if now := s.keepers(); s.logins() != 2 || len(now) != 1 || now[0] != keeper[0] {
		t.Errorf("%d logins, keepers %v and then %v", s.logins(), keeper, now)
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

// reply accepts the host's key.
func reply(t *testing.T, answer chan<- bool) {
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

// TestARefusalIsOneForAll: two want the login, the host refuses it, and nobody tries again.
func TestARefusalIsOneForAll(t *testing.T) {
	s := newSite(t)
	s.keygen("key", "") // not allowed
	target, first, answer := s.unknown(t)
	one := s.try(t, within(t), target, first)
	waitFor(t, "the first is asked", func() bool { return first.count() == 1 })
	second := &person{}
	other := s.try(t, within(t), target, second)
	waitFor(t, "the second is there", func() bool { return s.clients(t) == 2 })
	time.Sleep(100 * time.Millisecond) // it waits by then
	reply(t, answer)
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

// TestWhoLeavesAnswersNothing: the end of its connection tells the keeper all.
func TestWhoLeavesAnswersNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	near, far := net.Pipe()
	go func() {
		o := Options{Options: tunnel.Options{Prompter: &person{yes: func(ctx context.Context) (bool, error) { return false, ctx.Err() }}}}
		o.answer(ctx, newFrames(near), []byte(`{"confirm":{"message":"Is this its key?"}}`))
		_ = near.Close()
	}()
	if kind, payload, err := newFrames(far).read(nil); err == nil {
		t.Errorf("it answers %c %s", kind, payload)
	}
}

// TestTheNextIsAsked where the first went, or does not want to answer.
func TestTheNextIsAsked(t *testing.T) {
	for name, dismiss := range map[string]bool{"gone": false, "dismissed": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.allow("key", "")
			target, second, answer := s.unknown(t)
			go_, cancel := context.WithCancel(within(t))
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
				ctx = within(t)
			}
			one := s.try(t, ctx, target, first)
			waitFor(t, "the first is asked", func() bool { return first.count() == 1 })
			other := s.try(t, within(t), target, second)
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

// TestAStrangerIsNotServed, even where the folder does not keep them out.
func TestAStrangerIsNotServed(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	ours := s.dial(t, target)
	sockets, err := filepath.Glob(s.folder + "/*-*")
	must(t, err)
	must(t, os.Chmod(s.folder, 0o755))
	must(t, os.Chmod(sockets[0], 0o666))
	exe := filepath.Join(s.folder, "program") // where others can read it
	text, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(exe, text, 0o755))
	nobody := &syscall.Credential{Uid: 65534, Gid: 65534}
	os.Args[0], exe = exe, os.Args[0]
	_, line := another(t, "stranger", program{Target: target, Socket: sockets[0]}, nobody)
	os.Args[0] = exe
	if line != "answered: EOF" && line != "answered: read unix @->"+sockets[0]+": read: connection reset by peer" {
		t.Errorf("the stranger: %q", line)
	}
	if _, _, _, err := ours.Run(within(t), "true", nil); err != nil {
		t.Error(err)
	}
	if err := checkOwner(s.folder, mustStat(t, s.folder)); err == nil {
		t.Error("the open folder is taken")
	}
}

func mustStat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	return info
}

// TestGarbageAtTheSocket: the keeper hangs up, and serves others.
func TestGarbageAtTheSocket(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	ours := s.dial(t, s.target("key"))
	sockets, err := filepath.Glob(s.folder + "/*-*")
	must(t, err)
	for name, text := range map[string]string{
		"nothing": "", "a long frame": "L\xff\xff\xff\xff", "no JSON": "L\x00\x00\x00\x01{", "an unknown kind": "#\x00\x00\x00\x00",
		"a channel of nobody's": "C\x00\x00\x00\x12{\"User\":\"nobody\"} ", "words": "GET / HTTP/1.1\r\n\r\n",
	} {
		conn, err := net.Dial("unix", sockets[0])
		must(t, err)
		_, err = conn.Write([]byte(text))
		must(t, err)
		must(t, conn.(*net.UnixConn).CloseWrite())
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		if answer, err := io.ReadAll(conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
		_ = conn.Close()
	}
	if _, _, _, err := ours.Run(within(t), "true", nil); err != nil {
		t.Error(err)
	}
}
