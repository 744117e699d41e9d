package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/store"
)

// TestCancelWhileAnotherRequestLogsIn: each request that needs a login is answered when it is
// cancelled, while another's login to the same host, which does not answer, continues.
func TestCancelWhileAnotherRequestLogsIn(t *testing.T) {
	s := newTestServer(t, nil)
	connected := silentHost(t, s)
	firstCtx, cancelFirst := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := s.ClusterResources(firstCtx, &protocol.ClusterResourcesParams{Cluster: "silent"})
		first <- err
	}()
	<-connected

	for name, request := range map[string]func(context.Context) error{
		"kernel/start": func(ctx context.Context) error {
			_, err := s.KernelStart(ctx, &protocol.KernelStartParams{Cluster: "silent"})
			return err
		},
		"cluster/environments": func(ctx context.Context) error {
			_, err := s.ClusterEnvironments(ctx, &protocol.ClusterEnvironmentsParams{Cluster: "silent"})
			return err
		},
		"cluster/resources": func(ctx context.Context) error {
			_, err := s.ClusterResources(ctx, &protocol.ClusterResourcesParams{Cluster: "silent"})
			return err
		},
		"cluster/check": func(ctx context.Context) error {
			_, err := s.ClusterCheck(ctx, &protocol.ClusterCheckParams{Cluster: "silent"})
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		answered := make(chan error, 1)
		go func() { answered <- request(ctx) }()
		time.AfterFunc(300*time.Millisecond, cancel) // by then it waits; a login takes 60 s here
		select {
		case err := <-answered:
			if err == nil {
				t.Errorf("%s succeeded", name)
			}
		case err := <-first:
			t.Fatalf("%s was not answered before the other request's login ended (%v)", name, err)
		}
		cancel()
	}
	cancelFirst()
	<-first
}

// silentHost makes "silent" a cluster whose login node accepts connections and says nothing. The
// channel receives each connection.
func silentHost(t *testing.T, s *server) <-chan net.Conn {
	t.Helper()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("needs ssh, which reads the configuration: ", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connected := make(chan net.Conn, 10)
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			connected <- conn
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-accepting
	})
	config := filepath.Join(t.TempDir(), "config")
	text := fmt.Sprintf("Host silent.example\n  HostName 127.0.0.1\n  Port %d\n  User alice\n  ConnectTimeout 60\n  IdentityFile %s\n",
		listener.Addr().(*net.TCPAddr).Port, filepath.Join(t.TempDir(), "no-key"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.mustInitialize(t, protocol.ClusterProfile{Name: "silent", Host: "silent.example", SSHConfig: config})
	return connected
}

// TestCancelledStopLeavesTheKernelToItsOwner: a stop that is cancelled during its login does not end the window
// that owns the kernel, since then nobody would cancel the job.
func TestCancelledStopLeavesTheKernelToItsOwner(t *testing.T) {
	s := newTestServer(t, nil)
	connected := silentHost(t, s)
	stored, err := store.Open(t.TempDir())
	must(t, err)
	s.store, s.kernels.store = stored, stored
	p, err := s.resolve("silent", "")
	must(t, err)
	rec := store.Record{ID: store.NewID(), Owner: "window", Generation: 1, Place: p.Place, Job: store.Job{JobID: "7"}}
	must(t, stored.Write(rec))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-connected
		cancel()
	}()
	if _, err := s.KernelStop(ctx, &protocol.KernelStopParams{SessionID: rec.ID}); err == nil {
		t.Error("it was stopped")
	}
	must(t, stored.CheckOwner(rec.ID, rec.Owner, rec.Generation))
}
