package fileapi

import (
	"context"
	"path"
	"path/filepath"

	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
)

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

func wireTransfer(done files.Transferred) *protocol.FileTransferResult {
	w := &protocol.FileTransferResult{Files: done.Files, Bytes: int(done.Bytes), Skipped: []protocol.FileSkipped{}, Changed: done.Changed}
	for _, skipped := range done.Skipped {
		w.Skipped = append(w.Skipped, protocol.FileSkipped{Path: files.Escape(skipped.Path), Reason: skipped.Reason})
	}
	return w
}
