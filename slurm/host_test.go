package slurm

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

// localHost runs commands on this machine as sshd would, in a new shell and environment.
// prefix, if any, is a command that runs them elsewhere, as ssh does.
type localHost struct {
	shell, dir string
	env        []string
	prefix     []string
}

func (h *localHost) command(ctx context.Context, command string) *exec.Cmd {
	if len(h.prefix) > 0 {
		return exec.CommandContext(ctx, h.prefix[0], append(h.prefix[1:len(h.prefix):len(h.prefix)], command)...)
	}
	cmd := exec.CommandContext(ctx, h.shell, "-c", command)
	cmd.Env, cmd.Dir = h.env, h.dir
	ownGroup(cmd) // so that all of it can be ended
	return cmd
}

func (h *localHost) Run(ctx context.Context, command string, stdin []byte) (stdout, stderr []byte, exit int, err error) {
	cmd := h.command(ctx, command)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, nil, -1, ctx.Err()
	}
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		err = nil
	}
	return out.Bytes(), errs.Bytes(), cmd.ProcessState.ExitCode(), err
}

func (h *localHost) Start(ctx context.Context, command string) (io.ReadWriteCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// An end that closes the channel leaves the process: it has to end itself.
	cmd := h.command(context.Background(), command)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w.Close()
	p := &process{cmd: cmd, stdin: stdin, stdout: r, gone: make(chan struct{})}
	go func() { cmd.Wait(); close(p.gone) }()
	return p, nil
}

// process is a started command; closing it closes its pipes, as sshd does.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *os.File
	gone   chan struct{}
}

func (p *process) Read(b []byte) (int, error)  { return p.stdout.Read(b) }
func (p *process) Write(b []byte) (int, error) { return p.stdin.Write(b) }
func (p *process) Close() error                { return errors.Join(p.stdin.Close(), p.stdout.Close()) }

// fakeSlurm is a login node with commands that note their calls and answer from files.
type fakeSlurm struct {
	localHost
	t *testing.T
}

// newFakeSlurm has an sbatch that accepts job 4242 and keeps what it was given.
func newFakeSlurm(t *testing.T) *fakeSlurm {
	dir := t.TempDir()
	f := &fakeSlurm{localHost{shell: "/bin/bash", dir: dir, env: []string{
		"HOME=" + dir, "SHELL=/bin/bash", "USER=alice", "PATH=/usr/bin:/bin", "LAB=" + dir,
	}}, t}
	testprogram.Write(t, filepath.Join(dir, ".bash_profile"), "export FROM_LOGIN=yes PATH=$LAB/bin:/usr/bin:/bin\necho 'Welcome to the cluster'\n")
	partitions, err := os.ReadFile("testdata/partition-22.05-real.txt")
	if err != nil {
		t.Fatal(err)
	}
	testprogram.Write(t, filepath.Join(dir, "partitions"), string(partitions))
	f.script("scontrol", `cat "$LAB/partitions"`)
	f.script("sbatch", `if [ "$1" = --version ]; then echo "slurm 22.05.8"; exit; fi
cat >"$LAB/script"; printf '%s\0' "$@" >"$LAB/options"; env >"$LAB/env"; echo 4242`)
	f.script("scancel", ":")
	return f
}

// script makes one of the commands. The call is noted once it has done its work.
func (f *fakeSlurm) script(name, body string) {
	testprogram.Write(f.t, filepath.Join(f.dir, "bin", name), "#!/bin/bash\nnote() { [ \"$1\" = --version ] || echo \""+name+" $*\" >>\"$LAB/calls\"; }\ntrap 'note \"$@\"' EXIT\n"+body+"\n")
}

func (f *fakeSlurm) read(name string) string {
	data, err := os.ReadFile(filepath.Join(f.dir, name))
	if err != nil && !os.IsNotExist(err) {
		f.t.Fatal(err)
	}
	return string(data)
}

// waitForCall waits until a call that begins with want was made.
func (f *fakeSlurm) waitForCall(want string) {
	for begun := time.Now(); !pace.Over(begun, pace.Limit(20*time.Second)); time.Sleep(10 * time.Millisecond) {
		if strings.Contains("\n"+f.read("calls"), "\n"+want) {
			return
		}
	}
	f.t.Errorf("no call %q, but %q", want, f.read("calls"))
}
