package connpool

import (
	"context"

	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/share"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// logIn makes a connection, or joins one that another window has made. Unless
// interactive, the user is not prompted.
func (pool *Pool) logIn(ctx context.Context, p store.Place, interactive bool) (conn, error) {
	opts := tunnel.Options{
		Log: pool.log, Prompter: knownPassphrases(pool.passphrases.lookUp), Notice: pool.notices.handle,
	}
	pool.with(p, func(e *entry) { opts.Prefer = e.address })
	passwords := pool.passwords.forLogin(pool.passphrases)
	if interactive {
		opts.Prompter = passwords
	}
	target, err := sshconfig.Resolve(ctx, p.Host, p.User, sshconfig.Options{File: p.SSHConfig, Program: p.SSH, Log: pool.log})
	if err != nil {
		return nil, err
	}
	if p.KeysOnly { // a prompt for a password there is a sign that something is wrong: none is ever sent
		target.Methods.Password, target.Methods.Keyboard = false, false
	}
	sharing := pool.shareFor(p, opts)
	pool.with(p, func(e *entry) { e.target = &target })
	if joined := share.Join(ctx, target, sharing); joined != nil {
		return joined, nil
	}
	var made *newKey
	if interactive {
		if made, err = pool.keys.offerBeforeLogin(ctx, p, target); err != nil {
			return nil, err
		}
	}
	dialed, err := share.Dial(ctx, target, sharing)
	passwords.done(err)
	if err != nil && interactive {
		err = pool.keys.explainRefusal(ctx, p, target, err)
	}
	if err != nil {
		return nil, err // dialed would be a non-nil interface
	}
	pool.keys.install(ctx, dialed, made)
	return dialed, nil
}

// joinShared returns the connection that another window has made, or nil.
func (pool *Pool) joinShared(ctx context.Context, p store.Place, e *entry) conn {
	pool.mu.Lock()
	target := e.target
	pool.mu.Unlock()
	if target == nil {
		return nil
	}
	sharing := pool.shareFor(p, tunnel.Options{Log: pool.log})
	if joined := share.Join(ctx, *target, sharing); joined != nil {
		return joined
	}
	return nil
}

// shareFor returns how a login of the profile is shared.
func (pool *Pool) shareFor(p store.Place, opts tunnel.Options) share.Options {
	sharing := pool.share
	sharing.Options, sharing.SSHConfig = opts, p.SSHConfig
	if p.OwnLogin {
		sharing.Program = nil
	}
	return sharing
}

// with calls do with the place's entry, if there is one.
func (pool *Pool) with(p store.Place, do func(*entry)) {
	pool.mu.Lock()
	defer pool.mu.Unlock()
	if e := pool.entries[KeyOf(p)]; e != nil {
		do(e)
	}
}
