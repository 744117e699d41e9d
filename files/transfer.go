package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"sync"

	"github.com/sa2c/sunpyter/fault"
)

// TransferOptions says how files are sent and fetched.
type TransferOptions struct {
	// Overwrite replaces files that are there already. Without it they are skipped, and a
	// single file is an error.
	Overwrite bool
	// Want is what a single file to be replaced on the cluster must be.
	Want Precondition
	// Progress is called with the number of bytes so far, and of all; may be nil. It must not use
	// the Client and must return soon: other replies wait for it.
	Progress func(done, total int64)
}

// Transferred is what a transfer did.
type Transferred struct {
	Files   int
	Bytes   int64
	Skipped []Skipped // not transferred
	Changed []string  // files that changed while they were read: the copy may mix old and new content
}

// Skipped is a file that was left out.
type Skipped struct {
	Path   string // on the computer that it was to be read from
	Reason string
}

// The reasons for which files are left out.
const (
	reasonExists  = "there is already a file or folder of that name"
	reasonLink    = "it is a symbolic link"
	reasonSpecial = "it is not a regular file"
	reasonName    = "this computer does not allow the name"
	reasonGone    = "it does not exist any more"
	reasonDenied  = "you don't have permission to read it"
	reasonBlocked = "its folder on this computer is a file, or a link that leads elsewhere"
)

const (
	// resumable is the size, in bytes, from which a transfer that was interrupted continues
	// where it was; a smaller file is sent anew.
	resumable = 4 << 20
	// unsure is how much of the end of an interrupted upload is sent again: not every server
	// writes in the order of the requests.
	unsure = smallPacket*smallRequests + largePacket*largeRequests
	// parallel is how many files are transferred at once.
	parallel = 16
)

// rarely is how much garbage may grow while files are transferred, in percent of what is in use.
const rarely = 200

var collecting struct {
	mu        sync.Mutex // guards the fields below
	transfers int
	usual     int
}

// collectRarely makes the garbage of large packets cheaper, of which there is much. The caller
// calls the function that it returns.
func collectRarely() (end func()) {
	c := &collecting
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.transfers == 0 {
		c.usual = debug.SetGCPercent(rarely)
	}
	c.transfers++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.transfers--; c.transfers == 0 {
			debug.SetGCPercent(c.usual)
		}
	}
}

// partName returns the name of an unfinished file: the same for the same content, so that the
// next attempt finds it.
func partName(source string, info fs.FileInfo, to string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d", source, to, info.Size(), info.ModTime().UnixNano()))
	return ".sunpyter-" + hex.EncodeToString(sum[:8]) + ".part"
}

// transfer is a download or an upload that is under way.
type transfer struct {
	ctx    context.Context
	ch     *channel
	tried  string
	o      TransferOptions
	single bool
	meter  *Meter
	large  sync.Mutex // held for a large file, which fills the link alone

	mu   sync.Mutex // guards the fields below, and a download's files
	done Transferred
}

func (t *transfer) skip(name, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done.Skipped = append(t.done.Skipped, Skipped{name, reason})
}

// leaveOut reports whether an error of reading one file or folder in a folder leaves out only that.
func (t *transfer) leaveOut(name string, err error) bool {
	reason := reasonUnread(err)
	if t.single || reason == "" {
		return false
	}
	t.skip(name, reason)
	return true
}

// reasonUnread returns why a folder is copied without something in it: the user may not read it, or it is
// gone since it was listed. Other errors end a copy.
func reasonUnread(err error) string {
	switch {
	case fault.As(err) != nil:
	case errors.Is(err, fs.ErrPermission):
		return reasonDenied
	case errors.Is(err, fs.ErrNotExist):
		return reasonGone
	}
	return ""
}

// add counts a file that was transferred, and may have changed meanwhile.
func (t *transfer) add(name string, size int64, changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done.Files++
	t.done.Bytes += size
	if changed {
		t.done.Changed = append(t.done.Changed, name)
	}
}

// Meter counts the bytes of a transfer.
type Meter struct {
	// Total is how many there are. Progress is called with the number of bytes so far, and of all; may be nil.
	Total    int64
	Progress func(done, total int64)

	mu   sync.Mutex // guards done; held while Progress is called, so that the numbers come in order
	done int64
}

func (m *Meter) add(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = min(m.done+n, m.Total) // a file may be read again
	if m.Progress != nil {
		m.Progress(m.done, m.Total)
	}
}

// Reader returns a reader that counts what is read, and ends with ctx.
func (m *Meter) Reader(ctx context.Context, from io.Reader) io.Reader {
	return &meteredReader{ctx, from, m}
}

type meteredReader struct {
	ctx   context.Context
	from  io.Reader
	meter *Meter
}

func (m *meteredReader) Read(p []byte) (int, error) {
	if m.ctx.Err() != nil {
		return 0, m.ctx.Err()
	}
	n, err := m.from.Read(p)
	m.meter.add(int64(n))
	return n, err
}

// meteredWriter counts what is written, at most limit bytes, and ends with ctx.
type meteredWriter struct {
	ctx   context.Context
	to    io.Writer
	limit int64
	meter *Meter
}

func (m *meteredWriter) Write(p []byte) (int, error) {
	if m.ctx.Err() != nil {
		return 0, m.ctx.Err()
	}
	short := int64(len(p)) > m.limit
	if short {
		p = p[:m.limit]
	}
	n, err := m.to.Write(p)
	m.limit -= int64(n)
	m.meter.add(int64(n))
	if err == nil && short {
		err = errGrown
	}
	return n, err
}

// localError returns the fault for a file on this computer.
func localError(tried string, err error) error {
	if fault.As(err) != nil {
		return err
	}
	return &fault.Error{Code: fault.LocalFile, Tried: tried, Answer: err.Error(), Err: err,
		Advice: "Check that it exists and that you can open it, and that the disk of this computer isn't full."}
}
