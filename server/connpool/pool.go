package connpool

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/share"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// linger is how long an unused connection stays open: long enough for a user to
// choose what to start after the cluster was asked what it has.
const linger = 2 * time.Minute

// Pool holds one connection for each login node and user. It owns the connections:
// Close closes them, in use or not.
type Pool struct {
	log         *zap.Logger
	passphrases *passphraseCache
	passwords   *passwordHistory
	notices     *Notices
	keys        *keySetup
	share       share.Options
	dial        func(ctx context.Context, p store.Place, interactive bool) (conn, error)

	ctx     context.Context // done when the pool is closed
	cancel  context.CancelFunc
	prompts sync.WaitGroup // the goroutines that offer to reconnect; see reconnect.go

	mu      sync.Mutex // guards the fields below and the entries' own
	entries map[Key]*entry
	closed  bool
}

// conn is a connection to a login node; *tunnel.Conn is one.
type conn interface {
	nodeconn.LoginConn
	// KeepFor changes how long other windows can use it after Close.
	KeepFor(time.Duration)
	Close() error
}

// Key identifies connections that are the same.
type Key struct{ host, user, sshConfig, ssh string }

// KeyOf returns the key of a place's connection.
func KeyOf(p store.Place) Key { return Key{p.Host, p.User, p.SSHConfig, p.SSH} }

// entry holds a connection, or the state of making one.
type entry struct {
	dialing chan struct{} // capacity 1: full while a caller connects and others wait

	users     int
	conn      conn
	idle      *time.Timer       // closes the connection while it has no user
	address   string            // of the last connection; it is tried first
	target    *sshconfig.Target // of the last login
	blockedBy error             // why the user has to act before the next login
	withdraw  func()            // ends the offer to reconnect; nil: none was made
}

// New returns an empty pool. share says how logins are shared with other windows.
func New(log *zap.Logger, client protocol.Client, notices *Notices, share share.Options) *Pool {
	return newPool(log, &clientPrompter{client, notices}, notices, share)
}

func newPool(log *zap.Logger, prompter prompts.Prompter, notices *Notices, share share.Options) *Pool {
	pool := &Pool{
		log: log, passphrases: newPassphraseCache(prompter), notices: notices,
		passwords: &passwordHistory{refused: map[passwordQuestion]bool{}},
		keys:      newKeySetup(prompter, notices), share: share, entries: map[Key]*entry{},
	}
	pool.ctx, pool.cancel = context.WithCancel(context.Background())
	pool.dial = pool.logIn
	return pool
}

// SetLinger sets how long other windows can use a connection after this client has
// gone. It must be called before Connect.
func (pool *Pool) SetLinger(d time.Duration) { pool.share.Linger = d }

// Acquire keeps the profile's connection open, once it is made, until release is called.
func (pool *Pool) Acquire(p store.Place) (release func()) {
	pool.mu.Lock()
	defer pool.mu.Unlock()
	k := KeyOf(p)
	e := pool.entries[k]
	if e == nil {
		e = &entry{dialing: make(chan struct{}, 1)}
		pool.entries[k] = e
	}
	e.users++
	if e.idle != nil {
		e.idle.Stop() // if it has fired, expire sees the user
	}
	return sync.OnceFunc(func() { pool.release(k, e) })
}

func (pool *Pool) release(k Key, e *entry) {
	pool.mu.Lock()
	defer pool.mu.Unlock()
	e.users--
	switch {
	case e.users > 0 || pool.closed:
	case e.conn == nil:
		e.unblock()
		delete(pool.entries, k)
	default:
		e.idle = time.AfterFunc(linger, func() { pool.expire(k, e) })
	}
}

// expire closes a connection that had no user for a while.
func (pool *Pool) expire(k Key, e *entry) {
	pool.mu.Lock()
	unused := e.users == 0 && pool.entries[k] == e
	if unused {
		e.unblock()
		delete(pool.entries, k)
	}
	pool.mu.Unlock()
	if unused {
		e.conn.KeepFor(0) // it was kept for long enough
		_ = e.conn.Close()
	}
}

// Connect returns the profile's live connection, or makes it. The caller must have
// acquired it. Only one login is tried at a time, so that a wrong password is typed
// once; a caller whose ctx is done does not wait for another's. Unless interactive,
// the user is not prompted, and a login that needs the user is not tried.
func (pool *Pool) Connect(ctx context.Context, p store.Place, interactive bool) (nodeconn.LoginConn, error) {
	pool.mu.Lock()
	e := pool.entries[KeyOf(p)]
	pool.mu.Unlock()
	if e == nil {
		return nil, errClosed(p)
	}
	select {
	case e.dialing <- struct{}{}:
		defer func() { <-e.dialing }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return nil, fault.ContextError(ctx, "connecting to "+p.Host)
	}
	pool.mu.Lock()
	current, closed := e.conn, pool.closed
	pool.mu.Unlock()
	switch {
	case closed:
		return nil, errClosed(p)
	case current != nil && !channels.IsClosed(current.Done()):
		return current, nil
	}
	made, err := pool.connect(ctx, p, e, interactive)
	if err != nil {
		return nil, err
	}
	return pool.keep(p, e, made)
}

// connect makes a connection. If the user has to act first and cannot be prompted, it only
// uses one that the user has made in another window.
func (pool *Pool) connect(ctx context.Context, p store.Place, e *entry, interactive bool) (conn, error) {
	pool.mu.Lock()
	blockedBy := e.blockedBy
	pool.mu.Unlock()
	if blockedBy != nil && !interactive {
		if joined := pool.joinShared(ctx, p, e); joined != nil {
			return joined, nil
		}
		pool.offerReconnect(p, e, blockedBy) // the window that offered it may be closed
		return nil, blockedBy
	}
	made, err := pool.dial(ctx, p, interactive)
	if err != nil {
		pool.block(p, e, interactive, err)
		return nil, err
	}
	return made, nil
}

// keep makes a new connection the entry's, unless the pool was closed meanwhile.
func (pool *Pool) keep(p store.Place, e *entry, made conn) (nodeconn.LoginConn, error) {
	pool.mu.Lock()
	defer pool.mu.Unlock()
	e.unblock()
	if known, ok := made.(interface{ Address() string }); ok {
		e.address = known.Address()
	}
	if pool.closed {
		_ = made.Close()
		return nil, errClosed(p)
	}
	e.conn = made
	return made, nil
}

func errClosed(p store.Place) error {
	return &fault.Error{Code: fault.Cancelled, Tried: "connecting to " + p.Host, Answer: "the server is shutting down"}
}

// Close closes every connection. since is when the client left: from then on the
// connections linger for other windows.
func (pool *Pool) Close(since time.Time) {
	pool.cancel()
	defer pool.prompts.Wait()
	pool.mu.Lock()
	defer pool.mu.Unlock()
	pool.closed = true
	for k, e := range pool.entries {
		if e.idle != nil {
			e.idle.Stop()
		}
		if e.conn != nil {
			e.conn.KeepFor(max(0, pool.share.Linger-time.Since(since)))
			_ = e.conn.Close()
		}
		e.unblock()
		delete(pool.entries, k)
	}
}
