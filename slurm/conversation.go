package slurm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/internal/loginshell"
)

// conversation is a script on the login node that answers in frames while it
// reads. Its one goroutine reads the frames; close ends it.
type conversation struct {
	rw io.ReadWriteCloser
	// frames has the answers; it is closed after the last, and err is set before.
	frames chan frame
	err    error
	named  bool // the job is for a named cluster
}

// maxFrames is more frames than a script sends, so that the reader never blocks.
const maxFrames = 32

func (c *Client) converse(ctx context.Context, script string) (*conversation, error) {
	rw, err := c.host.Start(ctx, loginshell.Command(c.prelude()+script))
	if err != nil {
		return nil, err
	}
	conv := &conversation{rw: rw, frames: make(chan frame, maxFrames)}
	go conv.read()
	return conv, nil
}

func (c *conversation) read() {
	defer close(c.frames)
	r, err := loginshell.SkipNoise(c.rw)
	for n := 0; err == nil; n++ {
		var f frame
		if f, err = readFrame(r); err == nil {
			if n == maxFrames {
				err = fmt.Errorf("more than %d answers", maxFrames)
				break
			}
			c.frames <- f
		}
	}
	c.err = err
}

// next returns the next frame; if ctx ends, its error.
func (c *conversation) next(ctx context.Context) (frame, error) {
	select {
	case f, ok := <-c.frames:
		if !ok {
			return frame{}, c.err
		}
		return f, nil
	case <-ctx.Done():
		return frame{}, ctx.Err()
	}
}

// send writes to the script. If ctx ends meanwhile, it closes the conversation; a script
// that has not read the whole message then does nothing.
func (c *conversation) send(ctx context.Context, text string) error {
	stop := context.AfterFunc(ctx, func() { c.rw.Close() })
	defer stop()
	_, err := io.WriteString(c.rw, text)
	return err
}

// close ends the script's input and waits for the reader to return.
func (c *conversation) close() {
	c.rw.Close()
	for range c.frames {
		// Unread frames are discarded.
	}
}

// submitMessage returns the request that submit.sh reads.
func submitMessage(s Submission) string {
	var b strings.Builder
	script := loginshell.Pack(s.Script)
	fmt.Fprintf(&b, "submit %d %d\n", len(s.Options), len(script))
	for _, option := range s.Options {
		b.WriteString(option)
		b.WriteByte(0)
	}
	b.Write(script)
	return b.String()
}

// frame is one answer of a script on the login node.
type frame struct {
	// name is its kind: "squeue", "partitions".
	name string
	// status is the exit status of the command.
	status int
	// text is what the command printed, on both its outputs.
	text string
}

// maxFrame bounds a frame's text, in bytes: far above what the partitions of the
// largest site take.
const maxFrame = 16 << 20

// readFrame reads the next frame; the error is io.EOF at a clean end.
func readFrame(r *bufio.Reader) (frame, error) {
	header, err := r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, io.EOF) && len(header) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return frame{}, err
	}
	fields := strings.Fields(string(header))
	if len(fields) != 3 {
		return frame{}, fmt.Errorf("not the head of an answer: %.80q", header)
	}
	status, err := strconv.Atoi(fields[1])
	if err != nil {
		return frame{}, fmt.Errorf("status of an answer: %w", err)
	}
	length, err := strconv.Atoi(fields[2])
	if err != nil || length < 0 || length > maxFrame {
		return frame{}, fmt.Errorf("length of an answer: %.40q", fields[2])
	}
	var text bytes.Buffer
	if _, err := io.CopyN(&text, r, int64(length)+1); err != nil {
		return frame{}, fmt.Errorf("answer cut short: %w", io.ErrUnexpectedEOF)
	}
	return frame{name: fields[0], status: status, text: string(text.Bytes()[:length])}, nil
}
