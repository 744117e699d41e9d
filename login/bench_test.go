//go:build linux

package login

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/tunnel"
)

// BenchmarkKept measures a stream and a short answer, through the keeper and not.
func BenchmarkKept(b *testing.B) {
	s := newSite(b)
	s.allow("key", "")
	target := s.target("key")
	own, err := tunnel.Dial(within(b), target, tunnel.Options{})
	must(b, err)
	defer func() { _ = own.Close() }()
	for _, row := range []struct {
		name string
		conn *tunnel.Conn
	}{{"own", own}, {"kept", s.dial(b, target)}} {
		b.Run(row.name+"/download", func(b *testing.B) {
			defer s.reportCPU(b)()
			const size = 256 << 20
			b.SetBytes(size)
			for b.Loop() {
				stream, err := row.conn.Start(within(b), "head -c 268435456 /dev/zero")
				must(b, err)
				if n, err := io.Copy(io.Discard, stream); n != size {
					b.Fatal(n, err)
				}
				must(b, stream.Close())
			}
		})
		b.Run(row.name+"/upload", func(b *testing.B) {
			defer s.reportCPU(b)()
			buffer := make([]byte, 32<<10)
			const size = 128 << 20
			b.SetBytes(size)
			for b.Loop() {
				stream, err := row.conn.Start(within(b), "cat >/dev/null; echo done")
				must(b, err)
				for range size / len(buffer) {
					_, err := stream.Write(buffer)
					must(b, err)
				}
				must(b, stream.(*tunnel.Stream).CloseWrite())
				_, err = io.ReadAll(stream)
				must(b, err)
			}
		})
		b.Run(row.name+"/echo", func(b *testing.B) {
			stream, err := row.conn.Start(within(b), "cat")
			must(b, err)
			buffer := make([]byte, 100)
			for b.Loop() {
				_, err := stream.Write(buffer)
				must(b, err)
				_, err = io.ReadFull(stream, buffer)
				must(b, err)
			}
		})
	}
}

// reportCPU reports the processor time of this process and of the keeper.
func (s *site) reportCPU(b *testing.B) (report func()) {
	before := s.cpu(b)
	return func() { b.ReportMetric((s.cpu(b)-before).Seconds()*1000/float64(b.N), "cpu-ms/op") }
}

func (s *site) cpu(b *testing.B) (sum time.Duration) {
	b.Helper()
	for _, pid := range append(s.keepers(), os.Getpid()) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		must(b, err)
		fields := strings.Fields(string(text[strings.LastIndex(string(text), ")"):]))
		for _, field := range fields[12:14] { // utime and stime, in hundredths of a second
			ticks, err := strconv.Atoi(field)
			must(b, err)
			sum += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return sum
}
