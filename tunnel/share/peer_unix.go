//go:build linux || darwin

package share

import (
	"errors"
	"net"
	"os"
)

// checkPeer refuses a peer that is another user's process.
func checkPeer(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var user uint32
	var found error
	if err := raw.Control(func(fd uintptr) { user, found = peerUser(int(fd)) }); err != nil {
		return err
	}
	if found == nil && int(user) != os.Getuid() {
		found = errors.New("the process at the other end belongs to another user")
	}
	return found
}
