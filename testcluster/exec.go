package testcluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
)

// LaptopCommand returns a command on the laptop. For a process that is itself on
// it (see Main) it is just that command.
func (s *Site) LaptopCommand(ctx context.Context, name string, args ...string) *exec.Cmd {
	ours, err1 := os.Readlink("/proc/self/ns/net")
	laptop, err2 := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", s.guardian))
	if err1 == nil && err2 == nil && ours == laptop {
		return exec.CommandContext(ctx, name, args...)
	}
	return exec.CommandContext(ctx, "nsenter", append([]string{"-t", strconv.Itoa(s.guardian), "-n", "--", name}, args...)...)
}

// Command returns a command inside a host as a user, in a session without a
// terminal, in the user's home, with the environment that sshd sets.
func (s *Site) Command(ctx context.Context, host, user, name string, args ...string) (*exec.Cmd, error) {
	pid, err := s.hostPid(host)
	if err != nil {
		return nil, err
	}
	const path = "PATH=/usr/local/bin:/usr/bin:/bin:/usr/games"
	enter := []string{"-t", strconv.Itoa(pid), "-m", "-u", "-i", "-n", "-p", "-C"}
	if user == "root" {
		enter = append(enter, "--", "env", "-i", "-C", "/", "HOME=/root", "USER=root", "LOGNAME=root", path+":/usr/sbin:/sbin:/opt/slurm/bin", name)
	} else {
		enter = append(enter, "--", "setpriv", "--reuid="+user, "--regid="+user, "--init-groups",
			"env", "-i", "-C", "/home/"+user, "HOME=/home/"+user, "USER="+user, "LOGNAME="+user, path, name)
	}
	return exec.CommandContext(ctx, "nsenter", append(enter, args...)...), nil
}

// Exec runs a command inside a host as a user ("root", "alice", "bob") and
// returns its standard output. An error has what it wrote to standard error.
func (s *Site) Exec(ctx context.Context, host, user, name string, args ...string) (string, error) {
	cmd, err := s.Command(ctx, host, user, name, args...)
	if err != nil {
		return "", err
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("on %s as %s: %s %q: %w: %s", host, user, name, args, err, stderr.Bytes())
	}
	return stdout.String(), nil
}

// exec is Exec for a command that takes no more than two minutes on an idle machine.
func (s *Site) exec(host, user, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pace.Limit(2*time.Minute))
	defer cancel()
	return s.Exec(ctx, host, user, name, args...)
}

// MustExec is Exec for a test, which fails if the command does.
func (s *Site) MustExec(t testing.TB, host, user, name string, args ...string) string {
	t.Helper()
	out, err := s.exec(host, user, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// hostPid returns the first process of a host, as this machine counts.
func (s *Site) hostPid(host string) (int, error) {
	st, err := s.Status()
	if err != nil {
		return 0, err
	}
	pid := st.Hosts[host]
	if pid == 0 {
		return 0, fmt.Errorf("no host %q is up", host)
	}
	return pid, nil
}

// Path returns the path on this machine of a file inside a host, for reading and
// writing as root. It is valid until the host crashes or the site stops;
// absolute symbolic links on the way are not resolved in the host.
func (s *Site) Path(host, file string) (string, error) {
	pid, err := s.hostPid(host)
	return fmt.Sprintf("/proc/%d/root%s", pid, file), err
}
