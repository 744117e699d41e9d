package main

import (
	"context"
	"os"

	"github.com/sa2c/sunpyter/server"
	"github.com/sa2c/sunpyter/terminal"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// serve runs the server: the one place where the client's command line and the server meet.
func serve(ctx context.Context, o terminal.ServeOptions) error {
	var daemon []string
	if exe, err := os.Executable(); err == nil {
		daemon = []string{exe, share.Command}
	}
	return server.Serve(ctx, server.Options{
		Version: o.Version,
		Stdin:   o.Stdin, Stdout: o.Stdout, Stderr: o.Stderr,
		LogFile: o.LogFile, Verbose: o.Verbose,
		Env: os.Getenv, Daemon: daemon,
	})
}
