package tunnel

import (
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/internal/bounded"
)

// activityConn is the byte stream under an SSH connection. It records when some were last
// received: on a slow link a keepalive's reply queues behind data, and then the
// data shows that the link is alive.
type activityConn struct {
	net.Conn
	last   atomic.Int64 // since clockStart, in nanoseconds
	closed atomic.Bool  // the far end has closed

	reading sync.Mutex
	opening []byte // guarded by reading; the first bytes that were received
}

// clockStart turns the monotonic clock into an integer.
var clockStart = time.Now()

func (m *activityConn) touch() { m.last.Store(int64(time.Since(clockStart))) }

func (m *activityConn) idleFor() time.Duration {
	return time.Since(clockStart) - time.Duration(m.last.Load())
}

func (m *activityConn) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if n > 0 {
		m.touch()
		m.keepOpening(p[:n])
	}
	if err != nil {
		m.closed.Store(true)
	}
	return n, err
}

// maxOpening is how much of a host's first output is kept, in bytes.
const maxOpening = 256

// keepOpening keeps the first output, which says why a host refuses a connection.
func (m *activityConn) keepOpening(p []byte) {
	m.reading.Lock()
	defer m.reading.Unlock()
	if room := maxOpening - len(m.opening); room > 0 {
		m.opening = append(m.opening, p[:min(room, len(p))]...)
	}
}

// beforeSSH returns what the host wrote before or instead of SSH, and whether it
// spoke SSH at all.
func (m *activityConn) beforeSSH() (output string, spokeSSH bool) {
	m.reading.Lock()
	defer m.reading.Unlock()
	before, _, spokeSSH := strings.Cut("\n"+string(m.opening), "\nSSH-")
	return bounded.Text(before, maxOpening), spokeSSH
}
