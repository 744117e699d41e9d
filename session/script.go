package session

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/slurm"
)

//go:embed job.sh
var jobScript string

//go:embed attach.sh
var attachScript string

//go:embed step.sh
var stepScript string

//go:embed cluster.sh
var clusterScript string

//go:embed folder.sh
var folderScript string

// jobBatch is the whole batch script for sbatch's standard input. A login shell
// runs it, so that `module` is there. It holds no secret: Slurm keeps scripts.
func jobBatch(id string, grace time.Duration, req slurm.Request) (string, error) {
	workdir, err := workdirWord(req.WorkingDirectory)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("#!/bin/bash -l\n")
	fmt.Fprintf(&b, "id=%s\nsession_grace=%d\nworkdir=%s\n", slurm.Quote(id), int(grace.Seconds()), workdir)
	fmt.Fprintf(&b, "sunpyter_setup() {\n:\n%s\n}\n", req.Environment.Script())
	b.WriteString(memoryScript + jobScript)
	return b.String(), nil
}

// folderSilence is how long the watcher on the login node waits for a word: more
// than any pause of an owner who is there.
const folderSilence = 10 * time.Minute

// folderCommand is the command line for folder.sh on the login node.
func folderCommand(id string, o folderOptions) (string, error) {
	word, err := workdirWord(o.workdir)
	if err != nil {
		return "", err
	}
	flag := 0
	if o.make {
		flag = 1
	}
	return slurm.LoginCommand(fmt.Sprintf("id=%s\nworkdir=%s\ngrace=%d\nidle=%d\ngeneration=%d\nsilence=%d\nmake=%d\n%s",
		slurm.Quote(id), word, int(o.grace.Seconds()), int(o.idle.Seconds()), o.generation, int(folderSilence.Seconds()), flag, clusterScript+folderScript)), nil
}

// attachCommand is the command line for attach.sh in the job.
func attachCommand(private string, generation int) string {
	return slurm.PlainCommand(fmt.Sprintf("private=%s\ngeneration=%d\n%s", slurm.Quote(private), generation, memoryScript+attachScript))
}

// stepCommand is the command line that makes a step of the job a way into it, for
// who has the other half of the key public.
func stepCommand(job inside, public string) string {
	listen := 0
	if job.listen {
		listen = 1
	}
	return slurm.StepCommand(job.id, fmt.Sprintf("private=%s\npublic=%s\nlisten=%d\n%s", slurm.Quote(job.node.Private), slurm.Quote(public), listen, stepScript))
}

// removeCommand removes the session's folder, and ours altogether when it was
// the last.
func removeCommand(id string) string {
	return slurm.PlainCommand(fmt.Sprintf(
		"rm -rf \"$HOME/.sunpyter/sessions/\"%s; rmdir \"$HOME/.sunpyter/sessions\" \"$HOME/.sunpyter\" 2>/dev/null; exit 0", slurm.Quote(id)))
}

// workdirWord is the working directory as a word of bash; home by default.
func workdirWord(path string) (string, error) {
	if path == "" {
		return `"$HOME"`, nil
	}
	return slurm.ExpandPath(path)
}
