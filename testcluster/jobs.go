package testcluster

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
)

// Job is a job in the queue, as squeue prints it.
type Job struct {
	// ID, Name, User, Partition, Nodes and Comment are squeue's %i, %j, %u, %P, %N and %k.
	ID, Name, User, Partition, Nodes, Comment string
	// State is the long form, as "RUNNING"; Reason is why it is in it.
	State, Reason string
}

// Jobs returns the user's jobs that are in the queue, without finished ones; of
// all users if user is "". It runs on ctl, as root, so no call is counted.
func (s *Site) Jobs(user string) ([]Job, error) {
	args := []string{"-h", "-o", "%i\x1f%j\x1f%u\x1f%P\x1f%N\x1f%T\x1f%r\x1f%k"}
	if user != "" {
		args = append(args, "-u", user)
	}
	out, err := s.exec("ctl", "root", "squeue", args...)
	if err != nil {
		return nil, err
	}
	var jobs []Job
	for line := range strings.Lines(out) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\x1f")
		if len(f) != 8 {
			return nil, fmt.Errorf("squeue says %q", line)
		}
		jobs = append(jobs, Job{ID: f[0], Name: f[1], User: f[2], Partition: f[3], Nodes: f[4], State: f[5], Reason: f[6], Comment: f[7]})
	}
	return jobs, nil
}

// AwaitIdle waits until the queue is empty, for at most d on an idle machine.
func (s *Site) AwaitIdle(d time.Duration) error {
	return pace.Await(d, 20*time.Millisecond, func() error {
		jobs, err := s.Jobs("")
		if len(jobs) > 0 {
			return fmt.Errorf("the queue has not become empty: %+v", jobs)
		}
		return err
	})
}

// CancelAll cancels every job and waits until the queue is empty.
func (s *Site) CancelAll(t testing.TB) {
	t.Helper()
	for _, u := range []string{"alice", "bob"} {
		s.MustExec(t, "ctl", "root", "scancel", "-u", u)
	}
	if err := s.AwaitIdle(3 * time.Minute); err != nil {
		t.Fatal(err)
	}
}
