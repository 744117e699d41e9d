//go:build unix

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// binary builds the program once for all tests of this process. Its shortest
// grace is shortGrace, so that they need not wait for a minute. It has the race
// detector where there is a C compiler, which that needs.
var binary = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs("../bin/sunpyter-e2e")
	if err != nil {
		return "", err
	}
	race := "-race=true"
	if _, err := exec.LookPath("gcc"); err != nil {
		race = "-race=false"
	}
	out, err := exec.Command("go", "build", race, "-ldflags=-X github.com/sa2c/sunpyter/profile.shortest="+shortGrace.String(),
		"-o", path, "github.com/sa2c/sunpyter/cmd/sunpyter").CombinedOutput()
	if err != nil {
		err = &exec.Error{Name: "go build: " + string(out), Err: err}
	}
	return path, err
})

// program is `sunpyter start --json` as a user runs it, with its server.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	kept *laptop // its laptop with a shared login; nil: it has its own login

	mu      sync.Mutex
	changed chan struct{}
	events  []event
	stderr  bytes.Buffer
	done    chan struct{} // closed when it has ended
}

// event is a line of `sunpyter start --json`.
type event struct {
	Event    string             `json:"event"`
	Session  protocol.Session   `json:"session"`
	URL      string             `json:"url"`
	Token    string             `json:"token"`
	Link     string             `json:"link"`
	Released []protocol.Release `json:"released"`
	Error    *protocol.Problem  `json:"error"`
}

// run starts the program; whatever is left of it is killed with the test.
func run(t *testing.T, site *testcluster.Site, args ...string) *program {
	t.Helper()
	return runWith(t, site, nil, args...)
}

// runWith is run with more in the program's environment.
func runWith(t *testing.T, site *testcluster.Site, environ []string, args ...string) *program {
	t.Helper()
	p := runAtTerminal(t, site, append([]string{"start", "alice@login", "--json", "--no-browser"}, args...)...)
	p.cmd.Env = append(p.cmd.Env, environ...)
	p.startCommand()
	return p
}

// startCommand starts the program and reads its events.
func (p *program) startCommand() {
	p.t.Helper()
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var e event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				p.t.Errorf("on stdout: %q", lines.Text())
			}
			p.mu.Lock()
			p.events = append(p.events, e)
			close(p.changed)
			p.changed = make(chan struct{})
			p.mu.Unlock()
		}
		_ = p.cmd.Wait()
	}()
	p.t.Cleanup(func() { p.killAll(); <-p.done })
}

// runAtTerminal returns the program on the site's laptop, not started: its method terminal
// runs other commands.
func runAtTerminal(t *testing.T, site *testcluster.Site, args ...string) *program {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, changed: make(chan struct{}), done: make(chan struct{})}
	p.cmd = exec.Command(path, args...)
	p.cmd.Env = append(os.Environ(), "SUNPYTER_SSH_CONFIG="+site.SSHConfig(), "SUNPYTER_STATE="+t.TempDir(), "SUNPYTER_CONFIG="+os.DevNull,
		"GORACE=atexit_sleep_ms=0") // else each process of a race build sleeps for a second at its end
	if sharesLogin(t) {
		p.kept = laptopWithDaemon(t, site)
		p.cmd.Env = append(p.cmd.Env, "SUNPYTER_SHARE_LOGIN=true", "XDG_RUNTIME_DIR="+p.kept.run)
	}
	return p
}

// await waits for an event; ok is false when the program ended first.
func (p *program) await(want func(event) bool) (e event, ok bool) {
	p.t.Helper()
	deadline := time.After(2 * waitLimit)
	seen := 0
	for {
		p.mu.Lock()
		for ; seen < len(p.events); seen++ {
			if want(p.events[seen]) {
				e = p.events[seen]
				p.mu.Unlock()
				return e, true
			}
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-p.done:
			p.mu.Lock()
			more := seen < len(p.events)
			p.mu.Unlock()
			if !more {
				return event{}, false
			}
		case <-deadline:
			p.t.Fatalf("the program did not get there; events: %s\n%s", p.output(), p.stderr.String())
		}
	}
}

func (p *program) ready() event {
	p.t.Helper()
	e, ok := p.await(func(e event) bool { return e.Event == "ready" })
	if !ok {
		p.t.Fatalf("ended before it was ready: %s\n%s", p.output(), p.stderr.String())
	}
	return e
}

// output returns the program's output, with its error.
func (p *program) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	text, _ := json.Marshal(p.events)
	return string(text)
}

// server returns the process id of the program's server; 0: it has none (any more).
func (p *program) server() int {
	out, _ := exec.Command("pgrep", "-P", strconv.Itoa(p.cmd.Process.Pid)).Output()
	var pid int
	_, _ = fmt.Sscan(string(out), &pid)
	return pid
}

// signalServer sends its server a signal; to the process 0 it would go to this test itself.
func (p *program) signalServer(s syscall.Signal) error {
	if server := p.server(); server > 0 {
		return syscall.Kill(server, s)
	}
	return os.ErrProcessDone
}

// processes returns the program, its server, and the connection daemon if its login is shared.
func (p *program) processes() []int {
	p.t.Helper()
	server := p.server()
	if server == 0 {
		p.t.Fatal("the program has no server")
	}
	all := []int{p.cmd.Process.Pid, server}
	if p.kept != nil {
		all = append(all, p.kept.daemons()...)
	}
	return all
}

// killAll kills the program and its server with -9, as when a laptop dies. It stops the server
// first, which might otherwise see the end of its input and release the job.
func (p *program) killAll() {
	server := p.server()
	if server > 0 {
		_ = syscall.Kill(server, syscall.SIGSTOP)
	}
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	if server > 0 {
		_ = syscall.Kill(server, syscall.SIGKILL)
	}
}

// wait waits for the end and returns the exit code.
func (p *program) wait(limit time.Duration) int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(limit):
		p.t.Fatalf("still runs after %v\n%s", limit, p.stderr.String())
	}
	return p.cmd.ProcessState.ExitCode()
}
