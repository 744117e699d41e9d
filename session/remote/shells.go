package remote

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

//go:embed shells.py
var shellsProgram string

// ShellsRequest returns the agent's request to have shells.py run.
var ShellsRequest = sync.OnceValue(func() string {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid, and a buffer does not fail
	_, _ = io.WriteString(w, shellsProgram)
	_ = w.Close()
	return "shells " + base64.StdEncoding.EncodeToString(b.Bytes())
})

// ShellSocket is where shells.py takes requests for a new shell (id is empty), or those
// to return to one.
func ShellSocket(private, id string) string {
	if id == "" {
		id = "open"
	}
	return private + "/shells/" + id
}

// The letters of the frames to and from shells.py.
const (
	ShellHello     = 'H' // JSON: ShellOpen, ShellReturn; back: ShellPosition
	ShellInput     = 'I' // bytes of standard input
	ShellInputEnd  = 'E' // the standard input ends here
	ShellSize      = 'W' // rows and columns, in two bytes each
	ShellSignal    = 'S' // a signal's name, without SIG
	ShellConfirm   = 'K' // how much input was passed on, or output was received: eight bytes
	ShellClose     = 'C' // no more of it is wanted
	ShellOutput    = 'O' // bytes of standard output, or of the terminal
	ShellErrors    = 'R' // bytes of standard error
	ShellExit      = 'X' // JSON: ShellEnd
	ShellNotOpened = 'F' // JSON: ShellFailure
)

// ShellOpen asks for a new terminal or command.
type ShellOpen struct {
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

// ShellReturn continues one after a lost connection.
type ShellReturn struct {
	Output  int64 `json:"output"` // how much output was received
	Rows    int   `json:"rows"`
	Columns int   `json:"columns"`
}

// ShellPosition is where a shell is: how much input it has, and where the output begins
// that follows.
type ShellPosition struct {
	Input  int64 `json:"input"`
	Output int64 `json:"output"`
	End    int64 `json:"end"` // where new output begins; what comes before it was written earlier
}

// ShellEnd is how a shell ended: its exit status, or 128 and the signal's number.
type ShellEnd struct {
	Status int `json:"status"`
}

// ShellFailure is why none was opened.
type ShellFailure struct {
	Message string `json:"message"`
}

// maxShellFrame bounds a frame from the job, in bytes.
const maxShellFrame = 1 << 20

// ShellFrame returns a frame.
func ShellFrame(kind byte, content []byte) []byte {
	frame := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(content)))
	return append(frame, content...)
}

// ShellJSON returns a frame with a JSON text.
func ShellJSON(kind byte, value any) []byte {
	content, _ := json.Marshal(value) // the types above can always be encoded
	return ShellFrame(kind, content)
}

// ShellOffset returns a frame that confirms bytes.
func ShellOffset(offset int64) []byte {
	return ShellFrame(ShellConfirm, binary.BigEndian.AppendUint64(nil, uint64(offset)))
}

// ShellWindow returns a frame with the size of a terminal.
func ShellWindow(rows, columns int) []byte {
	content := binary.BigEndian.AppendUint16(nil, uint16(rows))
	return ShellFrame(ShellSize, binary.BigEndian.AppendUint16(content, uint16(columns)))
}

// ReadShellFrame reads one frame.
func ReadShellFrame(r io.Reader) (kind byte, content []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	length := binary.BigEndian.Uint32(head[1:])
	if length > maxShellFrame {
		return 0, nil, fmt.Errorf("a frame of %d bytes from the job", length)
	}
	content = make([]byte, length)
	_, err = io.ReadFull(r, content)
	return head[0], content, err
}
