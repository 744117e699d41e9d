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
	socket string
	close  func()
}

// peers opens the connection.
func (l *lab) peers(ctx context.Context) (*peers, error) {
	p := &peers{lab: l, socket: filepath.Join(l.dir, "master")}
	_ = os.Remove(p.socket)
	connected := func() error { _, err := os.Stat(p.socket); return err }
	var err error
	p.close, err = l.ssh(ctx, connected, "-M", "-S", p.socket, "-N", "alice@login")
	return p, err
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
