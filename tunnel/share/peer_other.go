//go:build !linux && !darwin

package share

import "net"

// checkPeer cannot learn who the peer is: the directory's permissions protect the socket.
func checkPeer(*net.UnixConn) error { return nil }
