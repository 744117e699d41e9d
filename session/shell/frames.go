package shell

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

//go:embed shells.py
var program string

// ProgramRequest returns the agent's request to have shells.py run.
var ProgramRequest = sync.OnceValue(func() string {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid, and a buffer does not fail
	_, _ = io.WriteString(w, program)
	_ = w.Close()
	return "shells " + base64.StdEncoding.EncodeToString(b.Bytes())
})

// Socket is where shells.py takes requests for a new shell (id is empty), or those
// to return to one.
func Socket(private, id string) string {
	if id == "" {
		id = "open"
	}
	return private + "/shells/" + id
}

// The letters of the frames to and from shells.py.
const (
	kindHello    = 'H' // JSON: openMessage, returnMessage; back: positionMessage, or another letter with failureMessage
	kindInput    = 'I' // bytes of standard input
	kindInputEnd = 'E' // the standard input ends here
	kindSize     = 'W' // rows and columns, in two bytes each
	kindSignal   = 'S' // a signal's name, without SIG
	kindConfirm  = 'K' // how much input was passed on, or output was received: eight bytes
	kindClose    = 'C' // no more of it is wanted
	kindOutput   = 'O' // bytes of standard output, or of the terminal
	kindErrors   = 'R' // bytes of standard error
	kindExit     = 'X' // JSON: exitMessage
)

// openMessage asks for a new terminal or command.
type openMessage struct {
	ID        string   `json:"id"`                  // 16 hexadecimal digits
	Command   []string `json:"command,omitempty"`   // none: the user's shell
	Directory []byte   `json:"directory,omitempty"` // none: the kernels' working directory
	TTY       bool     `json:"tty,omitempty"`       // in a terminal
	Term      string   `json:"term,omitempty"`      // its type, as in TERM
	ColorTerm string   `json:"colorTerm,omitempty"` // as in COLORTERM
	Rows      int      `json:"rows,omitempty"`
	Columns   int      `json:"columns,omitempty"`
	Keep      float64  `json:"keep"` // seconds that it runs on without a connection
}

// returnMessage continues one after a lost connection.
type returnMessage struct {
	Output  int64 `json:"output"` // how much output was received
	Rows    int   `json:"rows"`
	Columns int   `json:"columns"`
}

// positionMessage is where a shell is: how much input it has, and where the output begins
// that follows.
type positionMessage struct {
	Input  int64 `json:"input"`
	Output int64 `json:"output"`
	End    int64 `json:"end"` // where new output begins; what comes before it was written earlier
}

// exitMessage is how a shell ended: its exit status, or 128 and the signal's number.
type exitMessage struct {
	Status int `json:"status"`
}

// failureMessage is why none was opened.
type failureMessage struct {
	Message string `json:"message"`
}

// maxFrame bounds a frame from the job, in bytes.
const maxFrame = 1 << 20

// makeFrame returns a frame.
func makeFrame(kind byte, content []byte) []byte {
	frame := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(content)))
	return append(frame, content...)
}

// readFrame reads one frame.
func readFrame(r io.Reader) (kind byte, content []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	length := binary.BigEndian.Uint32(head[1:])
	if length > maxFrame {
		return 0, nil, fmt.Errorf("a frame of %d bytes from the job", length)
	}
	content = make([]byte, length)
	_, err = io.ReadFull(r, content)
	return head[0], content, err
}
