package testcluster

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Call is one call of a Slurm command on login.
type Call struct {
	// Time is when the call was made, to 10 ms.
	Time time.Time
	// User is the caller, by $LOGNAME.
	User string
	// Command is the command's name, and Args are its arguments.
	Command string
	Args    []string
}

// String returns the call as typed.
func (c Call) String() string { return strings.Join(append([]string{c.Command}, c.Args...), " ") }

// Calls returns the calls since the site's start or ResetCalls, in their order.
// It needs Options.CountCalls.
func (s *Site) Calls() ([]Call, error) {
	if !s.plan.CountCalls {
		return nil, errors.New("this site does not count calls: see Options.CountCalls")
	}
	data, err := os.ReadFile(s.plan.CallsFile())
	if err != nil {
		return nil, err
	}
	booted, err := bootTime()
	if err != nil {
		return nil, err
	}
	return parseCalls(data, booted)
}

// parseCalls reads the log that the wrappers write: each call is uptime, user,
// number of arguments, command and the arguments, each ended by a NUL.
func parseCalls(data []byte, booted time.Time) ([]Call, error) {
	words := strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
	if len(data) == 0 {
		return nil, nil
	}
	var calls []Call
	for len(words) > 0 {
		if len(words) < 4 {
			return nil, fmt.Errorf("call log ends in %q", words)
		}
		up, err1 := strconv.ParseFloat(words[0], 64)
		n, err2 := strconv.Atoi(words[2])
		if err := errors.Join(err1, err2); err != nil || n < 0 || len(words) < 4+n {
			return nil, fmt.Errorf("call log: %q", words)
		}
		calls = append(calls, Call{Time: booted.Add(time.Duration(up * float64(time.Second))), User: words[1], Command: words[3], Args: words[4 : 4+n]})
		words = words[4+n:]
	}
	return calls, nil
}

// bootTime returns when this machine's uptime was 0.
func bootTime() (time.Time, error) {
	data, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return time.Time{}, err
	}
	up, err := strconv.ParseFloat(strings.Fields(string(data))[0], 64)
	return time.Now().Add(-time.Duration(up * float64(time.Second))), err
}

// ResetCalls discards the calls so far.
func (s *Site) ResetCalls() error { return os.Truncate(s.plan.CallsFile(), 0) }

// rpcLine is a line of sdiag's statistics by user: "alice (61001) count:12 ave_time:...".
var rpcLine = regexp.MustCompile(`^\s*(\S+)\s*\(\s*\d+\)\s*count:(\d+)`)

// RPCs returns how many calls slurmctld has had from the user, by sdiag, since its
// start or ResetRPCs. A command may make several.
func (s *Site) RPCs(user string) (int, error) {
	out, err := s.execAsRoot("ctl", "sdiag")
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
	_, err := s.execAsRoot("ctl", "sdiag", "--reset")
	return err
}
