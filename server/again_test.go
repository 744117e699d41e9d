package server

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/tunnel"
)

// asked is a person who answers each question in turn, and then none.
type asked struct {
	mu        sync.Mutex
	questions []tunnel.ConfirmQuestion
	answers   chan bool
}

func (p *asked) Secret(context.Context, tunnel.SecretQuestion) (string, error) { return "", nil }

func (p *asked) Confirm(ctx context.Context, q tunnel.ConfirmQuestion) (bool, error) {
	p.mu.Lock()
	p.questions = append(p.questions, q)
	p.mu.Unlock()
	select {
	case answer := <-p.answers:
		return answer, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (p *asked) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.questions)
}

// locked is a host that lets in only those who are there, and counts the logins.
type locked struct {
	*switchboard
	dials int
	shut  bool // also those who are there
}

func newLocked(person tunnel.Prompter) *locked {
	k := &locked{switchboard: newSwitchboard()}
	k.memory = newMemory(person)
	open := k.dial
	k.dial = func(ctx context.Context, p profile.Profile, person bool) (connection, error) {
		k.dials++
		if k.shut || (!person && len(k.lines) > 0) {
			return nil, &fault.Error{Code: fault.AuthRefused, Tried: "logging in", Answer: "permission denied"}
		}
		return open(ctx, p, person)
	}
	return k
}

// TestARefusedLoginIsNotRepeated: however often sessions ask, there is one login
// and one question, until a person acts.
func TestARefusedLoginIsNotRepeated(t *testing.T) {
	person := &asked{answers: make(chan bool, 1)}
	k, p := newLocked(person), profile.Profile{Host: "login", Title: "Sunbird"}
	defer k.close(time.Now())
	defer k.use(p)()
	for round := range 2 {
		if _, err := k.connect(t.Context(), p, true); err != nil {
			t.Fatal(err)
		}
		_ = k.lines[len(k.lines)-1].Close() // the link is lost
		before := k.dials
		for range 10 {
			if _, err := k.connect(t.Context(), p, false); !fault.Is(err, fault.AuthRefused) {
				t.Errorf("connected without a person: %v", err)
			}
		}
		person.answers <- false
		k.questions.Wait()
		if k.dials != before+1 || person.count() != round+1 || !k.waiting(p) {
			t.Errorf("%d logins, %d questions in round %d", k.dials-before, person.count(), round)
		}
	}
	if q := person.questions[0]; q.Message != "Connect again to Sunbird?" || protocol.PromptPurpose(q.Purpose) != protocol.PurposeReconnect {
		t.Errorf("asked %+v", q)
	}
	k.shut = true
	if _, err := k.connect(t.Context(), p, true); err == nil || !k.waiting(p) {
		t.Error("a person who was refused is as good as one who was let in")
	}
	k.shut = false
	if _, err := k.connect(t.Context(), p, true); err != nil || k.waiting(p) {
		t.Errorf("a person was not let in: %v", err)
	}
}

// TestAPersonWhoAgreesIsConnected, without a session that waits for the answer.
func TestAPersonWhoAgreesIsConnected(t *testing.T) {
	person := &asked{answers: make(chan bool, 1)}
	k, p := newLocked(person), profile.Profile{Host: "login"}
	defer k.close(time.Now())
	k.ask(t, p)
	defer k.use(p)()
	_ = k.lines[0].Close()
	if _, err := k.connect(t.Context(), p, false); err == nil {
		t.Fatal("connected without a person")
	}
	person.answers <- true
	k.questions.Wait()
	if conn, err := k.connect(t.Context(), p, false); err != nil || conn != k.lines[1] {
		t.Errorf("afterwards: %v", err)
	}
}

// TestAQuestionEndsWithTheConversation, also when nobody answers it.
func TestAQuestionEndsWithTheConversation(t *testing.T) {
	k, p := newLocked(&asked{}), profile.Profile{Host: "login"}
	k.ask(t, p)
	defer k.use(p)()
	_ = k.lines[0].Close()
	_, _ = k.connect(t.Context(), p, false)
	k.close(time.Now())
}

// TestAQuestionIsWithdrawn once it is connected otherwise.
func TestAQuestionIsWithdrawn(t *testing.T) {
	person := &asked{}
	k, p := newLocked(person), profile.Profile{Host: "login"}
	defer k.close(time.Now())
	k.ask(t, p)
	defer k.use(p)()
	_ = k.lines[0].Close()
	_, _ = k.connect(t.Context(), p, false)
	if _, err := k.connect(t.Context(), p, true); err != nil {
		t.Fatal(err)
	}
	k.questions.Wait() // the person never answers
	if person.count() != 1 || k.waiting(p) {
		t.Errorf("%d questions", person.count())
	}
}
