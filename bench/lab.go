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

	"github.com/sa2c/sunpyter/testcluster"
)

// oneWay are the link's delays that are measured, in one direction.
var oneWay = []time.Duration{0, 25 * time.Millisecond}

// roundTrip returns how the table names a delay.
func roundTrip(delay time.Duration) string { return fmt.Sprintf("%d ms", (2 * delay).Milliseconds()) }

// lab is the site and the program that is measured on it.
type lab struct {
	settings
	site *testcluster.Site
	dir  string // for files on the laptop
}

// returned is where the wrapper of sbatch writes the time of its return, on login.
const returned = "/var/log/sbatch-returned"

// stampingSbatch is sbatch that notes when it has answered, in microseconds.
const stampingSbatch = `#!/bin/bash
/usr/bin/sbatch-itself "$@"
status=$?
printf '%s\n' "${EPOCHREALTIME/./}" >>` + returned + `
exit $status
`

func openLab(ctx context.Context, s settings) (*lab, error) {
	site, err := testcluster.Open(testcluster.Options{CountCalls: true})
	if err != nil {
		return nil, err
	}
	l := &lab{settings: s, site: site}
	if l.binary, err = filepath.Abs(s.binary); err == nil {
		l.dir, err = os.MkdirTemp("", "sunpyter-bench-*")
	}
	if err == nil {
		_, err = site.Exec(ctx, "login", "root", "mv", "/usr/bin/sbatch", "/usr/bin/sbatch-itself")
	}
	if err == nil {
		err = site.WriteFile("login", "/usr/bin/sbatch", 0o755, stampingSbatch)
	}
	if err == nil {
		err = site.WriteFile("login", returned, 0o666, "")
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *lab) close() {
	_ = os.RemoveAll(l.dir)
	if err := l.site.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: stopping the site:", err)
	}
}

// submitted returns when sbatch last returned on login.
func (l *lab) submitted() (time.Time, error) {
	data, err := l.site.ReadFile("login", returned)
	if err != nil {
		return time.Time{}, err
	}
	words := strings.Fields(string(data))
	if len(words) == 0 {
		return time.Time{}, errors.New("sbatch was not called")
	}
	us, err := strconv.ParseInt(words[len(words)-1], 10, 64)
	return time.UnixMicro(us), err
}

// atDelays runs measure at each delay of the link.
func (l *lab) atDelays(measure func(delay time.Duration) error) error {
	for _, delay := range oneWay {
		if err := l.delayed(delay, func() error { return measure(delay) }); err != nil {
			return err
		}
	}
	return nil
}

// delayed runs measure with the link delayed, and ends the delay.
func (l *lab) delayed(delay time.Duration, measure func() error) error {
	if err := l.site.SetDelay(delay); err != nil {
		return err
	}
	return errors.Join(measure(), l.site.SetDelay(0))
}
