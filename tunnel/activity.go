package tunnel

import (
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/internal/bounded"
)

// coalesceTime is how long the first message after a login waits for others.
const coalesceTime = time.Millisecond

// activityConn is the bytes under an SSH connection. It notes when some were last
// received: on a slow link a keepalive's reply queues behind data, and then the
// data is the reply. And it can gather what is written.
type activityConn struct {
	net.Conn
	last   atomic.Int64 // since meterStart, in nanoseconds
	closed atomic.Bool  // the far end has closed

	reading sync.Mutex
	opening []byte // guarded by reading; the first bytes that were received

	writing    sync.Mutex // guards the fields below
	coalescing bool
	coalesced  []byte
}

// clockStart makes a monotonic clock of an integer.
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

// MaxOpening is how much of a host's first output is kept, in bytes.
const MaxOpening = 256

// keepOpening keeps the first output, which says why a host refuses a connection.
func (m *activityConn) keepOpening(p []byte) {
	m.reading.Lock()
	defer m.reading.Unlock()
	if room := MaxOpening - len(m.opening); room > 0 {
		m.opening = append(m.opening, p[:min(room, len(p))]...)
	}
}

// beforeSSH returns what the host wrote before or instead of SSH, and whether it
// spoke SSH at all.
func (m *activityConn) beforeSSH() (output string, spokeSSH bool) {
	m.reading.Lock()
	defer m.reading.Unlock()
	before, _, spokeSSH := strings.Cut("\n"+string(m.opening), "\nSSH-")
	return bounded.Text(before, MaxOpening), spokeSSH
}

// coalesceFirstWrite makes what is written within a moment of the next Write leave as one,
// once. Two channels are often opened side by side after a login, and the host's Nagle
// is on then: it would hold back its answer to the second for a whole round
// trip, until we have acknowledged the first, unless it reads both at once.
func (m *activityConn) coalesceFirstWrite() {
	m.writing.Lock()
	defer m.writing.Unlock()
	m.coalescing = true
}

func (m *activityConn) Write(p []byte) (int, error) {
	m.writing.Lock()
	defer m.writing.Unlock()
	if !m.coalescing {
		return m.Conn.Write(p)
	}
	if len(m.coalesced) == 0 {
		time.AfterFunc(coalesceTime, m.flush)
	}
	m.coalesced = append(m.coalesced, p...)
	return len(p), nil
}

// flush sends what was gathered. If that fails, so will the next Read.
func (m *activityConn) flush() {
	m.writing.Lock()
	defer m.writing.Unlock()
	_, _ = m.Conn.Write(m.coalesced)
	m.coalescing, m.coalesced = false, nil
}
