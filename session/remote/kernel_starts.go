package remote

import (
	"context"
	_ "embed"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/slurm"
)

//go:embed kernel_starts.sh
var kernelStartsScript string

// KernelStarts returns when the kernels' processes began, by kernel id; host is in
// the job. Jupyter reports a kernel that it restarted after it died during a cell as busy
// until it is used again; a kernel that really runs a cell began before the cell.
func KernelStarts(ctx context.Context, host slurm.Host) (map[string]time.Time, error) {
	text, err := runScript(ctx, host, kernelStartsScript)
	if err != nil {
		return nil, err
	}
	return ParseKernelStarts(text), nil
}

// ParseKernelStarts reads the lines of kernel_starts.sh. If a kernel has several processes,
// as when a script starts it, the first counts.
func ParseKernelStarts(text string) map[string]time.Time {
	starts := map[string]time.Time{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[0] != "started" {
			continue
		}
		milliseconds, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			continue
		}
		at := time.UnixMilli(milliseconds)
		if first, known := starts[fields[1]]; !known || at.Before(first) {
			starts[fields[1]] = at
		}
	}
	return starts
}
