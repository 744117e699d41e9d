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

// Stream exchanges lines with a script of this package. Its reader goroutine ends with
// Close, which may be called on nil.
type Stream struct {
	remote io.ReadWriteCloser
	lines  chan string // closed at the end of the output
	ctx    context.Context
	stop   context.CancelFunc // ends ctx
	ended  chan struct{}      // closed when the reader has returned
	failed error              // why there were no lines; set before lines is closed
}

// OpenStream starts command on host and reads its lines.
func OpenStream(ctx context.Context, host slurm.Host, command string) (*Stream, error) {
	remote, err := host.Start(ctx, command)
	if err != nil {
		return nil, err
	}
	s := &Stream{remote: remote, lines: make(chan string), ended: make(chan struct{})}
	s.ctx, s.stop = context.WithCancel(context.Background())
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
		case <-s.ctx.Done():
			return
		}
	}
}

// Lines returns the channel of the script's lines, which is closed at their end.
func (s *Stream) Lines() <-chan string { return s.lines }

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
	s.stop()
	_ = s.remote.Close()
	<-s.ended
}

// Cut splits a line into its first word and the rest.
func Cut(line string) (verb, rest string) {
	verb, rest, _ = strings.Cut(line, " ")
	return verb, rest
}

// runScript runs a script without a login shell and returns its output.
func runScript(ctx context.Context, host slurm.Host, script string) (string, error) {
	return output(ctx, host, loginshell.PlainCommand(script))
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
