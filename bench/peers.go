package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// peers are OpenSSH's programs and rsync, over a connection that is open already, as ours is.
type peers struct {
	lab    *lab
	master *exec.Cmd
	socket string
}

// peers opens the connection.
func (l *lab) peers(ctx context.Context) (*peers, error) {
	p := &peers{lab: l, socket: filepath.Join(l.dir, "master")}
	_ = os.Remove(p.socket)
	p.master = exec.CommandContext(ctx, "ssh", "-F", l.site.SSHConfig(), "-M", "-S", p.socket, "-N", "alice@login")
	p.master.Stderr = os.Stderr
	if err := p.master.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(p.socket); err == nil {
			return p, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			p.close()
			return nil, fmt.Errorf("ssh -M made no connection")
		}
	}
}

func (p *peers) close() {
	_ = p.master.Process.Kill()
	_ = p.master.Wait()
}

// options are those of ssh and of programs like it.
func (p *peers) options() []string {
	return []string{"-F", p.lab.site.SSHConfig(), "-o", "ControlPath=" + p.socket}
}

// scp copies files, as scp's last arguments say.
func (p *peers) scp(ctx context.Context, args ...string) (time.Duration, error) {
	return timed(ctx, "", "scp", append(append(p.options(), "-q"), args...)...)
}

// sftp runs commands in sftp.
func (p *peers) sftp(ctx context.Context, commands ...string) (time.Duration, error) {
	return timed(ctx, strings.Join(commands, "\n")+"\n", "sftp", append(p.options(), "-q", "-b", "-", "alice@login")...)
}

// rsync runs rsync -az.
func (p *peers) rsync(ctx context.Context, args ...string) (time.Duration, error) {
	return timed(ctx, "", "rsync", append([]string{"-az", "-e", "ssh " + strings.Join(p.options(), " ")}, args...)...)
}

// timed runs a program.
func timed(ctx context.Context, input, name string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(input)
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return time.Since(begun), nil
}
