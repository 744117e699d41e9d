//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/testcluster"
)

// quickChecks are the course's first cell: where does this run?
const quickChecks = `import os, socket
print("hostname:", socket.gethostname())
print("cpu_count:", os.cpu_count())
print("affinity:", len(os.sched_getaffinity(0)))
print("cwd:", os.getcwd())`

// check runs the quick checks in a kernel and prints what they print.
func (s *session) check(ctx context.Context, site *testcluster.Site) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	transport := &http.Transport{DialContext: site.Dial}
	defer transport.CloseIdleConnections()
	client := &jupyter.Client{URL: s.ready.URL, Token: s.ready.Token, HTTP: &http.Client{Transport: transport}}
	kernel, err := client.StartKernel(ctx)
	if err != nil {
		return err
	}
	out, err := kernel.Execute(ctx, quickChecks)
	fmt.Print(out)
	return errors.Join(err, kernel.Close(ctx))
}

// serve leaves the session open until ctx ends: the listener is on the laptop's
// own 127.0.0.1, so the machine's gets one at the same port that leads to it.
func (s *session) serve(ctx context.Context, site *testcluster.Site) error {
	u, err := url.Parse(s.ready.URL)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", u.Host)
	if err != nil {
		return err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go forward(ctx, conn, site, u.Host)
		}
	}()
	defer listener.Close()
	fmt.Printf("\nOpen in a browser on this machine (the link works once):\n  %s\nCtrl+C releases the node.\n", s.ready.Link)
	for {
		if _, err := s.next(ctx, nil); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

func forward(ctx context.Context, conn net.Conn, site *testcluster.Site, addr string) {
	defer conn.Close()
	there, err := site.Dial(ctx, "tcp", addr)
	if err != nil {
		return
	}
	defer there.Close()
	go func() {
		_, _ = io.Copy(there, conn)
		there.Close()
	}()
	_, _ = io.Copy(conn, there)
}
