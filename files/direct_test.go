//go:build unix

package files

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/sa2c/sunpyter/internal/sftptest"
)

// changingHost is a host whose packets are changed on their way to us.
type changingHost struct {
	*sftptest.Host
	change func(packet []byte) (packets [][]byte)
}

func (h *changingHost) Subsystem(ctx context.Context, name string) (io.ReadWriteCloser, error) {
	stream, err := h.Host.Subsystem(ctx, name)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	go func() { // ends with the stream
		for {
			packet := make([]byte, 4)
			_, err := io.ReadFull(stream, packet)
			if err == nil {
				packet = append(packet, make([]byte, binary.BigEndian.Uint32(packet))...)
				_, err = io.ReadFull(stream, packet[4:])
			}
			if err != nil {
				_ = w.CloseWithError(err)
				return
			}
			for _, p := range h.change(packet) {
				_, _ = w.Write(p)
			}
		}
	}()
	return changedStream{r, stream}, nil
}

type changedStream struct {
	io.Reader
	io.WriteCloser
}

// failure returns SSH_FX_FAILURE as the reply to the same request.
func failure(packet []byte) []byte {
	p := append([]byte{0, 0, 0, 17, 101}, packet[5:9]...)
	return append(p, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0)
}

// TestUnusualReplies: whatever a host answers to our own requests, the copy is the file.
func TestUnusualReplies(t *testing.T) {
	shortened := func(packet []byte, by int) []byte {
		p := append([]byte(nil), packet[:len(packet)-by]...)
		binary.BigEndian.PutUint32(p, uint32(len(p)-4))
		binary.BigEndian.PutUint32(p[9:], uint32(len(p)-13))
		return p
	}
	for what, change := range map[string]func(n int, packet []byte) [][]byte{
		"refused": func(n int, packet []byte) [][]byte {
			if n == 0 {
				return [][]byte{failure(packet)}
			}
			return [][]byte{packet}
		},
		"failing later": func(n int, packet []byte) [][]byte {
			if n == 10 {
				return [][]byte{failure(packet)}
			}
			return [][]byte{packet}
		},
		"short": func(n int, packet []byte) [][]byte {
			if n == 10 {
				return [][]byte{shortened(packet, 1000)}
			}
			return [][]byte{packet}
		},
		"longer than asked for": func(n int, packet []byte) [][]byte {
			if n == 10 {
				p := append(packet, 'x')
				binary.BigEndian.PutUint32(p, uint32(len(p)-4))
				binary.BigEndian.PutUint32(p[9:], uint32(len(p)-13))
				return [][]byte{p}
			}
			return [][]byte{packet}
		},
		"with another length inside": func(n int, packet []byte) [][]byte {
			if n == 10 {
				binary.BigEndian.PutUint32(packet[9:], 1<<31)
			}
			return [][]byte{packet}
		},
		"in another order": func() func(n int, packet []byte) [][]byte {
			var kept []byte
			return func(n int, packet []byte) [][]byte {
				if n == 10 {
					kept = packet
					return nil
				}
				if n == 11 {
					return [][]byte{packet, kept}
				}
				return [][]byte{packet}
			}
		}(),
	} {
		t.Run(what, func(t *testing.T) {
			n := -1
			h := &changingHost{sftptest.New(t), func(packet []byte) [][]byte {
				if len(packet) < 9 || binary.BigEndian.Uint32(packet[5:]) < firstOwnID {
					return [][]byte{packet}
				}
				n++
				return change(n, packet)
			}}
			c := New(Options{Where: "Test", Log: zaptest.NewLogger(t), Connect: func(context.Context) (Host, func(), error) { return h, h.Release, nil }})
			t.Cleanup(c.Close)
			content := bytesOf(20<<20+7, 'u')
			must(t, os.WriteFile(h.Path("a"), content, 0o644))
			back := filepath.Join(t.TempDir(), "a")
			done, err := c.Download(t.Context(), "a", back, TransferOptions{})
			must(t, err)
			if data, err := os.ReadFile(back); string(data) != string(content) || done.Bytes != int64(len(content)) || len(done.Changed) > 0 || err != nil {
				t.Errorf("the copy has %d bytes of %d, or others: %+v, %v", len(data), len(content), done, err)
			}
			if n < 0 || what != "refused" && n < 11 {
				t.Errorf("the host answered %d requests of our own", n+1)
			}
		})
	}
}

