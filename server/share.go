package server

import (
	"context"
	"path/filepath"

	"github.com/sa2c/sunpyter/login"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/tunnel"
)

// sharing is how this server's logins are shared with other windows and commands
// that remember their kernels in the same place.
func sharing(o options) login.Options {
	share := login.Options{Program: o.keeper, Folder: login.Folder(o.env)}
	if dir, err := stateDir(o.env); err == nil {
		share.Scope, _ = filepath.Abs(dir)
	}
	return share
}

// sharing is the same for one login to p.
func (l *logins) sharing(p profile.Profile, opts tunnel.Options) login.Options {
	share := l.share
	share.Options, share.SSHConfig = opts, p.SSHConfig
	if p.OwnLogin {
		share.Program = nil
	}
	return share
}

// reached notes how the profile's host is reached.
func (l *logins) reached(p profile.Profile, target tunnel.Target) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if entry := l.all[keyOf(p)]; entry != nil {
		entry.target = &target
	}
}

// joinAgain gives a connection that somebody has made in another window, while
// here a person would have to act first; nil: there is none.
func (l *logins) joinAgain(ctx context.Context, p profile.Profile, entry *place) connection {
	l.mu.Lock()
	target := entry.target
	l.mu.Unlock()
	if target == nil {
		return nil
	}
	conn := login.Join(ctx, *target, l.sharing(p, tunnel.Options{Log: l.log}))
	if conn == nil {
		return nil // no nil *Conn in an interface
	}
	return conn
}
