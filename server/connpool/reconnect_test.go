package connpool

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// answerer is a prompter that gives one answer to each prompt, and then waits.
type answerer struct {
	mu      sync.Mutex // guards prompts
	prompts []prompts.ConfirmQuestion
	answers chan bool
}

func (p *answerer) Secret(context.Context, prompts.SecretQuestion) (string, error) { return "", nil }

func (p *answerer) Confirm(ctx context.Context, q prompts.ConfirmQuestion) (bool, error) {
	p.mu.Lock()
	p.prompts = append(p.prompts, q)
	p.mu.Unlock()
	select {
	case answer := <-p.answers:
		return answer, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (p *answerer) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.prompts)
}

// refusingPool is a pool whose host refuses the second and later logins that are not
// interactive.
type refusingPool struct {
	*fakePool
	dials     int
	refuseAll bool
}

func newRefusingPool(prompter prompts.Prompter) *refusingPool {
	pool := &refusingPool{fakePool: newFakePool(prompter)}
	dial := pool.dial
	pool.dial = func(ctx context.Context, p store.Place, interactive bool) (conn, error) {
		pool.dials++
		if pool.refuseAll || (!interactive && len(pool.conns) > 0) {
			return nil, &fault.Error{Code: fault.AuthRefused, Tried: "logging in", Answer: "permission denied"}
		}
		return dial(ctx, p, interactive)
	}
	return pool
}

// TestRefusedLoginIsNotRetried: however often sessions connect, there is one login
// and one prompt, until the user acts.
func TestRefusedLoginIsNotRetried(t *testing.T) {
	prompter := &answerer{answers: make(chan bool, 1)}
	pool, p := newRefusingPool(prompter), store.Place{Host: "login", Title: "Sunbird"}
	defer pool.Close(time.Now())
	defer pool.Acquire(p)()
	for round := range 2 {
		if _, err := pool.Connect(t.Context(), p, true); err != nil {
			t.Fatal(err)
		}
		_ = pool.conns[len(pool.conns)-1].Close() // the link is lost
		before := pool.dials
		for range 10 {
			if _, err := pool.Connect(t.Context(), p, false); !fault.Is(err, fault.AuthRefused) {
				t.Errorf("connected without the user: %v", err)
			}
		}
		prompter.answers <- false
		pool.prompts.Wait()
		if pool.dials != before+1 || prompter.count() != round+1 || !pool.Blocked(p) {
			t.Errorf("%d logins, %d prompts in round %d", pool.dials-before, prompter.count(), round)
		}
	}
	if q := prompter.prompts[0]; q.Message != "Reconnect to Sunbird?" || !strings.HasPrefix(q.Detail, "The connection was lost: ") || protocol.PromptPurpose(q.Purpose) != protocol.PurposeReconnect {
		t.Errorf("prompted %+v", q)
	}
	pool.refuseAll = true
	if _, err := pool.Connect(t.Context(), p, true); err == nil || !pool.Blocked(p) {
		t.Error("a refused interactive login unblocks the next")
	}
	pool.refuseAll = false
	if _, err := pool.Connect(t.Context(), p, true); err != nil || pool.Blocked(p) {
		t.Errorf("the user was refused: %v", err)
	}
}

// TestAcceptedOfferReconnects, also when no session waits for it.
func TestAcceptedOfferReconnects(t *testing.T) {
	prompter := &answerer{answers: make(chan bool, 1)}
	pool, p := newRefusingPool(prompter), store.Place{Host: "login"}
	defer pool.Close(time.Now())
	pool.use(t, p)
	defer pool.Acquire(p)()
	_ = pool.conns[0].Close()
	if _, err := pool.Connect(t.Context(), p, false); err == nil {
		t.Fatal("connected without the user")
	}
	prompter.answers <- true
	pool.prompts.Wait()
	if conn, err := pool.Connect(t.Context(), p, false); err != nil || conn != pool.conns[1] {
		t.Errorf("after the answer: %v", err)
	}
}

// TestCloseWithdrawsTheOffer: it is not answered.
func TestCloseWithdrawsTheOffer(t *testing.T) {
	pool, p := newRefusingPool(&answerer{}), store.Place{Host: "login"}
	pool.use(t, p)
	defer pool.Acquire(p)()
	_ = pool.conns[0].Close()
	_, _ = pool.Connect(t.Context(), p, false)
	pool.Close(time.Now())
}

// TestConnectingWithdrawsTheOffer: it is not answered.
func TestConnectingWithdrawsTheOffer(t *testing.T) {
	prompter := &answerer{}
	pool, p := newRefusingPool(prompter), store.Place{Host: "login"}
	defer pool.Close(time.Now())
	pool.use(t, p)
	defer pool.Acquire(p)()
	_ = pool.conns[0].Close()
	_, _ = pool.Connect(t.Context(), p, false)
	if _, err := pool.Connect(t.Context(), p, true); err != nil {
		t.Fatal(err)
	}
	pool.prompts.Wait() // no answer comes
	if prompter.count() != 1 || pool.Blocked(p) {
		t.Errorf("%d prompts", prompter.count())
	}
}
