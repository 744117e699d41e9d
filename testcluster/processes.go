package testcluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/testcluster/internal/plan"
)

// Process is a process inside a host.
type Process struct {
	// PID is its id on this machine.
	PID int
	// Args are its arguments.
	Args []string
	// Environ is its environment, as KEY=VALUE.
	Environ []string
}

// Command returns the arguments, joined by spaces.
func (p Process) Command() string { return strings.Join(p.Args, " ") }

// Processes returns the user's running processes inside a host; none if the host is down.
func (s *Site) Processes(host, user string) ([]Process, error) {
	st, err := s.Status()
	if err != nil {
		return nil, err
	}
	uid, err := userID(user)
	if err != nil || st.Hosts[host] == 0 {
		return nil, err
	}
	var found []Process
	for _, pid := range descendants(st.Hosts[host]) {
		dir := fmt.Sprintf("/proc/%d", pid)
		status, err := os.ReadFile(filepath.Join(dir, "status"))
		if err != nil || !hasUID(string(status), uid) {
			continue // ended meanwhile, or another's
		}
		cmdline, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		environ, _ := os.ReadFile(filepath.Join(dir, "environ"))
		if args := nulWords(cmdline); len(args) > 0 { // one that has ended has none
			if rest, ok := strings.CutPrefix(args[0], "sshd-session: "); ok { // OpenSSH 9.8 and newer
				args[0] = "sshd: " + rest
			}
			found = append(found, Process{PID: pid, Args: args, Environ: nulWords(environ)})
		}
	}
	return found, nil
}

func userID(name string) (int, error) {
	if name == "root" {
		return 0, nil
	}
	for _, u := range plan.Users {
		if u.Name == name {
			return u.ID, nil
		}
	}
	return 0, fmt.Errorf("no user %q", name)
}

func hasUID(status string, uid int) bool {
	for line := range strings.Lines(status) {
		if f := strings.Fields(line); len(f) > 2 && f[0] == "Uid:" {
			return f[2] == strconv.Itoa(uid) // the effective one
		}
	}
	return false
}

// nulWords returns the words of a text in which each is ended by a NUL.
func nulWords(data []byte) []string {
	if len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
}

// children returns the processes that pid started or adopted.
func children(pid int) []int {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var pids []int
	for _, f := range files {
		data, _ := os.ReadFile(f)
		for _, word := range strings.Fields(string(data)) {
			if n, err := strconv.Atoi(word); err == nil {
				pids = append(pids, n)
			}
		}
	}
	return pids
}

// descendants returns the children of pid, theirs, and so on. A process that
// entered the host from outside (Site.Exec) is not among them.
func descendants(pid int) []int {
	var all []int
	for _, c := range children(pid) {
		all = append(append(all, c), descendants(c)...)
	}
	return all
}
