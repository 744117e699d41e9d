package session

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/sa2c/sunpyter/slurm"
)

// maxLine bounds one line from a script of ours, in bytes. The longest honest
// one is a log in base64.
const maxLine = 8 << 20

// starter starts a command on another machine; slurm.Host and *tunnel.Conn can.
type starter interface {
	Start(ctx context.Context, command string) (io.ReadWriteCloser, error)
}

// stream is a conversation with one of our scripts, line by line. Its reader
// goroutine is owned by the stream and ends with close.
type stream struct {
	remote io.ReadWriteCloser
	lines  chan string   // closed at the end of the output
	quit   chan struct{} // closed by close: nobody reads lines any more
	ended  chan struct{} // closed when the reader has returned
	failed error         // why there were no lines at all; set before lines is closed
}

// openStream starts command on host and reads its lines.
func openStream(ctx context.Context, host starter, command string) (*stream, error) {
	remote, err := host.Start(ctx, command)
	if err != nil {
		return nil, err
	}
	s := &stream{remote: remote, lines: make(chan string), quit: make(chan struct{}), ended: make(chan struct{})}
	go s.read()
	return s, nil
}

func (s *stream) read() {
	defer close(s.ended)
	defer close(s.lines)
	output, err := slurm.SkipNoise(s.remote)
	if err != nil {
		s.failed = err
		return
	}
	in := bufio.NewScanner(output)
	in.Buffer(make([]byte, 0, 4096), maxLine)
	for in.Scan() {
		select {
		case s.lines <- in.Text():
		case <-s.quit:
			return
		}
	}
}

// send writes one line.
func (s *stream) send(format string, args ...any) error {
	_, err := fmt.Fprintf(s.remote, format+"\n", args...)
	return err
}

// next waits for a line; false at the end.
func (s *stream) next(ctx context.Context) (string, bool, error) {
	select {
	case line, ok := <-s.lines:
		return line, ok, nil
	case <-ctx.Done():
		return "", false, context.Cause(ctx)
	}
}

// close ends the conversation and waits for the reader. It may be called on nil.
func (s *stream) close() {
	if s == nil {
		return
	}
	select {
	case <-s.quit:
	default:
		close(s.quit)
	}
	_ = s.remote.Close()
	<-s.ended
}

// words splits a line into its first word and the rest.
func words(line string) (verb, rest string) {
	verb, rest, _ = strings.Cut(line, " ")
	return verb, rest
}
