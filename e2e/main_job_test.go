//go:build unix

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestMainJob is the main use: a kernel on a compute node with one
// CPU, in the right directory, and nothing left afterwards.
func TestMainJob(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	site.ResetCalls()
	w := openWindow(t, site)
	ready := w.start(protocol.KernelRequest{WorkingDirectory: "/cdt_storage/$USER"})

	if s := ready.Session; s.State != protocol.StateReady || s.CPUs != 1 || s.MemoryMiB != 1000 || s.TimeLimitSeconds != 4*3600 ||
		s.WorkingDirectory != "/cdt_storage/alice" || s.JobID == "" || s.EndsAt == nil || !s.Owned {
		t.Errorf("session %+v", s)
	}
	out := execute(t, ready, `import os, socket
print(socket.gethostname(), os.cpu_count() > 0, len(os.sched_getaffinity(0)), os.getcwd())`)
	if want := ready.Session.Node + " True 1 /cdt_storage/alice"; strings.TrimSpace(out) != want {
		t.Errorf("the kernel printed %q, want %q", out, want)
	}
	if got := slurmCalls(t, site); len(got) > 3 {
		t.Errorf("scheduler calls from start to ready: %v", got)
	}
	var processes []testcluster.Process
	eventually(t, waitLimit, func() bool { // the watch of the folder may take a moment to end
		var err error
		processes, err = site.Processes("login", "alice")
		must(t, err)
		return !slices.ContainsFunc(processes, func(p testcluster.Process) bool { return !strings.HasPrefix(p.Command(), "sshd:") })
	}, func() string { return fmt.Sprintf("while the kernel runs, on the login node: %v", processes) })

	site.ResetCalls()
	var stopped protocol.KernelStopResult
	if err := w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: ready.Session.ID}, &stopped); err != nil {
		t.Fatal(err)
	}
	if len(stopped.Released) != 1 || stopped.Released[0].Outcome != protocol.ReleaseDone || stopped.Released[0].JobID != ready.Session.JobID {
		t.Errorf("released %+v", stopped)
	}
	if got := slurmCalls(t, site); len(got) > 2 {
		t.Errorf("scheduler calls to release: %v", got)
	}
	w.close() // its connection to the login node goes too
	nothingLeft(t, site)
}

// execute runs code in a new kernel of the session's Jupyter.
func execute(t *testing.T, ready protocol.KernelStartResult, code string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	client := jupyter.Client{URL: ready.URL, Token: ready.Token}
	kernel, err := client.StartKernel(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kernel.Close(ctx) }()
	out, err := kernel.Execute(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
