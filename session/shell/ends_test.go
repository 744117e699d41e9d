//go:build linux

package shell

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// running reports whether there is a process with this number.
func running(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// TestShellLeavesNothing: closed, or left alone for its time, a shell ends with what runs
// in it, and one that was left is known to be lost.
func TestShellLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]Request{
		"terminal": {TTY: true},
		"command":  {Command: []string{"sh", "-c", "echo $$ >pid; exec sleep 1000"}},
	} {
		for _, how := range []string{"closed", "left"} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				h := startHost(t)
				r := &recorder{}
				req := row
				req.Output = r.take
				s := h.open(req, time.Second)
				if row.TTY {
					h.send(s, "sh -c 'echo $$ >pid; exec sleep 1000'\n")
				}
				var pid string
				h.eventually("ran", func() bool {
					text, _ := os.ReadFile(h.private + "/pid")
					var written bool // the file exists before the number is in it
					pid, written = strings.CutSuffix(string(text), "\n")
					return written
				})
				if how == "closed" {
					s.Close()
				} else {
					h.cut(true)
				}
				h.eventually("ended", func() bool { return !running(pid) })
				if how == "left" {
					h.eventually("left its socket", func() bool {
						_, err := os.Stat(Socket(h.private, s.id))
						return errors.Is(err, os.ErrNotExist)
					})
					h.cut(false)
					<-s.Done()
					if _, err := s.Result(); fault.CodeOf(err) != fault.ShellLost {
						t.Errorf("it ended with %v", err)
					}
				}
			})
		}
	}
}
