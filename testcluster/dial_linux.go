package testcluster

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Dial connects to an address (numbers, no name) from the laptop, also in a
// process that is not on it. The connection stays there.
func (s *Site) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	laptop, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", s.guardian))
	if err != nil {
		return nil, err
	}
	defer laptop.Close()
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err := unix.Setns(int(laptop.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- result{err: err}
			return
		}
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		done <- result{conn, err}
	}()
	r := <-done
	return r.conn, r.err
}
