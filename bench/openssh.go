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

// openSSH is `ssh -J login -L port:socket node`: OpenSSH's connection to the same socket.
type openSSH struct {
	cmd    *exec.Cmd
	client *jupyter.Client
}

// openSSH starts it and waits until the server answers through it.
func (l *lab) openSSH(ctx context.Context, o *onNode) (*openSSH, error) {
	probe, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := probe.Addr().String()
	probe.Close()
	cmd := exec.CommandContext(ctx, "ssh", "-F", l.site.SSHConfig(), "-J", "login", "-N", "-o", "ExitOnForwardFailure=yes",
		"-L", address+":"+o.socket, o.node)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &openSSH{cmd: cmd, client: &jupyter.Client{URL: "http://" + address + "/", Token: o.token}}
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		err := s.client.Do(ctx, http.MethodGet, "api/status", nil, nil)
		if err == nil {
			return s, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			s.close()
			return nil, fmt.Errorf("ssh -J -L: %w: %s", err, said.Bytes())
		}
	}
}

func (s *openSSH) close() {
	_ = s.cmd.Process.Kill() // the ssh of -J ends with it
	_ = s.cmd.Wait()
}
