package remote

import (
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed scripts/session_dir.sh
var dirScript string

// Dir is the session directory on the cluster, watched through session_dir.sh.
type Dir struct {
	*Stream
	Workdir     string        // the working directory, as the login node names it
	MadeWorkdir bool          // there was none before
	Took        time.Duration // how long creating the session directory took
	OldFound    bool          // there are directories that Slurm may know to be stale

	stopHeartbeat func()
}

// Close ends the watcher; it may be called on nil and twice.
func (d *Dir) Close() {
	if d != nil {
		d.Stream.Close()
		d.stopHeartbeat()
	}
}

// Lines returns the watcher's lines; on nil there is never one.
func (d *Dir) Lines() <-chan string {
	if d == nil {
		return nil
	}
	return d.Stream.Lines()
}

// DirOptions are the parameters of session_dir.sh.
type DirOptions struct {
	Workdir     string
	MakeWorkdir bool   // create the working directory if it is missing
	SessionDir  string // where the directory is to be instead of the home directory; "": the home directory if it works
	Grace, Idle time.Duration
	Generation  int
	Create      bool // the session is new, and so is its directory
}

// dirCommand returns the command line for session_dir.sh on the login node.
func dirCommand(id string, o DirOptions) (string, error) {
	places, err := placesOf(id, o.Workdir, o.SessionDir)
	if err != nil {
		return "", err
	}
	return loginshell.Command(fmt.Sprintf("%sgrace=%d\nidle=%d\ngeneration=%d\nsilence=%d\ncreate=%d\nmake_workdir=%d\n%s",
		places, int(o.Grace.Seconds()), int(o.Idle.Seconds()), o.Generation, int(loginshell.MaxSilence.Seconds()), flag(o.Create), flag(o.MakeWorkdir), loginshell.StripComments(clusterScript+otherDirScript+dirScript))), nil
}

// flag returns a switch as the scripts have it.
func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

// OpenDir creates the directory (or only watches an existing one). It returns once
// the directory exists, so that no job can start before it.
func OpenDir(ctx context.Context, host slurm.Host, id string, o DirOptions) (*Dir, error) {
	command, err := dirCommand(id, o)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	s, err := OpenStream(ctx, host, command)
	if err != nil {
		return nil, err
	}
	line, ok, err := s.Next(ctx)
	if err != nil {
		s.Close()
		return nil, err
	}
	verb, rest := Cut(line)
	if ok && verb == "open" {
		workdir, rest := Cut(rest)
		facts := strings.Fields(rest)
		return &Dir{
			Stream: s, Workdir: Text(workdir), MadeWorkdir: slices.Contains(facts, "made"), Took: time.Since(begun),
			OldFound: slices.Contains(facts, "old"), stopHeartbeat: loginshell.Heartbeat(s.remote),
		}, nil
	}
	s.Close()
	switch {
	case ok && verb == "failed":
		return nil, Failure(rest)
	case !ok && s.failed != nil:
		return nil, s.failed
	}
	return nil, unexpectedLine(line)
}

func unexpectedLine(line string) error {
	return &fault.Error{
		Code: fault.CommandFailed, Tried: "creating a directory for the kernel on the login node",
		Answer: "the shell there printed unexpected output: " + Excerpt(line),
		Advice: "Check that " + fault.Shell("ssh HOST") + " opens a working shell.",
	}
}

// Change changes what the directory of a session without a job says, after OpenDir: the
// working directory, the grace and the idle time.
func (d *Dir) Change(ctx context.Context, o DirOptions) error {
	work, err := workdirWord(o.Workdir)
	if err != nil {
		return err
	}
	lost := &fault.Error{
		Code: fault.LinkLost, Tried: "changing the directory for the kernel on the login node", Answer: "the command there ended early",
		Advice: "Check the connection to the login node and try again.",
	}
	if lost.Err = d.Send("change %d %d %s", int(o.Grace.Seconds()), int(o.Idle.Seconds()), base64.StdEncoding.EncodeToString([]byte(work))); lost.Err != nil {
		return lost
	}
	line, ok, err := d.Next(ctx)
	switch verb, rest := Cut(line); {
	case err != nil:
		return err
	case !ok:
		return lost
	case verb == "failed":
		return Failure(rest)
	case verb == "changed":
		d.Workdir = Text(rest)
		return nil
	}
	return unexpectedLine(line)
}

// CheckSessionDir creates and removes a session directory as a start would, and
// returns the working directory as the login node names it.
func CheckSessionDir(ctx context.Context, host slurm.Host, workdir, sessionDir string) (string, error) {
	d, err := OpenDir(ctx, host, store.NewID(), DirOptions{Workdir: workdir, SessionDir: sessionDir, Generation: 1, Create: true})
	if err != nil {
		return "", err
	}
	d.Close() // without a job, the watcher removes the directory when it ends
	return d.Workdir, nil
}

// ReadNodeLine applies one line of the ready file to node. It reports true with the
// last line of the job's first stage.
func ReadNodeLine(node *store.Node, line string) (complete bool, err error) {
	verb, rest := Cut(line)
	switch verb {
	case "node":
		parts := strings.Fields(rest)
		if len(parts) == 3 {
			*node = store.Node{Name: parts[0], Private: parts[2]}
		}
	case "key":
		if rest != "" {
			node.HostKeys = append(node.HostKeys, rest)
		}
	case "step":
		node.StepKey = rest
	case "up":
		return node.Name != "", nil
	case "failed":
		return false, Failure(rest)
	}
	return false, nil
}

// Text decodes a text that a script encoded in base64; it is empty if that cannot be done.
func Text(s string) string {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	if err != nil {
		return ""
	}
	return string(b)
}

// Excerpt quotes text of unknown origin for an error message.
func Excerpt(s string) string {
	const most = 200
	if len(s) > most {
		s = s[:most] + "…"
	}
	return fmt.Sprintf("%q", s)
}
