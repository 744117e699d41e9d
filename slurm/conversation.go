package slurm

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
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
const maxFrames = 16

func (c *Client) converse(ctx context.Context, script string) (*conversation, error) {
	rw, err := c.host.Start(ctx, LoginCommand(c.prelude()+script))
	if err != nil {
		return nil, err
	}
	conv := &conversation{rw: rw, frames: make(chan frame, maxFrames)}
	go conv.read()
	return conv, nil
}

func (c *conversation) read() {
	defer close(c.frames)
	r, err := SkipNoise(c.rw)
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
	script := packed(s.Script)
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

// MaxSilence is how long a script on the login node waits for a line before it takes the
// connection for lost and ends. It is longer than this computer keeps a silent
// connection (40 s). The host's sshd may take hours to notice one, or never do.
const MaxSilence = time.Minute

// heartbeatInterval allows three late lines before MaxSilence has passed.
const heartbeatInterval = MaxSilence / 4

// Heartbeat writes an empty line to a script every 15 s, so that it can distinguish an idle
// connection from a lost one. stop ends that and waits; w must be closed before if a write
// may hang.
func Heartbeat(w io.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var beating sync.WaitGroup
	beating.Go(func() {
		ticker := time.NewTicker(heartbeatInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if _, err := io.WriteString(w, "\n"); err != nil {
				return
			}
		}
	})
	return func() { cancel(); beating.Wait() }
}

// packed is text for gzip -d at the far end. What is sent at once on a connection that
// was quiet is little (ten packets, and some systems space those out over the round
// trip), and our scripts are mostly comments and names.
func packed(text string) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = w.Write([]byte(text))                          // nor does a buffer fail
	_ = w.Close()
	return b.Bytes()
}

// StripComments returns a script without the lines that are comments. No line of a quoted
// text or a here-document in it may begin with "#".
func StripComments(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		if !strings.HasPrefix(strings.TrimLeft(line, " "), "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}
