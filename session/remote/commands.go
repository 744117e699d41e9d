package remote

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// Scripts, and files that they write in the job.
var (
	//go:embed scripts/job.sh
	jobScript string
	//go:embed scripts/kernel_transport.py
	kernelTransportConfig string
	//go:embed scripts/lease.sh
	leaseScript string
	//go:embed scripts/jupyter_settings.py
	jupyterSettingsConfig string
	//go:embed scripts/setup.sh
	setupScript string
	//go:embed scripts/launch.sh
	launchScript string
	//go:embed scripts/memory.sh
	memoryScript string
	//go:embed scripts/given.sh
	givenScript string
	//go:embed scripts/use.sh
	useScript string
	//go:embed scripts/node_agent.sh
	agentScript string
	//go:embed scripts/step_sshd.sh
	stepScript string
	//go:embed scripts/other_dir.sh
	otherDirScript string
	//go:embed scripts/cluster_id.sh
	clusterScript string
)

// JobScript returns the batch script for sbatch's standard input. It runs in a bash that
// reads none of the user's files; only the environment is set up, and Jupyter started, in a
// login shell. It has no secrets, because Slurm keeps scripts. It is sent before the job is
// submitted, so what is not needed is left out.
func JobScript(id, title, sessionDir string, grace time.Duration, req slurm.Request) (string, error) {
	places, err := placesOf(id, req.WorkingDirectory, sessionDir)
	if err != nil {
		return "", err
	}
	kernelspecs, err := kernelspecsLines(title, req.WorkingDirectory, req.Environment)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("#!/bin/bash -p\n" + loginshell.StripComments(loginshell.NeutralScript()))
	fmt.Fprintf(&b, "%ssession_grace=%d\nkernel_transport=%s\n", places, int(grace.Seconds()), loginshell.Quote(cmp.Or(req.KernelTransport, slurm.KernelsAuto)))
	b.WriteString(printer("setup_script", loginshell.StripComments(setupScript)+req.Environment.Script()+"\\builtin exec /bin/bash -p \"$sunpyter_dir/launch\"\n"))
	b.WriteString(printer("launch_script", loginshell.StripComments(launchScript)))
	b.WriteString(printer("kernelspecs_script", kernelspecs))
	b.WriteString(printer("jupyter_config", loginshell.StripComments(kernelTransportConfig+jupyterSettingsConfig)))
	b.WriteString(loginshell.StripComments(otherDirScript + memoryScript + useScript + givenScript + leaseScript + jobScript))
	return b.String(), nil
}

// printer returns a bash function that prints text, which must end with a newline.
func printer(name, text string) string {
	end := "sunpyter_end"
	for strings.Contains(text, end) {
		end += "_"
	}
	return name + "() {\ncat <<'" + end + "'\n" + text + end + "\n}\n"
}

// placesOf returns lines of bash that set id, workdir and session_dir.
func placesOf(id, workdir, sessionDir string) (string, error) {
	work, err := workdirWord(workdir)
	if err != nil {
		return "", err
	}
	dir := ""
	if sessionDir != "" {
		if dir, err = loginshell.ExpandPath(sessionDir); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("id=%s\nworkdir=%s\nsession_dir=%s\n", loginshell.Quote(id), work, dir), nil
}

// workdirWord returns the working directory as a word of bash; home by default.
func workdirWord(path string) (string, error) {
	if path == "" {
		return `"$HOME"`, nil
	}
	return loginshell.ExpandPath(path)
}

// AgentCommand returns the command line for node_agent.sh in the job.
func AgentCommand(private string, generation int) string {
	return loginshell.PlainCommand(fmt.Sprintf("private=%s\ngeneration=%d\n%s", loginshell.Quote(private), generation, loginshell.StripComments(memoryScript+useScript+agentScript)))
}

// StepCommand returns the command line that starts an sshd in a step of the job, which
// accepts only the key public. With listen it listens on a port of the node, too.
func StepCommand(jobID string, node store.Node, public string, listen bool) string {
	return slurm.StepCommand(jobID, fmt.Sprintf("private=%s\npublic=%s\nlisten=%d\n%s", loginshell.Quote(node.Private), loginshell.Quote(public), flag(listen), stepScript))
}

// The exit codes of step_sshd.sh, of sysexits.h(3).
const (
	StepNoDirectory = 66 // EX_NOINPUT
	StepNoSSHD      = 72 // EX_OSFILE
)

// portLine begins the line of step_sshd.sh that names its port.
const portLine = "sunpyter:port "

// SkipStepStartup reads what comes before the sshd speaks: what a login shell
// prints, and, with listen, the port.
func SkipStepStartup(r io.Reader, listen bool) (io.Reader, int, error) {
	rest, err := loginshell.SkipNoise(r)
	if err != nil {
		return nil, 0, err // no nil *bufio.Reader in an interface
	}
	for listen {
		line, err := rest.ReadString('\n')
		if err != nil {
			return rest, 0, nil //nolint:nilerr // the handshake finds out why
		}
		if port, found := strings.CutPrefix(line, portLine); found {
			number, _ := strconv.Atoi(strings.TrimSpace(port))
			return rest, number, nil
		}
	}
	return rest, 0, nil
}

// RemoveDir removes the session directory, and ~/.sunpyter if it was the last.
func RemoveDir(ctx context.Context, host slurm.Host, id string) error {
	_, _, _, err := host.Run(ctx, loginshell.PlainCommand(fmt.Sprintf(
		otherDirScript+"remove_dir \"$HOME/.sunpyter/sessions/\"%s; rmdir \"$HOME/.sunpyter/sessions\" \"$HOME/.sunpyter\" 2>/dev/null; exit 0", loginshell.Quote(id))), nil)
	return err
}

// JupyterLog returns the last lines of Jupyter's log; host is in the job.
func JupyterLog(ctx context.Context, host slurm.Host, private string, lines int) (string, error) {
	return runScript(ctx, host, "tail -n "+strconv.Itoa(lines)+" "+loginshell.Quote(private+"/log"))
}
