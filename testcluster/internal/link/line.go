//go:build linux

package link

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxQueued is how many bytes a direction holds before it drops, as a switch
// does: enough for 50 ms at several GB/s.
const maxQueued = 256 << 20

// Line joins two TUN devices for as long as the process runs.
type Line struct {
	delay, rate    atomic.Int64 // nanoseconds; bytes a second
	cut            atomic.Bool
	flows          atomic.Pointer[flows] // nil: nothing was forgotten
	packets, bytes atomic.Int64          // handed to it since it began
	directions     [2]*direction
}

// direction is one direction of the line: packets in the order of their arrival,
// each with the time at which it is due.
type direction struct {
	line   *Line
	to     *os.File
	mu     sync.Mutex
	filled sync.Cond
	queue  []packet
	queued int
	free   time.Time // when the sender may put the next packet on the line
}

type packet struct {
	due  time.Time
	data []byte
}

// Join starts a line between a and b.
func Join(a, b *os.File, delay time.Duration) *Line {
	l := &Line{}
	l.delay.Store(int64(delay))
	l.directions = [2]*direction{{line: l, to: b}, {line: l, to: a}}
	for i, from := range []*os.File{a, b} {
		d := l.directions[i]
		d.filled.L = &d.mu
		go d.read(from)
		go d.drain()
	}
	return l
}

// SetDelay sets the delay in one direction, for packets from now on.
func (l *Line) SetDelay(d time.Duration) { l.delay.Store(int64(d)) }

// SetRate sets the rate of each direction in kbit/s; 0: unlimited.
func (l *Line) SetRate(kbit int64) { l.rate.Store(kbit * 125) }

// Cut drops all that is under way and all that comes, silently.
func (l *Line) Cut() {
	l.cut.Store(true)
	for _, d := range l.directions {
		d.mu.Lock()
		d.queue, d.queued = nil, 0
		d.mu.Unlock()
	}
}

// Uncut ends a cut.
func (l *Line) Uncut() { l.cut.Store(false) }

// String returns how the line is set and what it has carried.
func (l *Line) String() string {
	return fmt.Sprintf("cut: %t, delay in one direction %v, rate %d kbit/s (0: unlimited), carried %d packets, %d bytes",
		l.cut.Load(), time.Duration(l.delay.Load()), l.rate.Load()/125, l.packets.Load(), l.bytes.Load())
}

// read takes packets from a device.
func (d *direction) read(from *os.File) {
	buf := make([]byte, maxPacket)
	for {
		n, err := from.Read(buf)
		if err != nil {
			if errors.Is(err, syscall.EINTR) {
				continue
			}
			return
		}
		d.line.packets.Add(1)
		d.line.bytes.Add(int64(n))
		if !d.line.cut.Load() && d.passes(buf[:n]) {
			d.accept(buf[:n])
		}
	}
}

// accept sends a packet on at once if nothing holds it up, or queues a copy.
func (d *direction) accept(data []byte) {
	delay, rate := time.Duration(d.line.delay.Load()), d.line.rate.Load()
	d.mu.Lock()
	defer d.mu.Unlock()
	if delay == 0 && rate == 0 && len(d.queue) == 0 {
		d.send(data)
		return
	}
	if d.queued+len(data) > maxQueued {
		return
	}
	leaves := time.Now()
	if rate > 0 {
		if leaves.Before(d.free) {
			leaves = d.free
		}
		leaves = leaves.Add(time.Duration(int64(len(data)) * int64(time.Second) / rate))
		d.free = leaves
	}
	d.queue = append(d.queue, packet{due: leaves.Add(delay), data: append([]byte(nil), data...)})
	d.queued += len(data)
	d.filled.Signal()
}

// drain sends what is queued when it is due.
func (d *direction) drain() {
	d.mu.Lock()
	for {
		for len(d.queue) == 0 {
			d.filled.Wait()
		}
		p := d.queue[0]
		if wait := time.Until(p.due); wait > 0 {
			d.mu.Unlock()
			pause(wait)
			d.mu.Lock()
			continue // what is first may have changed
		}
		d.queue = d.queue[1:]
		d.queued -= len(p.data)
		d.send(p.data)
	}
}

// send hands a packet to the kernel. One that it does not take is lost, as on
// any line.
func (d *direction) send(data []byte) { _, _ = d.to.Write(data) }

// pause sleeps for wait. Go's own timers may come a millisecond late when the
// process is idle, which would show in every round trip, so the last stretch
// is the kernel's sleep; and no pause is so long that what comes after a cut would wait for it.
func pause(wait time.Duration) {
	const stretch = 2 * time.Millisecond
	if wait > stretch {
		time.Sleep(min(wait-stretch, 100*time.Millisecond))
		return
	}
	ts := unix.NsecToTimespec(int64(wait))
	_ = unix.Nanosleep(&ts, nil) // cut short by a signal: the caller looks again
}
