package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"path"
	"slices"
	"syscall"

	"github.com/pkg/sftp"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
)

// isBroken reports whether an error means that the channel does not work any more.
func isBroken(err error) bool {
	return slices.ContainsFunc(brokenErrors, func(one error) bool { return errors.Is(err, one) })
}

// brokenErrors are what calls return on a channel that has ended: io.EOF and those after it
// come from its Write.
var brokenErrors = []error{sftp.ErrSSHFxConnectionLost, io.ErrUnexpectedEOF, io.EOF, io.ErrClosedPipe, fs.ErrClosed, net.ErrClosed, syscall.EPIPE}

func (c *Client) errLost(err error) error {
	return &fault.Error{Code: fault.LinkLost, Tried: "accessing files on " + c.opts.Where, Answer: "the connection ended", Err: err,
		Advice: fault.OnlineAdvice}
}

// explain returns the fault of a failed call.
func (c *Client) explain(ctx context.Context, tried string, err error) error {
	if ctx.Err() != nil {
		return fault.ContextError(ctx, tried)
	}
	if f := fault.As(err); f != nil {
		return err
	}
	f := &fault.Error{Tried: tried, Err: err, Answer: bounded.Text(err.Error(), 300)}
	switch {
	case isBroken(err):
		f.Code, f.Answer = fault.LinkLost, "the connection to "+c.opts.Where+" ended"
		f.Advice = fault.OnlineAdvice
	case errors.Is(err, fs.ErrNotExist):
		f.Code, f.Answer = fault.FileNotFound, "there is no such file or folder on "+c.opts.Where
		f.Advice = "Check the path; names are case-sensitive."
	case errors.Is(err, fs.ErrPermission):
		f.Code, f.Answer = fault.FileDenied, "you don't have permission on "+c.opts.Where
		f.Advice = "Ask the owner of the file or folder for access, or use another folder."
	case isBadName(err):
		f.Code, f.Answer, f.Advice = fault.FileFailed, "the name is too long, or not allowed there", "Check the path, or use a shorter name of letters and digits."
	default:
		f.Code = fault.FileFailed
		f.Advice = "Try again. If it fails again, do it there in a terminal: its error message says more."
	}
	return f
}

func errExists(tried string) error {
	return &fault.Error{Code: fault.FileExists, Tried: tried, Answer: "there is already a file or folder of that name",
		Advice: "Use another name, or choose " + fault.Field("overwrite") + " to overwrite it."}
}

func errChanged(tried string) error {
	return &fault.Error{Code: fault.FileChanged, Tried: tried, Answer: "the file was changed on the cluster since you opened it",
		Advice: "Compare the two, then save again to overwrite it."}
}

func errIsDirectory(tried string) error {
	return &fault.Error{Code: fault.FileIsDirectory, Tried: tried, Answer: "it is a folder"}
}

func errNotDirectory(tried string) error {
	return &fault.Error{Code: fault.FileNotDirectory, Tried: tried, Answer: "it isn't a folder", Advice: "Use the path of a folder."}
}

// errNoFolder is returned for a folder that cannot be made, since something else has its name.
func errNoFolder(tried, name string, err error) error {
	return &fault.Error{Code: fault.FileNotDirectory, Tried: tried, Answer: "a file, or a link that leads nowhere, has the place of a folder", Err: err,
		Advice: "Rename or delete " + Escape(name) + " on the cluster, and try again."}
}

// IsFailure reports whether the server's answer was SSH_FX_FAILURE, which stands for every
// error that SFTP has no code for.
func IsFailure(err error) bool {
	status, ok := errors.AsType[*sftp.StatusError](err)
	return ok && status.FxCode() == sftp.ErrSSHFxFailure
}

// isBadName reports whether OpenSSH has refused an argument: in general, a name.
func isBadName(err error) bool {
	status, ok := errors.AsType[*sftp.StatusError](err)
	return ok && status.FxCode() == sftp.ErrSSHFxBadMessage
}

// readOnly is the bit of a file system's flags that says so: SSH_FXE_STATVFS_ST_RDONLY.
const readOnly = 1

// nearlyFull is the free space, in bytes beyond the size of a file, of a disk that was full when
// the write failed: what else was written at that time may have failed, too, and be removed since.
const nearlyFull = 1 << 20

// explainWrite returns the cause of a failed write of size bytes, where the server only said
// that it failed.
func (ch *channel) explainWrite(tried, name string, size int64, err error) error {
	if isBroken(err) || !IsFailure(err) {
		return err
	}
	f := &fault.Error{Code: fault.FileNoSpace, Tried: tried, Err: err, Answer: "it could not be written: you may be over your quota",
		Advice: "Delete files that you don't need there, or use another folder."}
	disk, problem := ch.StatVFS(path.Dir(name))
	if problem == nil && (disk.Bavail*disk.Frsize <= uint64(size)+nearlyFull || disk.Favail == 0 && disk.Files > 0) {
		f.Answer = "the disk is full"
	}
	if problem == nil && disk.Flag&readOnly != 0 {
		f.Code, f.Answer, f.Advice = fault.FileDenied, "the disk there is read-only", "Use a folder on another disk, or ask the site."
	}
	return f
}

func errNotRegular(tried string, info fs.FileInfo) error {
	if info.IsDir() {
		return errIsDirectory(tried)
	}
	return &fault.Error{Code: fault.FileFailed, Tried: tried, Answer: "it is not a regular file",
		Advice: "Devices, pipes and sockets can only be used on the cluster itself."}
}
