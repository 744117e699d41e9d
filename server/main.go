package server

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/server/logging"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// Options configures Serve.
type Options struct {
	// Version is the program's version.
	Version string
	// Stdin and Stdout carry the protocol and nothing else.
	Stdin  io.ReadCloser
	Stdout io.WriteCloser
	// Stderr gets the log, unless LogFile names a file for it.
	Stderr  io.Writer
	LogFile string
	// Verbose adds debugging details to the log.
	Verbose bool
	// Env returns environment variables, as os.Getenv does.
	Env func(string) string
	// ShortestGrace, if set, replaces the profiles' shortest grace: tests do not wait
	// for a minute.
	ShortestGrace time.Duration
	// Timing, if set, replaces session.DefaultTiming: tests do not wait for an hour.
	Timing session.Timing
	// Daemon is the command line of the connection daemon, share.Main; empty: each server
	// logs in by itself.
	Daemon []string
}

// Serve answers one client until the end of Stdin, exit, or the end of ctx, and
// returns when all its sessions have ended.
func Serve(ctx context.Context, o Options) error {
	redactor := logging.NewRedactor()
	level := zapcore.InfoLevel
	if o.Verbose {
		level = zapcore.DebugLevel
	}
	sink, closeSink, err := logSink(o)
	if err != nil {
		return err
	}
	defer closeSink()
	conn := rpc.NewConn(rpc.JoinStdio(o.Stdin, o.Stdout))
	encoder := zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig())
	log := zap.New(zapcore.NewTee(
		zapcore.NewCore(encoder, redactor.Writer(sink), level),
		logging.NewClientCore(conn.Client(), level, redactor),
	))
	sessions, owner, err := openStore(o.Env)
	if err != nil {
		log.Warn("kernels cannot be taken over after a crash: the state directory cannot be used", zap.Error(err))
		owner = &store.Owner{ID: store.NewID()}
	} else {
		defer func() { _ = owner.Close() }() // a lock that is left is free, and removed by the next server
	}
	conn.Serve(ctx, newServer(options{
		Options: o, client: conn.Client(), redactor: redactor, log: log, store: sessions, owner: owner.ID,
	}), log)
	return nil
}

// logSink opens the log, which other users cannot read.
func logSink(o Options) (zapcore.WriteSyncer, func(), error) {
	if o.LogFile == "" {
		return zapcore.Lock(zapcore.AddSync(o.Stderr)), func() {}, nil
	}
	file, err := os.OpenFile(o.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return zapcore.Lock(file), func() { _ = file.Close() }, nil
}

// openStore opens this computer's store of sessions and registers this server as an owner.
func openStore(env func(string) string) (*store.Store, *store.Owner, error) {
	dir, err := stateDir(env)
	if err != nil {
		return nil, nil, err
	}
	sessions, err := store.Open(filepath.Join(dir, "sessions"))
	if err != nil {
		return nil, nil, err
	}
	owner, err := sessions.Register()
	if err != nil {
		return nil, nil, err
	}
	return sessions, owner, nil
}

// stateDir returns SUNPYTER_STATE, or else the state directory of the XDG base directory
// specification on Unix, and the local application data elsewhere.
func stateDir(env func(string) string) (string, error) {
	if dir := env("SUNPYTER_STATE"); dir != "" {
		return dir, nil
	}
	switch runtime.GOOS {
	case "windows":
		if dir := env("LOCALAPPDATA"); dir != "" {
			return filepath.Join(dir, "sunpyter"), nil
		}
	case "darwin":
	default:
		if dir := env("XDG_STATE_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "sunpyter"), nil
		}
		home, err := os.UserHomeDir()
		return filepath.Join(home, ".local", "state", "sunpyter"), err
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "sunpyter", "state"), err
}

// shareOptions returns how logins are shared with other windows and commands whose
// kernels are remembered in the same state directory.
func shareOptions(o options) share.Options {
	share := share.Options{Program: o.Daemon, Folder: share.Folder(o.Env)}
	if dir, err := stateDir(o.Env); err == nil {
		share.Scope, _ = filepath.Abs(dir)
	}
	return share
}
