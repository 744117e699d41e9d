package server

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/login"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/tunnel"
)

// linger is how long a connection stays open after its last use: long enough for
// a person to choose what to start once the cluster was asked what it has.
const linger = 2 * time.Minute

// logins keeps one authenticated connection a login node and user, shared by
// all sessions and questions of this server, until linger after its last use. It
// owns the connections: close ends them, used or not.
type logins struct {
	log     *zap.Logger
	memory  *memory
	notices *notices
	keys    *newKeys
	share   login.Options // how a login is shared with other windows and commands
	linger  time.Duration
	dial    func(ctx context.Context, p profile.Profile, person bool) (connection, error)

	life      context.Context // ends with close
	end       context.CancelFunc
	questions sync.WaitGroup // the goroutines that ask a person; see again.go

	mu     sync.Mutex // guards the fields below
	all    map[loginKey]*place
	closed bool // nothing is connected any more
}

// connection is a connection to a login node; *tunnel.Conn is one.
type connection interface {
	session.Login
	// KeepFor changes how long it is kept for other windows after Close.
	KeepFor(time.Duration)
	Close() error
}

// loginKey says which connections are the same.
type loginKey struct{ host, user, sshConfig, ssh string }

// place is one connection, or the place for it.
type place struct {
	dialing sync.Mutex // held while one caller connects and the others wait
	users   int        // guarded by logins.mu, as are those below
	conn    connection
	idle    *time.Timer    // ends it, while nobody uses it
	address string         // where the last one led; the same is tried first
	waits   error          // why a person has to act before it is connected again
	asked   bool           // a person was asked to, once
	settled func()         // ends the question, and lets other windows ask; nil: none was asked
	target  *tunnel.Target // of the last login
}

func newLogins(log *zap.Logger, person tunnel.Prompter, n *notices) *logins {
	l := &logins{log: log, memory: newMemory(person), notices: n, keys: newNewKeys(person, n), linger: linger, all: map[loginKey]*place{}}
	l.life, l.end = context.WithCancel(context.Background())
	l.dial = l.ssh
	return l
}

func keyOf(p profile.Profile) loginKey { return loginKey{p.Host, p.User, p.SSHConfig, p.SSH} }

// use keeps the profile's connection, once it is made, until release is called.
func (l *logins) use(p profile.Profile) (release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := keyOf(p)
	entry := l.all[key]
	if entry == nil {
		entry = &place{}
		l.all[key] = entry
	}
	entry.users++
	if entry.idle != nil {
		entry.idle.Stop() // one that has fired finds the user
	}
	return sync.OnceFunc(func() { l.drop(key, entry) })
}

// drop notes that one user less needs the connection.
func (l *logins) drop(key loginKey, entry *place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.users--
	switch {
	case entry.users > 0 || l.closed:
	case entry.conn == nil:
		entry.settle()
		delete(l.all, key)
	default:
		entry.idle = time.AfterFunc(l.linger, func() { l.expire(key, entry) })
	}
}

// expire ends a connection that nobody has used for a while.
func (l *logins) expire(key loginKey, entry *place) {
	l.mu.Lock()
	unused := entry.users == 0 && l.all[key] == entry
	if unused {
		entry.settle()
		delete(l.all, key)
	}
	l.mu.Unlock()
	if unused {
		entry.conn.KeepFor(0) // it was kept for long enough
		_ = entry.conn.Close()
	}
}

// connect gives the live connection, or makes it; the caller must be using it.
// Only one login is tried at a time, so that one wrong password is one. Without a
// person nothing is tried that a person has to do first.
func (l *logins) connect(ctx context.Context, p profile.Profile, person bool) (session.Login, error) {
	l.mu.Lock()
	entry := l.all[keyOf(p)]
	l.mu.Unlock()
	if entry == nil {
		return nil, ending(p)
	}
	entry.dialing.Lock()
	defer entry.dialing.Unlock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	l.mu.Lock()
	conn, closed, waits := entry.conn, l.closed, entry.waits
	l.mu.Unlock()
	if closed {
		return nil, ending(p)
	}
	if conn != nil && alive(conn) {
		return conn, nil
	}
	var err error
	if waits != nil && !person {
		if conn = l.joinAgain(ctx, p, entry); conn == nil {
			l.stillWaits(p, entry, waits)
			return nil, waits
		}
	} else if conn, err = l.dial(ctx, p, person); err != nil {
		l.refused(p, entry, person, err)
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.settle()
	if known, ok := conn.(interface{ Address() string }); ok {
		entry.address = known.Address()
	}
	if l.closed {
		_ = conn.Close()
		return nil, ending(p)
	}
	entry.conn = conn
	return conn, nil
}

func ending(p profile.Profile) error {
	return &fault.Error{Code: fault.Cancelled, Tried: "connecting to " + p.Host, Answer: "the server is ending"}
}

// ssh logs in with SSH. person says whether a person may be asked something.
func (l *logins) ssh(ctx context.Context, p profile.Profile, person bool) (connection, error) {
	opts := tunnel.Options{Log: l.log, Prompter: recall{l.memory}, Notice: l.notices.tell, Prefer: l.addressOf(p)}
	if person {
		opts.Prompter = l.memory
	}
	target, err := tunnel.Resolve(ctx, p.Host, p.User, tunnel.ResolveOptions{File: p.SSHConfig, Program: p.SSH, Log: l.log})
	if err != nil {
		return nil, err
	}
	if p.KeysOnly { // a password asked for there is a sign that something is wrong: it is never sent
		target.Password, target.Keyboard = false, false
	}
	shared := l.sharing(p, opts)
	l.reached(p, target)
	if conn := login.Join(ctx, target, shared); conn != nil {
		return conn, nil
	}
	var made *newKey
	if person {
		if made, err = l.keys.before(ctx, p, target); err != nil {
			return nil, err
		}
	}
	conn, err := login.Dial(ctx, target, shared)
	if err != nil && person {
		err = l.keys.after(ctx, p, target, err)
	}
	if err != nil {
		return nil, err // no nil *Conn in an interface
	}
	l.keys.install(ctx, conn, made)
	return conn, nil
}

// addressOf is where the profile's last connection led.
func (l *logins) addressOf(p profile.Profile) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if entry := l.all[keyOf(p)]; entry != nil {
		return entry.address
	}
	return ""
}

// close ends every connection, used or not, at once and for good; since is when
// the client has left, from which on a connection is kept for others.
func (l *logins) close(since time.Time) {
	l.end()
	defer l.questions.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for key, entry := range l.all {
		if entry.idle != nil {
			entry.idle.Stop()
		}
		if entry.conn != nil {
			entry.conn.KeepFor(max(0, l.share.Linger-time.Since(since)))
			_ = entry.conn.Close()
		}
		entry.settle()
		delete(l.all, key)
	}
}

func alive(conn connection) bool {
	select {
	case <-conn.Done():
		return false
	default:
		return true
	}
}
