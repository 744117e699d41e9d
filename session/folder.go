package session

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// folder is the session's folder on the cluster, watched through folder.sh.
type folder struct {
	*stream
	workdir string        // as the login node names it
	took    time.Duration // how long it was in the making
	old     bool          // there are folders of which Slurm may say that they are of no use
}

// close ends the watcher; it may be called on nil and twice.
func (f *folder) close() {
	if f != nil {
		f.stream.close()
	}
}

// channel gives the watcher's lines, or never any on nil.
func (f *folder) channel() <-chan string {
	if f == nil {
		return nil
	}
	return f.lines
}

// folderOptions is what folder.sh needs to know of a session.
type folderOptions struct {
	workdir     string
	grace, idle time.Duration
	generation  int
	make        bool // the session is new, and so is its folder
}

// openFolder makes the folder (or, for one that exists, only watches it) and
// returns once it is there, so that no job can start before its folder.
func openFolder(ctx context.Context, login Login, id string, o folderOptions) (*folder, error) {
	command, err := folderCommand(id, o)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	s, err := openStream(ctx, login, command)
	if err != nil {
		return nil, err
	}
	line, ok, err := s.next(ctx)
	if err != nil {
		s.close()
		return nil, err
	}
	verb, rest := words(line)
	if ok && verb == "open" {
		workdir, old := words(rest)
		return &folder{stream: s, workdir: decode(workdir), took: time.Since(begun), old: old != ""}, nil
	}
	s.close()
	switch {
	case ok && verb == "failed":
		return nil, failure(rest)
	case !ok && s.failed != nil:
		return nil, s.failed
	}
	return nil, &fault.Error{
		Code: fault.CommandFailed, Tried: "making a folder for the kernel on the login node",
		Answer: "the shell there said nothing that can be understood: " + quoteShort(line),
		Advice: "Check that `ssh HOST` gives you a working shell.",
	}
}

// nodeFacts is what the job tells of its node: the first stage of the ready file.
type nodeFacts struct {
	Name     string   `json:"name"`
	Private  string   `json:"private"` // the private folder on the node
	HostKeys []string `json:"hostKeys"`
	StepKey  string   `json:"stepKey,omitempty"` // of a server that a step of the job starts; empty: none can be
}

// take reads one line of the ready file; complete is true with the last line of
// the stage.
func (n *nodeFacts) take(line string) (complete bool, err error) {
	verb, rest := words(line)
	switch verb {
	case "node":
		parts := strings.Fields(rest)
		if len(parts) == 3 {
			*n = nodeFacts{Name: parts[0], Private: parts[2]}
		}
	case "key":
		if rest != "" {
			n.HostKeys = append(n.HostKeys, rest)
		}
	case "step":
		n.StepKey = rest
	case "up":
		return n.Name != "", nil
	case "failed":
		return false, failure(rest)
	}
	return false, nil
}

// failure turns "CODE BASE64" of a script into a fault.
func failure(rest string) error {
	code, encoded := words(rest)
	said := decode(encoded)
	f, known := failures[code]
	if !known {
		f = fault.Error{Code: fault.JobFailed, Tried: "starting Jupyter in the job", Advice: "See `sunpyter log`."}
	}
	if code == "out-of-memory" {
		return memoryFailure(said)
	}
	if f.Code == fault.WorkdirMissing || f.Code == fault.WorkdirNotWritable {
		return workdirFailure(f, said)
	}
	f.Answer = strings.TrimSpace(said)
	return &f
}

// workdirFailure is about the directory that said names; where login had it and
// the job had not, the node's name is its second line.
func workdirFailure(f fault.Error, said string) error {
	dir, node, inJob := strings.Cut(said, "\n")
	f.Tried = "entering the working directory " + dir
	f.Answer = map[fault.Code]string{fault.WorkdirMissing: "there is no such directory, or it is closed to you", fault.WorkdirNotWritable: "you may not write there"}[f.Code]
	if inJob {
		f.Tried += " on the compute node " + node
		f.Answer += ", although the login node is content with it"
		f.Advice = "Choose a directory that login node and compute nodes share, with --workdir or in the configuration."
	}
	return &f
}

// failures are the codes that our scripts send.
var failures = map[string]fault.Error{
	"home-not-writable": {Code: fault.HomeNotWritable, Tried: "making a folder in your home directory on the cluster",
		Advice: "If it is full, free some space there (`quota`, `du -sh ~/*`); if it is read-only, ask the site's support. Then start again."},
	"workdir-missing": {Code: fault.WorkdirMissing,
		Advice: "Create it on the cluster, or choose another with --workdir or in the configuration."},
	"workdir-not-writable": {Code: fault.WorkdirNotWritable,
		Advice: "Choose a directory of your own with --workdir or in the configuration."},
	"node-disk-full": {Code: fault.NodeDiskFull, Tried: "making a private folder on the compute node",
		Advice: "Try again, perhaps on another node (--sbatch-option=--exclude=NODE), and tell the site's support."},
	"environment-failed": {Code: fault.EnvironmentFailed, Tried: "setting up the environment in the job",
		Advice: "Try the same in a shell on the cluster; correct it in the request or the configuration."},
	"jupyter-missing": {Code: fault.JupyterMissing, Tried: "looking for Jupyter in the job's environment",
		Advice: "Name a module, conda environment or virtual environment that has jupyterlab, notebook or jupyter_server in it."},
	"jupyter-died": {Code: fault.JupyterDied, Tried: "starting Jupyter in the job",
		Advice: "The lines above are the end of Jupyter's own log; they usually name the cause."},
	"jupyter-no-token": {Code: fault.EnvironmentFailed, Tried: "starting Jupyter in the job",
		Answer: "your Jupyter configuration on the cluster turns the token off, so that anybody on this computer could use it",
		Advice: "Remove the token and password settings from ~/.jupyter on the cluster."},
	"requeued": {Code: fault.JobRequeued, Tried: "keeping the kernel", Advice: "Slurm started the job a second time; variables of the first run are gone. Start a new kernel."},
}

func decode(s string) string {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	if err != nil {
		return ""
	}
	return string(b)
}

// quoteShort shows text of unknown origin in an error message.
func quoteShort(s string) string {
	const most = 200
	if len(s) > most {
		s = s[:most] + "…"
	}
	return fmt.Sprintf("%q", s)
}

// TryFolder makes and removes a session's folder as a start would, and gives
// the working directory as the login node names it.
func TryFolder(ctx context.Context, login Login, workdir string) (string, error) {
	f, err := openFolder(ctx, login, NewID(), folderOptions{workdir: workdir, generation: 1, make: true})
	if err != nil {
		return "", err
	}
	f.close() // without a job the folder goes with its watcher
	return f.workdir, nil
}
