package share

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// checkPeer refuses a peer that is another user's process.
func checkPeer(conn net.Conn) error {
	return onSocket(conn, func(fd int) error {
		peer, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		if err == nil && int(peer.Uid) != os.Getuid() {
			err = errOtherUser
		}
		return err
	})
}