// TestCloseWithinAPacket: a host that falls silent in the middle of a packet does not keep Close from returning.
func TestCloseWithinAPacket(t *testing.T) {
	n, silent := -1, make(chan struct{})
	h := &changingHost{sftptest.New(t), func(packet []byte) [][]byte {
		if len(packet) < 9 || binary.BigEndian.Uint32(packet[5:]) < firstOwnID {
			return [][]byte{packet}
		}
		switch n++; {
		case n < 10:
			return [][]byte{packet}
		case n == 10:
			return [][]byte{packet[:len(packet)/2]}
		case n == 11: // by now, that half has been read
			close(silent)
		}
		return nil
	}}
	c := New(Options{Where: "Test", Log: zaptest.NewLogger(t), Connect: func(context.Context) (Host, func(), error) { return h, h.Release, nil }})
	must(t, os.WriteFile(h.Path("a"), bytesOf(20<<20, 'u'), 0o644))
	downloaded := make(chan error, 1)
	go func() {
		_, err := c.Download(t.Context(), "a", filepath.Join(t.TempDir(), "a"), TransferOptions{})
		downloaded <- err
	}()
	<-silent
	c.Close()
	if <-downloaded == nil {
		t.Error("half a packet is enough")
	}
}

// TestFileThatCannotBeOpened: nothing of it is left here.
func TestFileThatCannotBeOpened(t *testing.T) {
	h := &changingHost{sftptest.New(t), func(packet []byte) [][]byte {
		if packet[4] == packetHandle {
			packet = failure(packet)
		}
		return [][]byte{packet}
	}}
	c := New(Options{Where: "Test", Log: zaptest.NewLogger(t), Connect: func(context.Context) (Host, func(), error) { return h, h.Release, nil }})
	t.Cleanup(c.Close)
	must(t, os.WriteFile(h.Path("a"), bytesOf(resumable+1, 'u'), 0o644))
	local := t.TempDir()
	if _, err := c.Download(t.Context(), "a", filepath.Join(local, "a"), TransferOptions{}); err == nil {
		t.Error("no error")
	}
	wantNames(t, local)
}

// TestDownloadOfAFileThatChanges: a file that is another one afterwards, or gone, is reported.
func TestDownloadOfAFileThatChanges(t *testing.T) {
	for what, change := range map[string]func(name string) error{
		"longer": func(name string) error {
			file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = file.WriteString("more")
				err = errors.Join(err, file.Close())
			}
			return err
		},
		"replaced": func(name string) error {
			return errors.Join(os.WriteFile(name+"2", []byte("new"), 0o644), os.Rename(name+"2", name))
		},
		"gone": os.Remove,
	} {
		for _, size := range []int{1 << 20, 2 * resumable} {
			h, c := newTest(t)
			h.write("a", string(bytesOf(size, 'c')))
			var once sync.Once
			done, err := c.Download(t.Context(), "a", filepath.Join(t.TempDir(), "a"), TransferOptions{Progress: func(n, _ int64) {
				if n > int64(size)/2 {
					once.Do(func() {
						if err := change(h.Path("a")); err != nil {
							t.Error(err)
						}
					})
				}
			}})
			if err != nil || !slices.Equal(done.Changed, []string{h.Path("a")}) {
				t.Errorf("%s, %d bytes: %+v, %v", what, size, done, err)
			}
		}
	}
}

// TestDownloadWithoutGarbage: a large file passes through one buffer, and other calls are answered
// meanwhile.
func TestDownloadWithoutGarbage(t *testing.T) {
	h, c := newTest(t)
	const size = 64 << 20
	h.write("a", string(bytesOf(size, 'g')))
	if _, err := c.Stat(t.Context(), "a"); err != nil { // opens the channel
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	back := filepath.Join(t.TempDir(), "a")
	asked, answered := false, make(chan error, 1)
	_, err := c.Download(t.Context(), "a", back, TransferOptions{Progress: func(n, _ int64) {
		if n > size/2 && !asked {
			asked = true
			go func() {
				_, err := c.Stat(t.Context(), "a")
				answered <- err
			}()
		}
	}})
	must(t, err)
	must(t, <-answered)
	runtime.ReadMemStats(&after)
	if made := after.TotalAlloc - before.TotalAlloc; made > size/8 {
		t.Errorf("%d KiB of buffers were allocated", made>>10)
	}
	copied, err := os.ReadFile(back)
	if want, _ := os.ReadFile(h.Path("a")); string(copied) != string(want) || err != nil {
		t.Errorf("the copy is another: %v", err)
	}
}
