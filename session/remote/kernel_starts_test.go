package remote

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestKernelStartsScript: a process with a connection file among its arguments is found, and
// when it began.
func TestKernelStartsScript(t *testing.T) {
	if _, err := os.Stat("/proc/uptime"); err != nil {
		t.Skip("compute nodes have Linux, this computer has not")
	}
	begun := time.Now()
	kernel := exec.CommandContext(t.Context(), "bash", "-c", "sleep 60; :", "/run/user/kernel-0f1e-2d.json")
	if err := kernel.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kernel.Process.Kill(); _ = kernel.Wait() }()
	var at time.Time
	for deadline := begun.Add(10 * time.Second); at.IsZero() && time.Now().Before(deadline); {
		out, err := exec.CommandContext(t.Context(), "bash", "-c", kernelStartsScript).Output()
		if err != nil {
			t.Fatal(err)
		}
		at = ParseKernelStarts(string(out))["0f1e-2d"]
	}
	if off := at.Sub(begun).Abs(); off > 2*time.Second {
		t.Errorf("it began %v off", off)
	}
}
