//go:build !windows

package openssh

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// logPipe is the pipe to which an ssh program writes its log. Its questions come through a socket and
// may arrive before earlier lines, so the pipe is drained first:
// otherwise a refusal that is read late would look like one of the answer.
type logPipe struct {
	from *os.File
	to   io.Writer
	done chan struct{} // closed when there will be no more

	mu sync.Mutex // held while reading
}

// newLogPipe returns the pipe and the end that the program writes to, which has to be
// closed once the program has it.
func newLogPipe(to io.Writer) (*logPipe, *os.File, error) {
	from, writes, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	p := &logPipe{from: from, to: to, done: make(chan struct{})}
	go p.read()
	return p, writes, nil
}

// read passes output on as it arrives, until the pipe has no writer.
func (p *logPipe) read() {
	defer close(p.done)
	if raw, err := p.from.SyscallConn(); err == nil {
		_ = raw.Read(func(fd uintptr) bool { return p.take(fd, -1) })
	}
}

// catchUp passes on everything written so far.
func (p *logPipe) catchUp() {
	if raw, err := p.from.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { p.take(fd, 64) }) // a pipe holds no more
	}
}

// end closes the pipe after passing on what is still written within limit.
func (p *logPipe) end(limit time.Duration) {
	select {
	case <-p.done:
	case <-time.After(limit):
	}
	p.close()
}

func (p *logPipe) close() {
	_ = p.from.Close()
	<-p.done
}

// take passes on what is in the pipe, in at most a number of pieces. atEnd reports that no more will come.
func (p *logPipe) take(fd uintptr, pieces int) (atEnd bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var piece [4 << 10]byte
	for ; pieces != 0; pieces-- {
		n, err := syscall.Read(int(fd), piece[:])
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			return false
		case err != nil || n == 0:
			return true
		default:
			_, _ = p.to.Write(piece[:n])
		}
	}
	return false
}
