package testcluster

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Call is one call of a Slurm command on login.
type Call struct {
	// User is the caller, by $LOGNAME.
	User string
	// Command is the command's name, and Args are its arguments.
	Command string
	Args    []string
}

// String returns the call as typed.
func (c Call) String() string { return strings.Join(append([]string{c.Command}, c.Args...), " ") }

// Calls returns the calls since the site's start or ResetCalls, in their order.
// It needs Options.CountCalls, and reads the log that the wrappers write: each call is user,
// number of arguments, command and the arguments, each ended by a NUL.
func (s *Site) Calls() (calls []Call, err error) {
	if !s.plan.CountCalls {
		return nil, errors.New("this site does not count calls: see Options.CountCalls")
	}
	data, err := os.ReadFile(s.plan.CallsFile())
	if err != nil {
		return nil, err
	}
	for words := nulWords(data); len(words) > 0; {
		if len(words) < 3 {
			return nil, fmt.Errorf("call log ends in %q", words)
		}
		n, err := strconv.Atoi(words[1])
		if err != nil || n < 0 || len(words) < 3+n {
			return nil, fmt.Errorf("call log: %q", words)
		}
		calls = append(calls, Call{User: words[0], Command: words[2], Args: words[3 : 3+n]})
		words = words[3+n:]
	}
	return calls, nil
}

// ResetCalls discards the calls so far.
func (s *Site) ResetCalls() error { return os.Truncate(s.plan.CallsFile(), 0) }

// rpcLine is a line of sdiag's statistics by user: "alice (61001) count:12 ave_time:...".
var rpcLine = regexp.MustCompile(`^\s*(\S+)\s*\(\s*\d+\)\s*count:(\d+)`)

// RPCs returns how many calls slurmctld has had from the user, by sdiag, since its
// start or ResetRPCs. A command may make several.
func (s *Site) RPCs(user string) (int, error) {
	out, err := s.exec("ctl", "root", "sdiag")
	if err != nil {
		return 0, err
	}
	_, byUser, found := strings.Cut(out, "Remote Procedure Call statistics by user")
	if !found {
		return 0, fmt.Errorf("sdiag has no statistics by user: %s", out)
	}
	for line := range strings.Lines(byUser) {
		if m := rpcLine.FindStringSubmatch(line); m != nil && m[1] == user {
			return strconv.Atoi(m[2])
		}
	}
	return 0, nil
}

// ResetRPCs sets slurmctld's statistics to 0.
func (s *Site) ResetRPCs() error {
	_, err := s.exec("ctl", "root", "sdiag", "--reset")
	return err
}
