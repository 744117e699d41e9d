package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The limits of what the program needs.
const (
	residentLimit   = 25.0             // MiB
	binaryLimit     = 20.0             // MiB
	idleLimit       = idleWatch / 1000 // of processor time: 0.1 % of a core, the least that top shows
	idleWatch       = 20 * time.Second
	initializeLimit = 20 * time.Millisecond
	initializes     = 20
)

// measureFootprint measures what one session costs where it should cost little.
func measureFootprint(ctx context.Context, l *lab, r *report) error {
	info, err := os.Stat(l.binary)
	if err != nil {
		return err
	}
	size := float64(info.Size()) / (1 << 20)
	r.add(row{what: "size of the program", figure: size, limit: binaryLimit, format: "%.1f MiB"})
	if err := l.measureInitialize(ctx, r); err != nil {
		return err
	}
	return l.running(ctx, func(p *program, _ event) error {
		if err := pause(ctx, 2*time.Second); err != nil { // the start has ended by then
			return err
		}
		if err := l.loginProcesses(r); err != nil {
			return err
		}
		return l.idleServer(ctx, r, p)
	})
}

// loginProcesses lists the user's processes on the login node.
func (l *lab) loginProcesses(r *report) error {
	processes, err := l.site.Processes("login", "alice")
	if err != nil {
		return err
	}
	var names []string
	others := 0
	for _, p := range processes {
		name, _, _ := strings.Cut(p.Command(), "\n")   // a script may be an argument
		names = append(names, strings.TrimSpace(name)) // sshd leaves blanks behind a shorter title
		if !strings.HasPrefix(p.Args[0], "sshd:") {
			others++
		}
	}
	r.add(row{what: "the user's processes on the login node while running, except sshd's own",
		figure: float64(others), format: "%.0f", comparison: "all: " + strings.Join(names, "; ")})
	return nil
}

// idleServer measures the memory and processor time of an idle server with one session.
func (l *lab) idleServer(ctx context.Context, r *report, p *program) error {
	pid, err := childOf(p.cmd.Process.Pid)
	if err != nil {
		return err
	}
	before, err := processorTime(pid)
	if err != nil {
		return err
	}
	if err := pause(ctx, idleWatch); err != nil {
		return err
	}
	after, err := processorTime(pid)
	if err != nil {
		return err
	}
	used := after - before
	resident, peak, err := memory(pid)
	if err != nil {
		return err
	}
	r.add(row{what: "memory of `sunpyter serve` with one idle session",
		figure: resident, limit: residentLimit, format: "%.1f MiB",
		comparison: fmt.Sprintf("at most, since its start: %.1f MiB", peak)})
	r.add(row{what: fmt.Sprintf("its processor time in %.0f s idle", idleWatch.Seconds()),
		figure: milliseconds(used), limit: milliseconds(idleLimit), format: "%.1f ms",
		bound: fmt.Sprintf("%.0f ms: 0.1 %% of a core, the least that top shows", milliseconds(idleLimit))})
	return nil
}

// measureInitialize starts servers and waits for their first response.
func (l *lab) measureInitialize(ctx context.Context, r *report) error {
	var s sample
	for range initializes {
		begun := time.Now()
		server, err := l.serve(ctx)
		if err != nil {
			return err
		}
		s = append(s, time.Since(begun))
		server.stop()
	}
	r.add(row{what: fmt.Sprintf("start of `sunpyter serve` to its answer to `initialize`, median of %d", initializes),
		figure: milliseconds(s.median()), limit: milliseconds(initializeLimit), format: "%.1f ms",
		measured: fmt.Sprintf("%.1f ms (%.1f)", milliseconds(s.median()), milliseconds(s.worst()))})
	return nil
}

// childOf returns the first child of a process, whichever of its threads started it.
func childOf(pid int) (int, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		if words := strings.Fields(string(data)); len(words) > 0 {
			return strconv.Atoi(words[0])
		}
	}
	return 0, errors.Join(errors.New("the program has no server"), err)
}

// processorTime returns what a process has used so far, by the scheduler's own exact count.
func processorTime(pid int) (total time.Duration, err error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(files) == 0 {
		return 0, errors.Join(fmt.Errorf("process %d has no statistics", pid), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		var ns int64
		if _, scanErr := fmt.Sscan(string(data), &ns); errors.Join(err, scanErr) != nil {
			return 0, errors.Join(err, scanErr)
		}
		total += time.Duration(ns)
	}
	return total, nil
}

// memory returns what a process has in memory now and had at most, in MiB.
func memory(pid int) (resident, peak float64, err error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(data)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kib); n == 1 {
			resident = kib / 1024
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			peak = kib / 1024
		}
	}
	return resident, peak, nil
}
