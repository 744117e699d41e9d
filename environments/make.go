package environments

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed make.sh
var makeScript string

// Action is a change of an environment.
type Action string

// The actions.
const (
	Create  Action = "create"  // makes an environment with Jupyter and ipykernel
	Install Action = "install" // installs ipykernel in one that exists
	Remove  Action = "remove"  // removes one that Create has made
)

// makeDeadline bounds an action: an index may be slow, and so may a disk.
const makeDeadline = 20 * time.Minute

// planMode is the mode of make.sh that only resolves the path.
const planMode = "plan"

// DefaultPath returns the folder in which Create makes an environment.
func DefaultPath(workdir string) string {
	if workdir == "" {
		workdir = "~"
	}
	return path.Join(workdir, "sunpyter-environment")
}

// Folder is the folder of an environment, which need not exist yet.
type Folder struct {
	Path string // absolute
	Made bool   // Create has made an environment there
}

// Commands returns the commands of an action on the environment in a folder, as users would type
// them. Create replaces what it made before.
func Commands(action Action, folder Folder) []string {
	python, remove := shown(folder.Path+"/bin/python"), "rm -r "+shown(folder.Path)
	switch action {
	case Create:
		commands := []string{"python3 -m venv " + shown(folder.Path), python + " -m pip install jupyter-server ipykernel"}
		if folder.Made {
			return append([]string{remove}, commands...)
		}
		return commands
	case Install:
		return []string{python + " -m pip install ipykernel"}
	case Remove:
		return []string{remove}
	}
	return nil
}

// shown returns a path as a word for a shell, without quotes if it needs none.
func shown(path string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@:"
	if strings.Trim(path, safe) == "" {
		return path
	}
	return loginshell.Quote(path)
}

// Resolve returns the absolute path of a folder on the cluster, in which ~ and $USER may be, and what
// is there.
func Resolve(ctx context.Context, host slurm.Host, folder string) (Folder, error) {
	return change(ctx, host, planMode, folder, func(string) {})
}

// Change does an action on the environment in folder, which is an absolute path, and calls
// report with what it does. Canceling ctx ends it, and removes what Create has made so far.
func Change(ctx context.Context, host slurm.Host, action Action, folder string, report func(step string)) error {
	_, err := change(ctx, host, string(action), folder, report)
	return err
}

func change(ctx context.Context, host slurm.Host, mode, folder string, report func(string)) (resolved Folder, err error) {
	word, err := loginshell.ExpandPath(folder)
	if err != nil {
		return Folder{}, err
	}
	deadline := makeDeadline
	if mode == planMode {
		deadline = commandDeadline
	}
	bounded, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	script := fmt.Sprintf("mode=%s\ndir=%s\nsilence=%d\n%s", mode, word, int(loginshell.MaxSilence.Seconds()), loginshell.StripComments(makeScript))
	remote, err := host.Start(bounded, loginshell.Command(script))
	if err != nil {
		return Folder{}, err
	}
	defer func() { _ = remote.Close() }()
	stop := context.AfterFunc(bounded, func() { _ = remote.Close() })
	defer stop()
	defer loginshell.Heartbeat(remote)()
	resolved, err = follow(remote, mode, folder, report)
	if bounded.Err() != nil {
		f := &fault.Error{Code: fault.Cancelled, Tried: tried(mode, folder), Answer: "it was cancelled", Err: bounded.Err()}
		if ctx.Err() == nil {
			f.Code, f.Answer, f.Advice = fault.EnvironmentChange, "it took too long", "Try it in a shell on the cluster."
		}
		return Folder{}, f
	}
	return resolved, err
}

// doing is what each mode of make.sh does to a folder.
var doing = map[string]string{
	string(Create): "creating the environment ", string(Install): "installing ipykernel in the environment ",
	string(Remove): "removing the environment ", planMode: "looking up the folder ",
}

func tried(mode, folder string) string { return doing[mode] + folder }

// follow reads the lines of make.sh.
func follow(r io.Reader, mode, folder string, report func(string)) (resolved Folder, err error) {
	output, err := loginshell.SkipNoise(r)
	if err != nil {
		return Folder{}, err
	}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		switch verb, rest, _ := strings.Cut(lines.Text(), " "); verb {
		case "made":
			resolved.Made = true
		case "path":
			resolved.Path = decode(rest)
			if mode == planMode && plain.LineProblem(resolved.Path) == "" {
				return resolved, nil
			}
		case "step", ">":
			if text := plain.Line(strings.TrimSpace(rest)); text != "" {
				report(bounded.Text(text, 200))
			}
		case "done":
			return resolved, nil
		case "failed":
			code, text, _ := strings.Cut(rest, " ")
			return Folder{}, changeError(code, decode(text), mode, folder)
		}
	}
	return Folder{}, &fault.Error{Code: fault.LinkLost, Tried: tried(mode, folder), Answer: "the command on the login node ended early", Err: lines.Err(),
		Advice: "Check the connection to the login node and try again."}
}

func decode(text string) string {
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return string(decoded)
}

// changeError returns the error for "failed CODE OUTPUT" of make.sh.
func changeError(code, output, mode, folder string) error {
	f := &fault.Error{Code: fault.EnvironmentChange, Tried: tried(mode, folder), Answer: bounded.End(strings.TrimSpace(output), 1000)}
	switch code {
	case "no-index":
		f.Code = fault.EnvironmentNoIndex
		f.Advice = "The login node cannot reach an index of Python packages. Ask the site's support: \"From which index or mirror can pip install packages " +
			"on the login node, or which proxy does it need? Or is there a module or an environment that has jupyter-server and ipykernel?\" " +
			"With an answer, set index-url or proxy in ~/.config/pip/pip.conf on the cluster and try again."
	case "no-space":
		f.Code = fault.FileNoSpace
		f.Advice = "Free some space there, or choose another folder."
	case "no-venv":
		f.Advice = "The python3 on the login node cannot make virtual environments: load a module that has another Python in your login files, or ask the site's support."
	case "no-pip":
		f.Advice = "There is no pip in it: install ipykernel with the program that made the environment."
	case "exists":
		f.Code, f.Answer = fault.FileExists, "there is already a file, folder or link of that name, which Sunpyter has not made"
		f.Advice = "Choose another folder."
	case "busy":
		f.Answer, f.Advice = "another window or command is changing an environment there now", "Wait until it has finished, and try again."
	case "not-there":
		f.Code, f.Answer, f.Advice = fault.EnvironmentUnknown, "there is no Python environment in that folder", "Correct the path."
	case "not-ours":
		f.Code, f.Answer = fault.EnvironmentUnknown, "Sunpyter has not made an environment there, so it is not removed"
		f.Advice = "Correct the path, or remove it yourself."
	default:
		f.Advice = "The end of the output usually names the cause. Try it in a shell on the cluster."
	}
	return f
}
