package connpool

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// fakeConn is a connection that leads nowhere.
type fakeConn struct {
	nodeconn.LoginConn
	once sync.Once
	done chan struct{}
}

func (c *fakeConn) Close() error          { c.once.Do(func() { close(c.done) }); return nil }
func (c *fakeConn) KeepFor(time.Duration) {}
func (c *fakeConn) Done() <-chan struct{} { return c.done }

// fakePool is a Pool of fakeConns.
type fakePool struct {
	*Pool
	conns []*fakeConn
	err   error // of the next login
}

func newFakePool(prompter prompts.Prompter) *fakePool {
	pool := &fakePool{Pool: newPool(zap.NewNop(), prompter, NewNotices(nil), share.Options{})}
	pool.dial = func(context.Context, store.Place, bool) (conn, error) {
		if pool.err != nil {
			return nil, pool.err
		}
		c := &fakeConn{done: make(chan struct{})}
		pool.conns = append(pool.conns, c)
		return c, nil
	}
	return pool
}

// use connects, and releases the connection at once.
func (pool *fakePool) use(t *testing.T, p store.Place) {
	t.Helper()
	defer pool.Acquire(p)()
	if _, err := pool.Connect(t.Context(), p, true); err != nil {
		t.Fatal(err)
	}
}

func TestUnusedConnectionLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, p := newFakePool(&typist{}), store.Place{Host: "login"}
		pool.use(t, p)
		time.Sleep(linger - time.Second)
		pool.use(t, p) // restarts the time
		time.Sleep(linger - time.Second)
		release := pool.Acquire(p)
		time.Sleep(10 * linger) // in use
		if len(pool.conns) != 1 || channels.IsClosed(pool.conns[0].Done()) {
			t.Fatalf("%d logins", len(pool.conns))
		}
		release()
		release() // the second call does nothing
		time.Sleep(linger + time.Second)
		if !channels.IsClosed(pool.conns[0].Done()) || len(pool.entries) != 0 {
			t.Error("the connection is open after its time")
		}
		pool.use(t, p)
		if len(pool.conns) != 2 {
			t.Errorf("%d logins after the first connection was closed", len(pool.conns))
		}
		pool.use(t, store.Place{Host: "login", User: "other"})
		pool.use(t, p)
		if len(pool.conns) != 3 {
			t.Errorf("%d logins for two users", len(pool.conns)-1)
		}
		pool.Close(time.Now())
	})
}

func TestCloseClosesEveryConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := newFakePool(&typist{})
		unused, used := store.Place{Host: "unused"}, store.Place{Host: "used"}
		pool.use(t, unused)
		release := pool.Acquire(used)
		if _, err := pool.Connect(t.Context(), used, true); err != nil {
			t.Fatal(err)
		}
		pool.Close(time.Now())
		for _, c := range pool.conns {
			if !channels.IsClosed(c.Done()) {
				t.Error("a connection is open after Close")
			}
		}
		if _, err := pool.Connect(t.Context(), used, true); !fault.Is(err, fault.Cancelled) {
			t.Errorf("connecting after Close: %v", err)
		}
		late := pool.Acquire(unused)
		if _, err := pool.Connect(t.Context(), unused, true); !fault.Is(err, fault.Cancelled) || len(pool.conns) != 2 {
			t.Errorf("a login after Close: %v", err)
		}
		late()
		release()
	})
}

func TestFailedLoginLeavesNoEntry(t *testing.T) {
	pool, p := newFakePool(&typist{}), store.Place{Host: "login"}
	pool.err = errors.New("no")
	release := pool.Acquire(p)
	if _, err := pool.Connect(t.Context(), p, true); !errors.Is(err, pool.err) {
		t.Errorf("err %v", err)
	}
	release()
	if len(pool.entries) != 0 {
		t.Error("the entry is kept")
	}
	pool.err = nil
	pool.use(t, p)
	pool.Close(time.Now())
}

// TestDeadConnectionIsReplaced: it broke while it was not in use.
func TestDeadConnectionIsReplaced(t *testing.T) {
	pool, p := newFakePool(&typist{}), store.Place{Host: "login"}
	pool.use(t, p)
	_ = pool.conns[0].Close()
	pool.use(t, p)
	if len(pool.conns) != 2 || channels.IsClosed(pool.conns[1].Done()) {
		t.Errorf("%d logins", len(pool.conns))
	}
	pool.Close(time.Now())
}

// TestCancelledWhileAnotherLogsIn: a caller that waits for another's login returns
// when its own context is done, and the login continues.
func TestCancelledWhileAnotherLogsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, p := newFakePool(&typist{}), store.Place{Host: "login"}
		dial, answer := pool.dial, make(chan struct{})
		pool.dial = func(ctx context.Context, p store.Place, interactive bool) (conn, error) {
			<-answer // the user's, to a prompt
			return dial(ctx, p, interactive)
		}
		defer pool.Acquire(p)()
		first := make(chan error, 1)
		go func() {
			_, err := pool.Connect(t.Context(), p, true)
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		second := make(chan error, 1)
		go func() {
			_, err := pool.Connect(ctx, p, true)
			second <- err
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		select {
		case err := <-second:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the cancelled caller: %v", err)
			}
		default:
			t.Error("the cancelled caller waits for the other's login")
		}
		late, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if _, err := pool.Connect(late, p, true); !fault.Is(err, fault.ConnectTimeout) {
			t.Errorf("a caller past its deadline: %v", err)
		}
		close(answer)
		if err := <-first; err != nil || len(pool.conns) != 1 {
			t.Errorf("the other caller: %v, %d logins", err, len(pool.conns))
		}
		pool.Close(time.Now())
	})
}
