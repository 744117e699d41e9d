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
	opening bounded.Head // guarded by reading; the first output, which says why a host refuses a connection
}

// maxOpening is how much of a host's first output is kept, in bytes.
const maxOpening = 256

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
		m.reading.Lock()
		_, _ = m.opening.Write(p[:n])
		m.reading.Unlock()
	}
	if err != nil {
		m.closed.Store(true)
	}
	return n, err
}

// beforeSSH returns what the host wrote before or instead of SSH, and whether it
// spoke SSH at all.
func (m *activityConn) beforeSSH() (output string, spokeSSH bool) {
	m.reading.Lock()
	defer m.reading.Unlock()
	before, _, spokeSSH := strings.Cut("\n"+m.opening.String(), "\nSSH-")
	return bounded.Text(before, maxOpening), spokeSSH
}
