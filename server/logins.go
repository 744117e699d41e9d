package server

import (
	"context"
	"sync"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/tunnel"
)

// logins keeps one authenticated connection a login node and user, shared by
// all sessions and questions of this server, for as long as one of them uses it.
type logins struct {
	log    *zap.Logger
	memory *memory

	mu  sync.Mutex // guards all
	all map[loginKey]*login
}

// loginKey says which connections are the same.
type loginKey struct{ host, user, sshConfig string }

// login is one connection, or the place for it.
type login struct {
	dialing sync.Mutex // held while one caller connects and the others wait
	users   int        // guarded by logins.mu
	conn    *tunnel.Conn
}

func newLogins(log *zap.Logger, person tunnel.Prompter) *logins {
	return &logins{log: log, memory: newMemory(person), all: map[loginKey]*login{}}
}

func keyOf(p profile.Profile) loginKey { return loginKey{p.Host, p.User, p.SSHConfig} }

// use keeps the profile's connection, once it is made, until release is called.
func (l *logins) use(p profile.Profile) (release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := l.all[keyOf(p)]
	if entry == nil {
		entry = &login{}
		l.all[keyOf(p)] = entry
	}
	entry.users++
	return sync.OnceFunc(func() { l.drop(keyOf(p)) })
}

func (l *logins) drop(key loginKey) {
	l.mu.Lock()
	entry := l.all[key]
	if entry == nil {
		l.mu.Unlock()
		return
	}
	entry.users--
	conn := entry.conn
	last := entry.users == 0
	if last {
		delete(l.all, key)
	}
	l.mu.Unlock()
	if last && conn != nil {
		_ = conn.Close()
	}
}

// connect gives the live connection, or makes it; the caller must be using it.
// Only one login is tried at a time, so that one wrong password is one.
func (l *logins) connect(ctx context.Context, p profile.Profile, person bool) (session.Login, error) {
	l.mu.Lock()
	entry := l.all[keyOf(p)]
	l.mu.Unlock()
	if entry == nil {
		return nil, &fault.Error{Code: fault.Cancelled, Tried: "connecting to " + p.Host, Answer: "the server is ending"}
	}
	entry.dialing.Lock()
	defer entry.dialing.Unlock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	l.mu.Lock()
	conn := entry.conn
	l.mu.Unlock()
	if conn != nil && alive(conn) {
		return conn, nil
	}
	conn, err := l.dial(ctx, p, person)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	entry.conn = conn
	unused := entry.users == 0
	l.mu.Unlock()
	if unused {
		_ = conn.Close()
	}
	return conn, nil
}

func (l *logins) dial(ctx context.Context, p profile.Profile, person bool) (*tunnel.Conn, error) {
	opts := tunnel.Options{Log: l.log, SSHConfig: p.SSHConfig, Prompter: recall{l.memory}}
	if person {
		opts.Prompter = l.memory
	}
	target, err := tunnel.Resolve(ctx, p.Host, p.User, opts)
	if err != nil {
		return nil, err
	}
	if p.KeysOnly { // a password asked for there is a sign that something is wrong: it is never sent
		target.Password, target.Keyboard = false, false
	}
	return tunnel.Dial(ctx, target, opts)
}

// close ends every connection, used or not.
func (l *logins) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, entry := range l.all {
		if entry.conn != nil {
			_ = entry.conn.Close()
		}
		delete(l.all, key)
	}
}

func alive(conn *tunnel.Conn) bool {
	select {
	case <-conn.Done():
		return false
	default:
		return true
	}
}
