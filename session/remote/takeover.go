package remote

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed scripts/takeover.sh
var takeoverScript string

// readTimeout bounds how long reading the session directory may take: a home directory
// may hang.
const readTimeout = 10 * time.Second

// read runs a script that reads the session directory and returns its output.
func read(ctx context.Context, host slurm.Host, script string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	return runScript(ctx, host, script)
}

// Taken is what a new owner finds in the session directory.
type Taken struct {
	Generation int
	Node       store.Node // zero: the job has not reported it
	Failed     bool       // the job has reported a failure, which is the error
}

// TakeOver raises the generation in the session directory, which other computers see, by
// one or to least.
func TakeOver(ctx context.Context, host slurm.Host, id string, least int) (t Taken, err error) {
	text, err := read(ctx, host, fmt.Sprintf("id=%s\nleast=%d\n%s", loginshell.Quote(id), least, takeoverScript))
	if err != nil {
		return t, err
	}
	var reported store.Node
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "owner "); ok {
			t.Generation, _ = strconv.Atoi(strings.TrimSpace(rest))
			continue
		}
		complete, err := ReadNodeLine(&reported, line)
		if err != nil {
			t.Failed = true
			return t, err
		}
		if complete && t.Node.Name == "" {
			t.Node = reported
		}
	}
	return t, nil
}

// Generation returns the generation in the session directory.
func Generation(ctx context.Context, host slurm.Host, id string) (int, error) {
	text, err := read(ctx, host, show(id, "owner"))
	if err != nil {
		return 0, err
	}
	generation, _ := strconv.Atoi(strings.TrimSpace(text))
	return generation, nil
}

// Info has the facts in a session directory that Slurm does not know.
type Info struct {
	Grace   time.Duration
	Idle    time.Duration // as session.Config.Idle
	Workdir string
}

// ReadInfo reads a session directory's Info.
func ReadInfo(ctx context.Context, host slurm.Host, id string) (Info, error) {
	text, err := read(ctx, host, show(id, "about"))
	if err != nil {
		return Info{}, err
	}
	var grace, idle int
	var workdir string
	if n, _ := fmt.Sscan(text, &grace, &idle, &workdir); n != 3 || grace <= 0 {
		return Info{}, &fault.Error{
			Code: fault.UnknownSession, Tried: "looking for the kernel " + id + " in your home directory on the cluster",
			Answer: "its directory does not exist", Advice: "The job may be ending. If it keeps running, stop it.",
		}
	}
	return Info{time.Duration(grace) * time.Second, time.Duration(idle) * time.Second, Text(workdir)}, nil
}

// show returns a script that prints a file of a session directory.
func show(id, file string) string {
	const dir = `"$HOME/.sunpyter/sessions/"`
	return "cat " + dir + loginshell.Quote(id) + "/" + file + " 2>/dev/null; exit 0"
}
