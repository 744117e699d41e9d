package session

import (
	"context"
	_ "embed"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/slurm"
)

//go:embed started.sh
var startedScript string

// started asks when the kernels' processes began, by kernel. Jupyter takes a kernel that
// died in the midst of a cell, and that it has started anew, for busy until
// somebody uses it again: the one that runs a cell began before the cell.
func (w *way) started(ctx context.Context) (map[string]time.Time, error) {
	stdout, _, _, err := w.conn.Run(ctx, slurm.PlainCommand(startedScript), nil)
	if err != nil {
		return nil, err
	}
	text, err := slurm.StripNoise(stdout)
	if err != nil {
		return nil, err
	}
	return parseStarted(string(text)), nil
}

// parseStarted reads started.sh's lines. Of several processes of one kernel, as where
// a script starts it, the first counts.
func parseStarted(text string) map[string]time.Time {
	started := map[string]time.Time{}
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
		if before, known := started[fields[1]]; !known || at.Before(before) {
			started[fields[1]] = at
		}
	}
	return started
}
