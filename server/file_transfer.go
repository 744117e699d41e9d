package server

import (
	"context"
	"path"
	"path/filepath"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/protocol"
)

// FileUpload sends a file or folder to the cluster.
func (s *server) FileUpload(ctx context.Context, params *protocol.FileUploadParams) (*protocol.FileTransferResult, error) {
	local, err := localPath("localPath", params.LocalPath)
	if err != nil {
		return nil, err
	}
	c, name, err := s.file(params.Cluster, params.User, params.Path)
	if err != nil {
		return nil, err
	}
	report, progress := s.transferProgress(params.ProgressToken, "Sending "+filepath.Base(local))
	defer report.end()
	done, err := c.Upload(ctx, local, name, files.TransferOptions{
		Overwrite: params.Overwrite, Want: files.Precondition{Version: params.Version}, Progress: progress,
	})
	if err != nil {
		return nil, err
	}
	return wireTransfer(done), nil
}

// FileDownload fetches a file or folder from the cluster.
func (s *server) FileDownload(ctx context.Context, params *protocol.FileDownloadParams) (*protocol.FileTransferResult, error) {
	local, err := localPath("localPath", params.LocalPath)
	if err != nil {
		return nil, err
	}
	c, name, err := s.file(params.Cluster, params.User, params.Path)
	if err != nil {
		return nil, err
	}
	report, progress := s.transferProgress(params.ProgressToken, "Fetching "+files.Escape(path.Base(name)))
	defer report.end()
	done, err := c.Download(ctx, name, local, files.TransferOptions{Overwrite: params.Overwrite, Progress: progress})
	if err != nil {
		return nil, err
	}
	return wireTransfer(done), nil
}

// pacer limits how often something is done.
type pacer struct {
	every time.Duration

	mu   sync.Mutex // guards next
	next time.Time
}

func newPacer(every time.Duration) *pacer { return &pacer{every: every} }

// due reports whether it is time to do it again.
func (p *pacer) due() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Before(p.next) {
		return false
	}
	p.next = now.Add(p.every)
	return true
}
