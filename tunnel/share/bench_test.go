//go:build linux

package share

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel"
)

// BenchmarkShare measures a stream and a short reply, with and without the daemon.
func BenchmarkShare(b *testing.B) {
	s := newSite(b, "Subsystem zeros head -c 268435456 /dev/zero")
	s.allow("key", "")
	target := s.target("key")
	own, err := tunnel.Dial(sshtest.Context(b), target, tunnel.Options{})
	sshtest.Must(b, err)
	defer func() { _ = own.Close() }()
	for _, row := range []struct {
		name string
		conn *tunnel.Conn
	}{{"own", own}, {"shared", s.dial(b, target)}} {
		b.Run(row.name+"/download", func(b *testing.B) {
			defer s.reportCPU(b)()
			const size = 256 << 20
			b.SetBytes(size)
			for b.Loop() {
				stream, err := row.conn.Start(sshtest.Context(b), "head -c 268435456 /dev/zero")
				sshtest.Must(b, err)
				if n, err := io.Copy(io.Discard, stream); n != size {
					b.Fatal(n, err)
				}
				sshtest.Must(b, stream.Close())
			}
		})
		b.Run(row.name+"/bulk", func(b *testing.B) {
			defer s.reportCPU(b)()
			const size = 256 << 20
			b.SetBytes(size)
			for b.Loop() {
				stream, err := row.conn.Subsystem(sshtest.Context(b), "zeros")
				sshtest.Must(b, err)
				if n, err := io.Copy(io.Discard, stream); n != size {
					b.Fatal(n, err)
				}
				sshtest.Must(b, stream.Close())
			}
		})
		b.Run(row.name+"/upload", func(b *testing.B) {
			defer s.reportCPU(b)()
			buffer := make([]byte, 32<<10)
			const size = 128 << 20
			b.SetBytes(size)
			for b.Loop() {
				stream, err := row.conn.Start(sshtest.Context(b), "cat >/dev/null; echo done")
				sshtest.Must(b, err)
				for range size / len(buffer) {
					_, err := stream.Write(buffer)
					sshtest.Must(b, err)
				}
				sshtest.Must(b, stream.(*tunnel.Stream).CloseWrite())
				_, err = io.ReadAll(stream)
				sshtest.Must(b, err)
			}
		})
		b.Run(row.name+"/echo", func(b *testing.B) {
			stream, err := row.conn.Start(sshtest.Context(b), "cat")
			sshtest.Must(b, err)
			buffer := make([]byte, 100)
			for b.Loop() {
				_, err := stream.Write(buffer)
				sshtest.Must(b, err)
				_, err = io.ReadFull(stream, buffer)
				sshtest.Must(b, err)
			}
		})
	}
}

// reportCPU reports the processor time of this process and of the daemon.
func (s *site) reportCPU(b *testing.B) (report func()) {
	before := s.cpu(b)
	return func() { b.ReportMetric((s.cpu(b)-before).Seconds()*1000/float64(b.N), "cpu-ms/op") }
}

func (s *site) cpu(b *testing.B) (sum time.Duration) {
	b.Helper()
	for _, pid := range append(s.daemons(), os.Getpid()) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		sshtest.Must(b, err)
		fields := strings.Fields(string(text[strings.LastIndex(string(text), ")"):]))
		for _, field := range fields[12:14] { // utime and stime, in hundredths of a second
			ticks, err := strconv.Atoi(field)
			sshtest.Must(b, err)
			sum += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return sum
}

// BenchmarkJoin measures how long another client takes to join the connection.
func BenchmarkJoin(b *testing.B) {
	s := newSite(b)
	s.allow("key", "")
	target := s.target("key")
	_ = s.dial(b, target)
	for b.Loop() {
		conn := Join(sshtest.Context(b), target, s.options(nil))
		if conn == nil {
			b.Fatal("no connection")
		}
		_ = conn.Close()
	}
}
