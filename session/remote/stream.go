package remote

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/slurm"
)

// maxLine bounds one line of a script, in bytes. The longest legitimate one is a log in
// base64.
const maxLine = 8 << 20

// starter starts a command on another host, as slurm.Host and *tunnel.Conn do.
type starter interface {
	Start(ctx context.Context, command string) (io.ReadWriteCloser, error)
}

// Stream exchanges lines with a script of this package. Its reader goroutine ends with
// Close. All methods may be called on nil, except Send.
type Stream struct {
	remote io.ReadWriteCloser
	lines  chan string   // closed at the end of the output
	quit   chan struct{} // closed by Close
	ended  chan struct{} // closed when the reader has returned
	failed error         // why there were no lines; set before lines is closed
}

// OpenStream starts command on host and reads its lines.
func OpenStream(ctx context.Context, host starter, command string) (*Stream, error) {
	remote, err := host.Start(ctx, command)
	if err != nil {
		return nil, err
	}
	s := &Stream{remote: remote, lines: make(chan string), quit: make(chan struct{}), ended: make(chan struct{})}
	go s.read()
	return s, nil
}

func (s *Stream) read() {
	defer close(s.ended)
	defer close(s.lines)
	output, err := loginshell.SkipNoise(s.remote)
	if err != nil {
		s.failed = err
		return
	}
	s.scan(output)
}

// scan passes on lines until Close.
func (s *Stream) scan(output io.Reader) {
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

// Lines returns the channel of the script's lines, which is closed at their end. On
// nil there is never one.
func (s *Stream) Lines() <-chan string {
	if s == nil {
		return nil
	}
	return s.lines
}

// Send writes one line.
func (s *Stream) Send(format string, args ...any) error {
	_, err := fmt.Fprintf(s.remote, format+"\n", args...)
	return err
}

// Next waits for a line; it reports false at the end.
func (s *Stream) Next(ctx context.Context) (string, bool, error) {
	select {
	case line, ok := <-s.lines:
		return line, ok, nil
	case <-ctx.Done():
		return "", false, context.Cause(ctx)
	}
}

// Close ends the conversation and waits for the reader.
func (s *Stream) Close() {
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

// Cut splits a line into its first word and the rest.
func Cut(line string) (verb, rest string) {
	verb, rest, _ = strings.Cut(line, " ")
	return verb, rest
}

// output runs a command of this package and returns its output.
func output(ctx context.Context, host slurm.Host, command string) (string, error) {
	stdout, _, _, err := host.Run(ctx, command, nil)
	if err != nil {
		return "", err
	}
	text, err := loginshell.StripNoise(stdout)
	return string(text), err
}
