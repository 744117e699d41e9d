//go:build unix

package e2e

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestHostileSlurm: Slurm's commands return garbage, endless output, a line
// of a gigabyte, or nothing. Memory stays bounded, the user reads an error that
// has a code or gets a kernel nevertheless, and the server continues.
func TestHostileSlurm(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	const most = 300 << 10 // KiB; the race detector needs most of it
	for _, command := range usual(t, 1, []string{"scontrol", "sbatch"}) {
		for _, answer := range []struct{ name, script string }{
			{"garbage", "head -c 100000 /dev/urandom; exit 0"},
			{"endless", "exec yes 'PartitionName=x'"},
			{"a line of 1 GB", "exec head -c 1000000000 /dev/zero"},
			{"none", "exec sleep 1000"},
		} {
			t.Run(command+", "+answer.name, func(t *testing.T) {
				if answer.name == "none" || answer.name == "endless" {
					requireFaults(t, "patience with Slurm is a minute")
				}
				program := "/usr/local/bin/" + command
				must(t, site.WriteFile("login", program, 0o755, fmt.Sprintf("#!/bin/sh\n[ \"$1\" = --version ] && exec /usr/bin/%s --version\n%s\n", command, answer.script)))
				p := run(t, site)
				begun := time.Now()
				e, ok := p.await(func(e event) bool {
					if n := p.memoryMiB(); n > most {
						t.Errorf("the server has needed %d KiB", n)
					}
					return e.Event == "error" || e.Event == "ready"
				})
				if ok && e.Event == "ready" { // partitions that cannot be parsed are ignored
					measure(t, "a kernel after", "%s", seconds(time.Since(begun)))
					p.interrupt()
					must(t, site.RemoveFile("login", program))
					nothingLeft(t, site)
					return
				}
				if !ok || e.Error.Code == "" || e.Error.Code == string(fault.Internal) || e.Error.Advice == "" {
					t.Errorf("reported %+v\n%s", e.Error, p.stderr.String())
				} else {
					t.Logf("%s: %s", e.Error.Code, e.Error.Message)
				}
				measure(t, "reported after", "%s", seconds(time.Since(begun)))
				p.wait(2 * waitLimit)
				must(t, site.RemoveFile("login", program))
				site.MustExec(t, "login", "root", "sh", "-c", "pkill -KILL -u alice; true")
				nothingLeft(t, site)
			})
		}
	}
	w := openWindow(t, site)
	checkAnswers(t, w.start(protocol.KernelRequest{}))
	w.stopAll()
	nothingLeft(t, site)
}

var peak = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// memoryMiB returns the most that the program's server has needed so far, in KiB; 0: it has ended.
func (p *program) memoryMiB() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.server()))
	if err != nil {
		return 0
	}
	found := peak.FindSubmatch(status)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(found[1]))
	return n
}
