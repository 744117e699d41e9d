package fileapi

import (
	"context"
	"encoding/base64"
	"fmt"
	"path"
	"path/filepath"

	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/server/rpc"
)

// FileList returns a page of a folder's listing.
func (f *Files) FileList(ctx context.Context, params *protocol.FileListParams) (*protocol.FileListResult, error) {
	if params.Limit < 0 || params.Limit > files.MaxPage {
		return nil, rpc.BadRequest("limit", fmt.Sprintf("it must be between 1 and %d", files.MaxPage))
	}
	c, err := f.cluster(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	page, err := c.List(ctx, files.Unescape(params.Path), files.Unescape(params.After), params.Limit)
	if err != nil {
		return nil, err
	}
	result := &protocol.FileListResult{Path: files.Escape(page.Path), Entries: make([]protocol.FileEntry, 0, len(page.Entries)), Total: page.Total, More: page.More}
	for _, e := range page.Entries {
		result.Entries = append(result.Entries, wireEntry(e))
	}
	return result, nil
}

// FileStat describes a path.
func (f *Files) FileStat(ctx context.Context, params *protocol.FileStatParams) (*protocol.FileStatResult, error) {
	c, name, err := f.file(params.Cluster, params.User, params.Path)
	if err != nil {
		return nil, err
	}
	entry, err := c.Stat(ctx, name)
	return &protocol.FileStatResult{Entry: wirePath(entry)}, err
}

// FileRead returns a part of a file.
func (f *Files) FileRead(ctx context.Context, params *protocol.FileReadParams) (*protocol.FileReadResult, error) {
	switch {
	case params.Offset < 0:
		return nil, rpc.BadRequest("offset", "it must not be negative")
	case params.Limit < 0 || params.Limit > files.MaxRead:
		return nil, rpc.BadRequest("limit", fmt.Sprintf("it must be between 1 and %d", files.MaxRead))
	}
	c, name, err := f.file(params.Cluster, params.User, params.Path)
	if err != nil {
		return nil, err
	}
	content, err := c.Read(ctx, name, int64(params.Offset), params.Limit)
	if err != nil {
		return nil, err
	}
	return &protocol.FileReadResult{Content: base64.StdEncoding.EncodeToString(content.Data), Entry: wirePath(content.Entry), End: content.End}, nil
}

// FileWrite replaces a file, or creates it.
func (f *Files) FileWrite(ctx context.Context, params *protocol.FileWriteParams) (*protocol.FileWriteResult, error) {
	data, err := base64.StdEncoding.DecodeString(params.Content)
	switch {
	case err != nil:
		return nil, rpc.BadRequest("content", "it is not base64")
	case len(data) > files.MaxRead:
		return nil, rpc.BadRequest("content", fmt.Sprintf("it has more than %d bytes", files.MaxRead))
	}
	c, name, err := f.file(params.Cluster, params.User, params.Path)
	if err != nil {
		return nil, err
	}
	entry, err := c.Write(ctx, name, data, files.Precondition{Version: params.Version, New: params.New})
	return &protocol.FileWriteResult{Entry: wirePath(entry)}, err
}

// FileMkdir creates a folder.
func (f *Files) FileMkdir(ctx context.Context, params *protocol.FileMkdirParams) (*protocol.FileMkdirResult, error) {
	c, name, err := f.file(params.Cluster, params.User, params.Path)
	if err != nil {
		return nil, err
	}
	entry, err := c.Mkdir(ctx, name, params.Parents)
	return &protocol.FileMkdirResult{Entry: wirePath(entry)}, err
}

// FileRename renames or moves a file or folder.
func (f *Files) FileRename(ctx context.Context, params *protocol.FileRenameParams) (*protocol.FileRenameResult, error) {
	c, name, err := f.file(params.Cluster, params.User, params.Path)
	if err != nil {
		return nil, err
	}
	to, err := remotePath("newPath", params.NewPath)
	if err != nil {
		return nil, err
	}
	entry, err := c.Rename(ctx, name, to, params.Overwrite)
	return &protocol.FileRenameResult{Entry: wirePath(entry)}, err
}

// FileDelete deletes a file or folder.
func (f *Files) FileDelete(ctx context.Context, params *protocol.FileDeleteParams) (*protocol.FileDeleteResult, error) {
	c, name, err := f.file(params.Cluster, params.User, params.Path)
	if err != nil {
		return nil, err
	}
	return &protocol.FileDeleteResult{}, c.Delete(ctx, name, params.Recursive)
}

// file returns the files of the cluster and the path that a request names.
func (f *Files) file(cluster, user, path string) (*files.Client, string, error) {
	name, err := remotePath("path", path)
	if err != nil {
		return nil, "", err
	}
	c, err := f.cluster(cluster, user)
	return c, name, err
}

// FileUpload sends a file or folder to the cluster.
func (f *Files) FileUpload(ctx context.Context, params *protocol.FileUploadParams) (*protocol.FileTransferResult, error) {
	c, local, name, err := f.bothEnds(params.Cluster, params.User, params.LocalPath, params.Path)
	if err != nil {
		return nil, err
	}
	report := progress.Begin(f.Client, params.ProgressToken, "Sending "+filepath.Base(local))
	defer report.End()
	done, err := c.Upload(ctx, local, name, files.TransferOptions{
		Overwrite: params.Overwrite, Want: files.Precondition{Version: params.Version}, Progress: report.Bytes(""),
	})
	return wireTransfer(done), err
}

// FileDownload fetches a file or folder from the cluster.
func (f *Files) FileDownload(ctx context.Context, params *protocol.FileDownloadParams) (*protocol.FileTransferResult, error) {
	c, local, name, err := f.bothEnds(params.Cluster, params.User, params.LocalPath, params.Path)
	if err != nil {
		return nil, err
	}
	report := progress.Begin(f.Client, params.ProgressToken, "Fetching "+files.Escape(path.Base(name)))
	defer report.End()
	done, err := c.Download(ctx, name, local, files.TransferOptions{Overwrite: params.Overwrite, Progress: report.Bytes("")})
	return wireTransfer(done), err
}

// bothEnds returns the files of the cluster and the two paths of a transfer.
func (f *Files) bothEnds(cluster, user, localText, remoteText string) (c *files.Client, local, remote string, err error) {
	if local, err = localPath("localPath", localText); err == nil {
		c, remote, err = f.file(cluster, user, remoteText)
	}
	return c, local, remote, err
}

// maxSkipped is how many files that were left out are listed: all must fit into one message.
const maxSkipped = 5000

func wireTransfer(done files.Transferred) *protocol.FileTransferResult {
	w := &protocol.FileTransferResult{Files: done.Files, Bytes: int(done.Bytes), Skipped: []protocol.FileSkipped{}, Changed: done.Changed}
	for _, skipped := range done.Skipped[:min(len(done.Skipped), maxSkipped)] {
		w.Skipped = append(w.Skipped, protocol.FileSkipped{Path: files.Escape(skipped.Path), Reason: skipped.Reason})
	}
	if more := len(done.Skipped) - maxSkipped; more > 0 {
		w.Skipped = append(w.Skipped, protocol.FileSkipped{Path: units.Count(more, "more file"), Reason: "too many to list"})
	}
	return w
}
