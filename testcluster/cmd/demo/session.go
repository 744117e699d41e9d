//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// session is a run of `sunpyter start --json`.
type session struct {
	cmd    *exec.Cmd
	events chan event // closed when it writes no more
	ready  event
	jobID  string
}

// event is a line of `sunpyter start --json`.
type event struct {
	Event    string             `json:"event"`
	Session  protocol.Session   `json:"session"`
	URL      string             `json:"url"`
	Token    string             `json:"token"`
	Link     string             `json:"link"`
	Released []protocol.Release `json:"released"`
}

// startSession starts sunpyter on the laptop, with its own state directory. Its messages for the user go to stderr.
func startSession(ctx context.Context, site *testcluster.Site, program, state string) (*session, error) {
	cmd := site.LaptopCommand(context.WithoutCancel(ctx), program, "start", "alice@login", "--ssh-config", site.SSHConfig(),
		"--json", "--no-browser")
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "SUNPYTER_STATE="+state, "SUNPYTER_SHARE_LOGIN=false") // the demo leaves no process behind
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}                                 // the terminal's Ctrl+C is for the demo, which releases
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &session{cmd: cmd, events: make(chan event, 1024)}
	go func() {
		defer close(s.events)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e event
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				s.events <- e
			}
		}
	}()
	return s, nil
}

// next returns the next event, until limit.
func (s *session) next(ctx context.Context, limit <-chan time.Time) (event, error) {
	select {
	case e, ok := <-s.events:
		if !ok {
			return e, errors.New("sunpyter has ended")
		}
		if e.Session.JobID != "" {
			s.jobID = e.Session.JobID
		}
		return e, nil
	case <-ctx.Done():
		return event{}, ctx.Err()
	case <-limit:
		return event{}, errors.New("sunpyter has said nothing for a minute")
	}
}

func (s *session) awaitReady(ctx context.Context) error {
	for {
		e, err := s.next(ctx, time.After(time.Minute))
		if err != nil {
			return fmt.Errorf("waiting for the kernel: %w", err)
		}
		if e.Event == "ready" {
			s.ready = e
			fmt.Printf("ready: job %s on %s of %s, for %s\n", s.jobID, e.Session.Node, e.Session.Title, units.Duration(time.Duration(e.Session.TimeLimitSeconds)*time.Second))
			return nil
		}
	}
}

// release interrupts sunpyter, as Ctrl+C does, and waits until it has ended
// and the job has left the queue.
func (s *session) release(site *testcluster.Site) error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	deadline := time.AfterFunc(2*time.Minute, func() { _ = s.cmd.Process.Kill() })
	defer deadline.Stop()
	var released []string
	for e := range s.events {
		for _, r := range e.Released {
			released = append(released, r.JobID)
		}
	}
	_ = s.cmd.Wait() // interrupted: the status does not matter
	if s.jobID == "" {
		return nil // there never was a job
	}
	if len(released) == 0 {
		return fmt.Errorf("sunpyter does not say that job %s is released", s.jobID)
	}
	if err := site.AwaitIdle(time.Minute); err != nil {
		return err
	}
	for _, job := range released {
		fmt.Printf("released: job %s\n", job)
	}
	return nil
}
