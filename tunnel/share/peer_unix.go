//go:build linux || darwin

package share

import (
	"errors"
	"net"
)

// errOtherUser: the peer is another user.
var errOtherUser = errors.New("the process at the other end belongs to another user")

// onSocket calls f with a connection's socket.
func onSocket(conn net.Conn, look func(fd int) error) error {
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return err
	}
	var found error
	if err := raw.Control(func(fd uintptr) { found = look(int(fd)) }); err != nil {
		return err
	}
	return found
}
