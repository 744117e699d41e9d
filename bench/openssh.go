package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
)

// ssh starts OpenSSH with the site's configuration, and waits until up says that it is connected.
func (l *lab) ssh(ctx context.Context, up func() error, args ...string) (end func(), err error) {
	cmd := exec.CommandContext(ctx, "ssh", append([]string{"-F", l.site.SSHConfig()}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	end = func() {
		_ = cmd.Process.Kill() // the ssh of -J ends with it
		_ = cmd.Wait()
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := up()
		if err == nil {
			return end, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			end()
			return nil, fmt.Errorf("ssh %q: %w: %s", args, err, said.Bytes())
		}
	}
}

// openSSH starts `ssh -J login -L port:socket node`, OpenSSH's connection to the same socket, and
// returns a client through it.
func (l *lab) openSSH(ctx context.Context, o *onNode) (client *jupyter.Client, end func(), err error) {
	probe, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := probe.Addr().String()
	probe.Close()
	client = &jupyter.Client{URL: "http://" + address + "/", Token: o.token}
	answers := func() error { return client.Do(ctx, http.MethodGet, "api/status", nil, nil) }
	end, err = l.ssh(ctx, answers, "-J", "login", "-N", "-o", "ExitOnForwardFailure=yes", "-L", address+":"+o.socket, o.node)
	return client, end, err
}
