//go:build unix

package project

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// delay is the round trip of the link.
const delay = 50 * time.Millisecond

// farHost returns the files of a real sshd at the end of a slow link, and a folder there.
func farHost(b *testing.B) (*files.Client, string) {
	b.Helper()
	host, user := sshtest.Start(b, "Subsystem sftp internal-sftp"), sshtest.NewUser(b)
	home := host.Home(b, "/bin/bash")
	key := user.Key(host, "id", "")
	wire := sshtest.NewWire(b, host.Port, delay)
	known := user.Write("known_hosts", fmt.Sprintf("[127.0.0.1]:%d %s\n", wire.Port, host.HostKey))
	config := user.Write("config", fmt.Sprintf("Host far\n  HostName 127.0.0.1\n  Port %d\n  User alice\n  IdentityFile %s\n  UserKnownHostsFile %s\n", wire.Port, key, known))
	target, err := sshconfig.Resolve(b.Context(), "far", "", sshconfig.Options{File: config, Log: zap.NewNop()})
	must(b, err)
	conn, err := tunnel.Dial(b.Context(), target, tunnel.Options{Log: zap.NewNop()})
	must(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	c := files.New(files.Options{Where: "far", Log: zap.NewNop(), Connect: func(context.Context) (files.Host, func(), error) { return conn, func() {}, nil }})
	b.Cleanup(c.Close)
	_, err = c.Home(b.Context())
	must(b, err)
	return c, home
}

// folderOf makes a folder of n files with size bytes in all.
func folderOf(b *testing.B, n, size int) string {
	b.Helper()
	folder := b.TempDir()
	for i := range n {
		write(b, folder, map[string]string{fmt.Sprintf("d%d/f%d.py", i%10, i): strings.Repeat("x", size/n)})
	}
	return folder
}

// pushTo pushes a folder and returns how long it took, with the scan.
func pushTo(b *testing.B, c *files.Client, folder, remote, state string, only ...string) (*Result, time.Duration) {
	b.Helper()
	source, err := NewSource(state, folder)
	must(b, err)
	begun := time.Now()
	scan, err := NewScan(b.Context(), folder, DefaultLimits, nil, only)
	must(b, err)
	r, err := Push(b.Context(), c, scan, Options{Remote: remote, Source: source, LockDir: state})
	must(b, err)
	return r, time.Since(begun)
}

// BenchmarkPush: the first copy of 300 files of 5 MB, 1,000 files that have not changed, and
// one that has, at a round trip of 50 ms.
func BenchmarkPush(b *testing.B) {
	c, home := farHost(b)
	state := b.TempDir()
	few, many := folderOf(b, 300, 5_000_000), folderOf(b, 1000, 5_000_000)
	pushTo(b, c, many, filepath.Join(home, "many"), state)
	for i := 0; b.Loop(); i++ {
		_, took := pushTo(b, c, few, filepath.Join(home, fmt.Sprint("few", i)), state)
		b.ReportMetric(float64(took.Milliseconds()), "ms/first-300")
		r, took := pushTo(b, c, many, filepath.Join(home, "many"), state)
		if r.Unchanged != 1000 {
			b.Fatalf("%d are unchanged", r.Unchanged)
		}
		b.ReportMetric(float64(took.Milliseconds()), "ms/unchanged-1000")
		must(b, os.WriteFile(filepath.Join(many, "d1/f1.py"), fmt.Append(nil, i, time.Now()), 0o644))
		_, took = pushTo(b, c, many, filepath.Join(home, "many"), state, "d1/f1.py")
		b.ReportMetric(float64(took.Milliseconds()), "ms/one-save")
	}
}
