//go:build unix

// Command demo starts a Slurm site on this machine, starts a kernel on one of
// its nodes with sunpyter, as a user on a laptop would, and runs the course's
// quick checks in it. On a terminal it then keeps the session open until
// Ctrl+C; otherwise it releases it at once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/sa2c/sunpyter/testcluster"
	"golang.org/x/term"
)

func main() {
	sunpyter := flag.String("sunpyter", "bin/sunpyter", "the `program` to show")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *sunpyter); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, program string) (err error) {
	options := testcluster.Options{Modules: true}
	if err := testcluster.CheckSupport(options); err != nil {
		return fmt.Errorf("%w.\nThe demo runs a Slurm site on this machine: it needs Debian 12 or 13 and root, and /dev/net/tun and /dev/fuse", err)
	}
	site, err := testcluster.Open(options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.Stop()) }()
	if err := site.WriteFile("login", "/etc/sunpyter/site.toml", 0o644, testcluster.SiteFile); err != nil {
		return err
	}
	fmt.Println("site: login, ctl and nodes scs0151 and scs0152 are up on this machine")

	state, err := os.MkdirTemp("", "sunpyter-demo-") // a laptop that does not know the site yet
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(state)) }()
	s, err := startSession(ctx, site, program, state)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.release(site)) }()
	if err := s.awaitReady(ctx); err != nil {
		return err
	}
	if err := s.check(ctx, site); err != nil {
		return err
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())) {
		return nil
	}
	return s.serve(ctx, site)
}
