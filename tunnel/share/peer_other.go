//go:build !linux && !darwin

package share

import "net"

// checkPeer has nobody to ask who the peer is: the folder is the guard.
func checkPeer(net.Conn) error { return nil }
