package server

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/session"
)

// line is a connection that goes nowhere.
type line struct {
	session.Login
	once sync.Once
	done chan struct{}
}

func (l *line) Close() error          { l.once.Do(func() { close(l.done) }); return nil }
func (l *line) KeepFor(time.Duration) {}
func (l *line) Done() <-chan struct{} { return l.done }

// switchboard makes lines and counts them.
type switchboard struct {
	*logins
	lines []*line
	err   error
}

func newSwitchboard() *switchboard {
	b := &switchboard{logins: newLogins(zap.NewNop(), &typist{}, newNotices(nil))}
	b.dial = func(context.Context, profile.Profile, bool) (connection, error) {
		if b.err != nil {
			return nil, b.err
		}
		l := &line{done: make(chan struct{})}
		b.lines = append(b.lines, l)
		return l, nil
	}
	return b
}

// ask uses the connection for a moment.
func (b *switchboard) ask(t *testing.T, p profile.Profile) {
	t.Helper()
	defer b.use(p)()
	if _, err := b.connect(t.Context(), p, true); err != nil {
		t.Fatal(err)
	}
}

func TestALoginStaysOpenForTheNextQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := newSwitchboard(), profile.Profile{Host: "login"}
		b.ask(t, p)
		time.Sleep(linger - time.Second)
		b.ask(t, p) // begins the time anew
		time.Sleep(linger - time.Second)
		release := b.use(p)
		time.Sleep(10 * linger) // in use
		if len(b.lines) != 1 || !alive(b.lines[0]) {
			t.Fatalf("%d logins", len(b.lines))
		}
		release()
		release() // twice is once
		time.Sleep(linger + time.Second)
		if alive(b.lines[0]) || len(b.all) != 0 {
			t.Error("the connection is open after its time")
		}
		b.ask(t, p)
		if len(b.lines) != 2 {
			t.Errorf("%d logins after the first had ended", len(b.lines))
		}
		b.ask(t, profile.Profile{Host: "login", User: "other"})
		b.ask(t, p)
		if len(b.lines) != 3 {
			t.Errorf("%d logins for two users", len(b.lines)-1)
		}
		b.close(time.Now())
	})
}

func TestClosingEndsEveryLoginAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newSwitchboard()
		unused, used := profile.Profile{Host: "unused"}, profile.Profile{Host: "used"}
		b.ask(t, unused)
		release := b.use(used)
		if _, err := b.connect(t.Context(), used, true); err != nil {
			t.Fatal(err)
		}
		b.close(time.Now())
		for _, l := range b.lines {
			if alive(l) {
				t.Error("a connection is open after the end")
			}
		}
		if _, err := b.connect(t.Context(), used, true); !fault.Is(err, fault.Cancelled) {
			t.Errorf("connecting after the end: %v", err)
		}
		late := b.use(unused)
		if _, err := b.connect(t.Context(), unused, true); !fault.Is(err, fault.Cancelled) || len(b.lines) != 2 {
			t.Errorf("a login after the end: %v", err)
		}
		late()
		release()
	})
}

func TestALoginThatFailedIsForgotten(t *testing.T) {
	b, p := newSwitchboard(), profile.Profile{Host: "login"}
	b.err = errors.New("no")
	release := b.use(p)
	if _, err := b.connect(t.Context(), p, true); !errors.Is(err, b.err) {
		t.Errorf("err %v", err)
	}
	release()
	if len(b.all) != 0 {
		t.Error("it is kept")
	}
	b.err = nil
	b.ask(t, p)
	b.close(time.Now())
}

// A connection that broke while nobody used it is made again.
func TestADeadLoginIsMadeAgain(t *testing.T) {
	b, p := newSwitchboard(), profile.Profile{Host: "login"}
	b.ask(t, p)
	_ = b.lines[0].Close()
	b.ask(t, p)
	if len(b.lines) != 2 || !alive(b.lines[1]) {
		t.Errorf("%d logins", len(b.lines))
	}
	b.close(time.Now())
}
