//go:build !windows

package openssh

import (
	"context"
	"io"
	"net"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/internal/channels"
)

// controlTimeout bounds what the ssh program itself answers: it is on this computer.
const controlTimeout = 5 * time.Second

// dialControl opens channels through the control socket of an ssh program, in the mode
// that PROTOCOL.mux calls proxy: the plain SSH connection protocol. OpenSSH 9.2
// exits when such a client disconnects with channels open, or sends a global request, so
// this is done once for each program, which belongs to us, and for as long as it runs.
func dialControl(ctx context.Context, socket string) (*ssh.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	var dialer net.Dialer
	socketConn, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = socketConn.Close() })
	conn, channels, requests, err := ssh.NewControlClientConn(socketConn)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = socketConn.Close()
		return nil, err
	}
	return ssh.NewClient(conn, channels, requests), nil
}

// exitMaster asks the ssh program behind a control socket to exit.
func exitMaster(socket string) {
	conn, err := net.DialTimeout("unix", socket, controlTimeout)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(controlTimeout))
	_, _ = conn.Write([]byte{
		0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4, // MUX_MSG_HELLO, version 4
		0, 0, 0, 8, 0x10, 0, 0, 5, 0, 0, 0, 0, // MUX_C_TERMINATE
	})
	_, _ = io.Copy(io.Discard, conn)
}

// OpenChannel opens a channel of the connection.
func (s *Client) OpenChannel(kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	return s.control.OpenChannel(kind, payload)
}

// Alive reports whether the host answers within patience, or ctx ended first. It asks for
// a connection to a port on which nothing listens, since a control client that sends a
// keepalive is disconnected.
func (s *Client) Alive(ctx context.Context, patience time.Duration) bool {
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answered := make(chan struct{})
	go func() { // ends with the answer, or with the program
		defer close(answered)
		stream, err := s.control.Dial("tcp", "127.0.0.1:1")
		if err == nil {
			_ = stream.Close()
		}
	}()
	select {
	case <-answered:
		return !channels.IsClosed(s.ended)
	case <-limit.Done():
		return ctx.Err() != nil
	}
}
