package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
)

//go:embed shell.sh
var shellScript string

// shellShare is the most that a start may take of the shell-based Sunpyter's time.
const shellShare = 3

// shellStarts compares whole, our starts from beginning to end, with the shell
// Sunpyter's.
func (l *lab) shellStarts(ctx context.Context, r *report, delay time.Duration, whole sample) error {
	var shell sample
	for range min(l.runs, 3) { // it takes long, and varies with its own sleeps
		d, err := l.shellOnce(ctx)
		if err != nil {
			return fmt.Errorf("the shell Sunpyter: %w", err)
		}
		shell = append(shell, d)
	}
	r.seconds("start to `/api/status` through the tunnel, in all", delay, whole, shell.median()/shellShare,
		"the shell Sunpyter, of which a third is the limit: "+shell.String())
	return nil
}

// shellOnce returns one start of its.
func (l *lab) shellOnce(ctx context.Context) (took time.Duration, err error) {
	if err := l.site.AwaitIdle(time.Minute); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", shellScript, "bash", l.site.SSHConfig(), l.dir)
	var said bytes.Buffer
	cmd.Stderr = &said
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return 0, err
	}
	cmd.WaitDelay = time.Second
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		in.Close()
		_ = cmd.Wait()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	words := strings.Fields(line)
	if err != nil || len(words) != 2 {
		return 0, fmt.Errorf("it said %q, %v: %s", line, err, said.Bytes())
	}
	client := &jupyter.Client{URL: words[0], Token: words[1]}
	if err := client.Do(ctx, http.MethodGet, "api/status", nil, nil); err != nil {
		return 0, err
	}
	return time.Since(begun), nil
}
