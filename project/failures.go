package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
)

// maxFailures is how many files may fail before a push gives up: then the cause is probably not
// in the files, and the rest would fail as well.
const maxFailures = 20

// failures are the files and folders that could not be sent or deleted.
type failures struct {
	count int
	name  string // the first in the alphabet: the same each time, whichever fails first
	err   *fault.Error
}

// tolerate records an error that is about one file, so that the others are sent nevertheless. It
// returns any other error.
func (p *push) tolerate(ctx context.Context, name string, err error) error {
	if err == nil {
		return nil
	}
	err = p.batch.Explain(ctx, err)
	f := fault.As(err)
	if f == nil || f.Code == fault.NoSFTP || !strings.HasPrefix(string(f.Code), "file.") {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed.count++; p.failed.count == 1 || name < p.failed.name {
		p.failed.name, p.failed.err = name, f
	}
	if p.failed.count > maxFailures {
		return p.failed.fault(p.o.Remote)
	}
	return nil
}

// fault returns the error of a push that sent the other files; nil if there are no failures.
func (f *failures) fault(remote string) error {
	if f.count == 0 {
		return nil
	}
	what := files.Escape(f.name)
	if f.count > 1 {
		what += fmt.Sprintf(" and %d more", f.count-1)
	}
	return &fault.Error{Code: f.err.Code, Tried: "copying " + what + " to " + files.Escape(remote), Answer: f.err.Answer, Advice: f.err.Advice, Err: f.err}
}

// errBusy is returned for a file that changed while it was read.
var errBusy = errors.New("it changed while it was read")

// notRead reports a file of this computer that could not be read: it is left out if the user may
// not read it, or else sent by the next push.
func (p *push) notRead(name string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if errors.Is(err, fs.ErrPermission) {
		p.scan.leaveOut(name, 0, reasonFailed)
	} else {
		p.result.Busy = append(p.result.Busy, name)
	}
}
