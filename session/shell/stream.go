package shell

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/retry"
)

// confirmEvery is after how much output it is confirmed, in bytes. The job waits
// after 256 KiB that are not.
const confirmEvery = 64 << 10

// errOutput means that Output returned an error.
var errOutput = errors.New("the shell's output was not read in time")

// converse serves one connection. It returns how the shell ended, or why the connection did.
func (s *Shell) converse(conn net.Conn, open bool, pause *retry.Backoff) (*exitMessage, error) {
	position, err := s.greet(conn, open)
	if err != nil {
		return nil, err
	}
	pause.Reset()
	if !s.isOpened() {
		if s.req.Key != "" {
			s.received, s.earlier.end = position.Output, position.End
			s.out.change(func(o *outbox) { o.base = position.Input }) // the job has it from an earlier run of the program
		}
		close(s.opened)
	}
	if lost := position.Output - s.received; lost > 0 {
		s.received = position.Output
		text := fmt.Sprintf("\r\n[Sunpyter: %d KiB of output were lost while the connection was down]\r\n", (lost+1023)>>10)
		if err := s.req.Output(s.ctx, false, []byte(text)); err != nil {
			return nil, fmt.Errorf("%w: %w", errOutput, err)
		}
	}
	s.confirmed = s.received
	w := &writer{conn: conn, sent: position.Input, stop: make(chan struct{})}
	var writing sync.WaitGroup
	writing.Go(func() { s.write(w) })
	defer writing.Wait()
	defer close(w.stop)
	defer conn.Close() // first: a Write may wait
	return s.read(w)
}

// greet asks for the shell, or to continue, and returns where the job has it.
func (s *Shell) greet(conn net.Conn, open bool) (position positionMessage, err error) {
	size := s.out.windowSize()
	var hello any = returnMessage{Output: s.received, Rows: size[0], Columns: size[1]}
	if open {
		hello = openMessage{
			ID: s.id, Command: s.req.Command, Directory: []byte(s.req.Directory), TTY: s.req.TTY, Term: s.req.Term, ColorTerm: s.req.ColorTerm,
			Rows: size[0], Columns: size[1], Keep: s.keep.Seconds(),
		}
	}
	content, _ := json.Marshal(hello) // it can always be encoded
	if _, err := conn.Write(makeFrame(kindHello, content)); err != nil {
		return position, err
	}
	kind, content, err := readFrame(conn)
	switch {
	case err != nil:
		return position, err
	case kind == kindHello && json.Unmarshal(content, &position) == nil:
		return position, nil
	}
	var failure failureMessage
	_ = json.Unmarshal(content, &failure)
	return position, &fault.Error{Code: fault.ShellFailed, Tried: "opening a shell on the node", Answer: bounded.Text(failure.Message, 300),
		Advice: "Try again; if it fails again, start a new kernel."}
}

// writer is what the writing side of one connection has sent.
type writer struct {
	conn    net.Conn
	stop    chan struct{} // closed when the reading side has ended
	sent    int64         // offset in the input
	ended   bool          // the end of the input is sent
	closed  bool          // the end of the shell is sent
	size    [2]int
	mu      sync.Mutex // one Write at a time
	failing bool
}

func (w *writer) write(frame []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.failing {
		_, err := w.conn.Write(frame)
		w.failing = err != nil // the reading side finds out
	}
}

// write sends what changes, until the connection ends.
func (s *Shell) write(w *writer) {
	w.size = s.out.windowSize() // greet has sent it
	for {
		frames, changed := s.out.pending(w)
		if len(frames) > 0 {
			w.write(frames)
			continue
		}
		select {
		case <-changed:
		case <-w.stop:
			return
		}
	}
}

// read takes frames until the end of the connection or of the shell.
func (s *Shell) read(w *writer) (*exitMessage, error) {
	for {
		kind, content, err := readFrame(w.conn)
		if err != nil {
			return nil, err
		}
		switch kind {
		case kindOutput, kindErrors:
			if err := s.take(w, kind == kindErrors, content); err != nil {
				if s.ctx.Err() == nil {
					w.write(makeFrame(kindClose, nil))
				}
				return nil, err
			}
		case kindConfirm:
			if len(content) == 8 {
				s.out.confirm(int64(binary.BigEndian.Uint64(content)))
			}
		case kindExit:
			var end exitMessage
			if err := json.Unmarshal(content, &end); err != nil {
				return nil, err
			}
			w.write(makeFrame(kindClose, nil))
			return &end, nil
		}
	}
}

// take passes output on, and confirms it now and then.
func (s *Shell) take(w *writer, stderr bool, data []byte) error {
	s.received += int64(len(data))
	for _, part := range s.earlier.take(data, s.received) {
		if err := s.req.Output(s.ctx, stderr, part); err != nil {
			return fmt.Errorf("%w: %w", errOutput, err)
		}
	}
	if s.received-s.confirmed >= confirmEvery {
		s.confirmed = s.received
		w.write(makeFrame(kindConfirm, binary.BigEndian.AppendUint64(nil, uint64(s.received))))
	}
	return nil
}

// replay is output that a terminal gets again, since the window that had it is gone. Programs
// ask terminals about themselves in it; the answers would be typed into the shell, which does
// not wait for them any more.
type replay struct {
	end  int64 // offset of the first output that is new
	text []byte
}

// queries are the sequences that a terminal answers: device status and attributes, reports of
// modes, settings, colours, the version and the window.
var queries = regexp.MustCompile(`\x1b\[[<=>?]?[\d;]*\$?[cnpqtx]|\x1b\[\?u|\x1b\][\d;]*;\?(\x07|\x1b\\)|\x1bP[+$]q[^\x1b]*\x1b\\|\x05`)

// take returns what the terminal gets of the output, whose end is at an offset.
func (r *replay) take(data []byte, offset int64) [][]byte {
	if r.end == 0 {
		return [][]byte{data}
	}
	r.text = append(r.text, data...)
	if offset < r.end {
		return nil // a sequence may go on in the next piece
	}
	old := len(r.text) - int(offset-r.end)
	text := slices.Concat(queries.ReplaceAll(r.text[:old], nil), r.text[old:])
	*r = replay{}
	return slices.Collect(slices.Chunk(text, chunk))
}
