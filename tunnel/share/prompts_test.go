//go:build linux

package share

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// unknownHost returns the target with an unknown host key, and a prompter that waits for
// an answer from the test.
func (s *site) unknownHost(t *testing.T) (target sshconfig.Target, prompter *testPrompter, answer chan bool) {
	t.Helper()
	target = s.target("key")
	s.write("known_hosts", "")
	answer = make(chan bool)
	return target, &testPrompter{yes: func(ctx context.Context) (bool, error) {
		select {
		case yes := <-answer:
			return yes, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}}, answer
}

// acceptHostKey answers yes.
func acceptHostKey(t *testing.T, answer chan<- bool) {
	t.Helper()
	select {
	case answer <- true:
	case <-time.After(patience):
		t.Fatal("no prompter waits for the answer")
	}
}

// dialAsync dials and sends the outcome to a channel; waits reports that it waits for
// another login.
func (s *site) dialAsync(t *testing.T, ctx context.Context, target sshconfig.Target, p prompts.Prompter) (_ <-chan error, waits func() bool) {
	t.Helper()
	result := make(chan error, 1)
	o := s.options(p)
	core, logs := observer.New(zapcore.InfoLevel)
	o.Log = zap.New(core)
	go func() {
		conn, err := Dial(ctx, target, o)
		if err == nil {
			_ = conn.Close()
		}
		result <- err
	}()
	return result, func() bool {
		return slices.ContainsFunc(logs.All(), func(e observer.LoggedEntry) bool { return strings.Contains(e.Message, waitingForOther) })
	}
}

// TestRefusalIsSharedByAllWaiting: two clients wait for one login; the refusal is reported to
// both and not retried.
func TestRefusalIsSharedByAllWaiting(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sshtest.KeyGen(t, s.file("key"), "") // not allowed
	target, first, answer := s.unknownHost(t)
	one, _ := s.dialAsync(t, sshtest.Context(t), target, first)
	sshtest.WaitFor(t, "the first is asked", func() bool { return first.count() == 1 })
	second := &testPrompter{}
	other, waits := s.dialAsync(t, sshtest.Context(t), target, second)
	sshtest.WaitFor(t, "the second waits", waits)
	acceptHostKey(t, answer)
	for _, result := range []<-chan error{one, other} {
		if err := <-result; !fault.Is(err, fault.AuthRefused) {
			t.Errorf("err %v", err)
		}
	}
	if n := s.count("Connection from"); n != 1 || second.count() != 0 {
		t.Errorf("%d connections, the second was asked %d times", n, second.count())
	}
	s.awaitNoDaemon()
}

// TestCancelledClientAnswersNothing: the daemon sees the end of its connection instead.
func TestCancelledClientAnswersNothing(t *testing.T) {
	t.Parallel()
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
	o := Options{Options: tunnel.Options{Prompter: &testPrompter{yes: func(ctx context.Context) (bool, error) { return false, ctx.Err() }}}}
	o.answer(ctx, <-requests)
	_ = conn.Close()
	ssh.DiscardRequests(requests)
	if err := <-served; err == nil {
		t.Error("it answers")
	}
}

// TestNextClientIsPrompted: if the first client has gone, or dismisses the question.
func TestNextClientIsPrompted(t *testing.T) {
	t.Parallel()
	for name, dismiss := range map[string]bool{"gone": false, "dismissed": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.allow("key", "")
			target, second, answer := s.unknownHost(t)
			cancelled, cancel := context.WithCancel(sshtest.Context(t))
			defer cancel()
			first := &testPrompter{yes: func(ctx context.Context) (bool, error) {
				if !dismiss {
					<-ctx.Done()
					return false, ctx.Err()
				}
				<-cancelled.Done()
				return false, &fault.Error{Code: fault.PromptUnanswered, Tried: "asking", Answer: "dismissed", Advice: "Answer."}
			}}
			ctx := cancelled
			if dismiss {
				ctx = sshtest.Context(t)
			}
			one, _ := s.dialAsync(t, ctx, target, first)
			sshtest.WaitFor(t, "the first is asked", func() bool { return first.count() == 1 })
			other, waits := s.dialAsync(t, sshtest.Context(t), target, second)
			sshtest.WaitFor(t, "the second waits", waits)
			if second.count() != 0 {
				t.Error("both are asked at once")
			}
			cancel()
			select {
			case err := <-other:
				t.Fatalf("the second was answered %v before a prompter was asked", err)
			case answer <- true:
			case <-time.After(patience):
				t.Fatal("no prompter waits for the answer")
			}
			if err := <-one; !fault.Is(err, fault.Cancelled) && !fault.Is(err, fault.PromptUnanswered) {
				t.Errorf("the first: %v", err)
			}
			if err := <-other; err != nil || !s.hasLogins(1) {
				t.Errorf("the second: %v, %d logins", err, s.logins())
			}
		})
	}
}
