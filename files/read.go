package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
)

// MaxRead is how many bytes one Read returns, and one Write takes, at most.
const MaxRead = 2 << 20

// Content is a part of a file.
type Content struct {
	Data  []byte
	Entry Entry // of the file, as it was when it was read
	End   bool  // Data reaches the end of the file
}

// Read returns at most limit bytes of a file from offset on.
func (c *Client) Read(ctx context.Context, name string, offset int64, limit int) (Content, error) {
	if limit <= 0 || limit > MaxRead {
		limit = MaxRead
	}
	tried := "reading " + shown(name) + " on " + c.opts.Where
	return again(ctx, c, tried, nil, func(ch *channel) (Content, error) {
		name := ch.absolute(name)
		if _, isFile := c.looked.get(name); !isFile {
			if err := ch.checkRegular(tried, name); err != nil {
				return Content{}, err
			}
		}
		file, err := ch.Open(name)
		if err != nil {
			return Content{}, err
		}
		defer c.closeLater(file)
		data := make([]byte, limit)
		var n int
		var info fs.FileInfo
		var readErr, statErr error
		var both sync.WaitGroup
		both.Go(func() { n, readErr = file.ReadAt(data, offset) })
		both.Go(func() { info, statErr = file.Stat() })
		both.Wait()
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			return Content{}, readErr
		}
		if statErr != nil {
			return Content{}, statErr
		}
		return Content{Data: data[:n], Entry: newEntry(name, info, nil), End: errors.Is(readErr, io.EOF) || offset+int64(n) >= info.Size()}, nil
	})
}

// checkRegular refuses anything but a regular file: to open a pipe would stop the server.
func (ch *channel) checkRegular(tried, name string) error {
	info, err := ch.Client.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return errNotRegular(tried, info)
	}
	return err
}

// closeLater closes a file that was read: nobody has to wait for the answer.
func (c *Client) closeLater(file io.Closer) {
	c.calls.Go(func() { _ = file.Close() })
}
