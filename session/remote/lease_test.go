//go:build unix

package remote

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCancelReachesTheWait: Slurm cancels with CONT and TERM at once, so a suspended job gets
// both at the same time. The trap on TERM must run, whatever lease.sh sets.
func TestCancelReachesTheWait(t *testing.T) {
	for range 20 {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", leaseScript+`trap 'kill "$!"; exit 7' TERM; echo ready; while :; do sleep 60 & wait $!; done`)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 6)); err != nil {
			t.Fatal(err)
		}
		stopped := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGTERM, syscall.SIGCONT} {
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
		}
		if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 7 {
			t.Fatalf("the trap on TERM did not run: %v", cmd.ProcessState)
		}
		stopped.Stop()
	}
}

// TestLeaseCountsLateTicks: ticks count by the node's time since it booted.
func TestLeaseCountsLateTicks(t *testing.T) {
	for _, row := range []struct{ name, uptimes, waited string }{
		{"on time", "100.00 102.00 104.01", "401"},
		{"late, as on a busy node", "100.00 107.00 114.50", "1450"},
		{"a suspended job or machine", "100.00 102.00 7302.00 7304.00", "1200"},
		{"just booted, with digits that are not octal", "0.05 0.08 0.19 8.09 9.09", "904"},
		{"the time goes back, as where a job is moved to another node", "100.00 50.00 52.00", "200"},
		{"the time cannot be read", "- - -", "600"},
	} {
		t.Run(row.name, func(t *testing.T) {
			script := `set -e; uptime=$1/uptime; shift
for time; do
  case $time in
    -) rm -f "$uptime" ;;
    *) printf '%s 1.00\n' "$time" >"$uptime" ;;
  esac
  tick_counts 200
done
printf %s "$waited"`
			args := append([]string{"-c", leaseScript + script, "bash", t.TempDir()}, strings.Fields(row.uptimes)...)
			out, err := exec.CommandContext(t.Context(), "bash", args...).CombinedOutput()
			if err != nil || string(out) != row.waited {
				t.Errorf("waited %q, %v, want %s", out, err, row.waited)
			}
		})
	}
}
