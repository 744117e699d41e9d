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

//go:embed takeover.sh
var takeoverScript string

// readTimeout bounds how long reading the session directory may take: a home directory
// may hang.
const readTimeout = 10 * time.Second

// TakeOver raises the generation in the session directory, which other computers see, by
// one or to least. It returns the new generation and the node, if the job has reported one.
// A failure that the job has reported is returned as err, with failed true.
func TakeOver(ctx context.Context, host slurm.Host, id string, least int) (generation int, node store.Node, failed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	text, err := runScript(ctx, host, fmt.Sprintf("id=%s\nleast=%d\n%s", loginshell.Quote(id), least, takeoverScript))
	if err != nil {
		return 0, node, false, err
	}
	var read store.Node
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "owner "); ok {
			generation, _ = strconv.Atoi(strings.TrimSpace(rest))
			continue
		}
		complete, err := ReadNodeLine(&read, line)
		if err != nil {
			return generation, node, true, err
		}
		if complete && node.Name == "" {
			node = read
		}
	}
	return generation, node, false, nil
}

// Generation returns the generation in the session directory.
func Generation(ctx context.Context, host slurm.Host, id string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	text, err := runScript(ctx, host, show(id, "owner"))
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
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	text, err := runScript(ctx, host, show(id, "about"))
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
	return Info{time.Duration(grace) * time.Second, time.Duration(idle) * time.Second, decode(workdir)}, nil
}

// show returns a script that prints a file of a session directory.
func show(id, file string) string {
	const dir = `"$HOME/.sunpyter/sessions/"`
	return "cat " + dir + loginshell.Quote(id) + "/" + file + " 2>/dev/null; exit 0"
}

// runScript runs a script without a login shell and returns its output.
func runScript(ctx context.Context, host slurm.Host, script string) (string, error) {
	return output(ctx, host, loginshell.PlainCommand(script))
}
