package remote

import (
	"os/exec"
	"strings"
	"testing"
)

// TestLeaseCountsLateTicks: what the job's ticks count, by the node's time since it booted.
func TestLeaseCountsLateTicks(t *testing.T) {
	for _, row := range []struct{ name, uptimes, waited string }{
		{"on time", "100.00 102.00 104.01", "401"},
		{"late, as on a busy node", "100.00 107.00 114.50", "1450"},
		{"a suspended job", "100.00 102.00 CONT 7302.00 7304.00", "400"},
		{"a suspended machine", "100.00 102.00 7302.00 7304.00", "1200"},
		{"just booted, with digits that are not octal", "0.05 0.08 0.19 8.09 9.09", "904"},
		{"the time goes back, as where a job is moved to another node", "100.00 50.00 52.00", "200"},
		{"the time cannot be read", "- - -", "600"},
	} {
		t.Run(row.name, func(t *testing.T) {
			script := `set -e; uptime=$1/uptime; shift
for time; do
  case $time in
    CONT) kill -CONT "$$" && continue ;;
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
