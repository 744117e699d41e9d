package sshtest

import (
	"net"
	"strconv"
	"testing"
)

// TestPortThatIsTaken: a port that another process has bound since it was free costs the server
// an attempt.
func TestPortThatIsTaken(t *testing.T) {
	s := Start(t) // skips where there is no sshd
	other := *s
	other.log += "-other"
	ports := []int{s.Port}
	other.listen(t, func(t testing.TB) int {
		if len(ports) == 0 {
			return FreePort(t)
		}
		defer func() { ports = ports[1:] }()
		return ports[0]
	}, nil)
	conn, err := net.Dial("tcp4", "127.0.0.1:"+strconv.Itoa(other.Port))
	Must(t, err)
	_ = conn.Close()
	if other.Port == s.Port || len(ports) > 0 {
		t.Errorf("it listens on port %d, which was taken", other.Port)
	}
}
