// Package reexec starts the program again in another role: a site needs several processes
// (its guardian, the first process of each host), and the binary that asked for the site, a
// test or a command, has their code.
package reexec

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// prefix marks the first word of a role's arguments, which ps shows.
const prefix = "sunpyter-site:"

// Command is this same program in a role. The caller may set the rest of the
// command before it starts it.
func Command(role string, args ...string) *exec.Cmd {
	return &exec.Cmd{Path: "/proc/self/exe", Args: append([]string{prefix + role}, args...)}
}

// IsRole reports whether a process was started in a role, this one among them.
func IsRole(pid int) bool {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	return err == nil && strings.HasPrefix(string(line), prefix)
}

// Dispatch runs the one of the roles that this process was started in, and exits; it
// returns at once in an ordinary start of the program.
func Dispatch(roles map[string]func(args []string) error) {
	role, ours := strings.CutPrefix(os.Args[0], prefix)
	if !ours {
		return
	}
	run := roles[role]
	if run == nil {
		fmt.Fprintf(os.Stderr, "no role %q\n", role)
		os.Exit(2)
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
