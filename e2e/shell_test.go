//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// remoteShell is a shell of a window, with all that it has printed.
type remoteShell struct {
	w   *window
	id  string
	key string // returns to it after a reload

	mu             sync.Mutex // guards the fields below
	stdout, stderr bytes.Buffer
	ended          *protocol.ShellDidEndParams
}

// shellsOf are the shells of all windows, by their ids.
var shellsOf sync.Map

// handleShell takes in what the server reports of a shell.
func handleShell(t *testing.T, method string, raw json.RawMessage) {
	var id struct {
		ShellID string `json:"shellId"`
	}
	if err := json.Unmarshal(raw, &id); err != nil {
		t.Errorf("%s: %v", method, err)
	}
	value, ok := shellsOf.Load(id.ShellID)
	if !ok {
		t.Errorf("%s of an unknown shell", method)
		return
	}
	s := value.(*remoteShell)
	s.mu.Lock()
	defer s.mu.Unlock()
	if method == protocol.MethodShellDidEnd {
		s.ended = &protocol.ShellDidEndParams{}
		if err := json.Unmarshal(raw, s.ended); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		return
	}
	var params protocol.ShellOutputParams
	data, err := []byte(nil), json.Unmarshal(raw, &params)
	if err == nil {
		data, err = base64.StdEncoding.DecodeString(params.Data)
	}
	if err != nil {
		t.Errorf("%s: %v", method, err)
	}
	if params.Stderr {
		s.stderr.Write(data)
	} else {
		s.stdout.Write(data)
	}
}

// openShell opens a shell in a session.
func (w *window) openShell(session string, params protocol.ShellOpenParams) *remoteShell {
	w.t.Helper()
	s, err := w.tryShell(session, params)
	must(w.t, err)
	return s
}

func (w *window) tryShell(session string, params protocol.ShellOpenParams) (*remoteShell, error) {
	s := &remoteShell{w: w, id: fmt.Sprint("shell-", time.Now().UnixNano())}
	params.SessionID, params.ShellID = session, s.id
	shellsOf.Store(s.id, s)
	var opened protocol.ShellOpenResult
	err := w.call(protocol.MethodShellOpen, params, &opened)
	s.key = opened.Key
	return s, err
}

func (s *remoteShell) send(text string) {
	s.w.t.Helper()
	must(s.w.t, s.w.call(protocol.MethodShellInput, protocol.ShellInputParams{ShellID: s.id, Data: base64.StdEncoding.EncodeToString([]byte(text))}, nil))
}

func (s *remoteShell) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stdout.String()
}

// shows waits for a text in the output.
func (s *remoteShell) shows(text string) {
	s.w.t.Helper()
	eventually(s.w.t, waitLimit, func() bool { return strings.Contains(s.text(), text) }, func() string {
		return fmt.Sprintf("it never showed %q, but %q", text, s.text())
	})
}

// end waits for its end.
func (s *remoteShell) end() protocol.ShellDidEndParams {
	s.w.t.Helper()
	var ended protocol.ShellDidEndParams
	eventually(s.w.t, waitLimit, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ended != nil {
			ended = *s.ended
		}
		return s.ended != nil
	}, func() string { return "the shell has not ended; it printed " + s.text() })
	return ended
}

// exits waits for its end with this status.
func (s *remoteShell) exits(status int) {
	s.w.t.Helper()
	if ended := s.end(); ended.ExitStatus != status || ended.Problem != nil {
		s.w.t.Errorf("it ended with %d, problem %+v; want %d", ended.ExitStatus, ended.Problem, status)
	}
}

// whereAmI prints what a process may use, and what surrounds it.
const whereAmI = `import os, socket
env = {k: v for k, v in os.environ.items() if k not in {"_", "SHLVL", "OLDPWD", "PWD", "LC_CTYPE"} and not k.startswith(("JPY_", "JUPYTER_", "PYDEV", "MPL", "CLICOLOR", "FORCE_COLOR", "PAGER", "GIT_PAGER", "TERM", "PYTHON"))}
print(socket.gethostname(), os.getcwd(), len(os.sched_getaffinity(0)), os.umask(0), open("/proc/self/cgroup").read(), sorted(env.items()))`

// TestShell: a shell on the node has what the kernel has, by both routes, and survives its
// connection; it counts as use, and ends with the kernel.
func TestShell(t *testing.T) {
	t.Parallel()
	for route, options := range map[string]testcluster.Options{"ssh": {}, "srun": closedNodes} {
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			site, w := startWindow(t, options)
			ready := w.start(protocol.KernelRequest{CPUs: 2, WorkingDirectory: "/home/alice", Environment: &protocol.Environment{
				Variables: map[string]string{"MINE": "it's \u00e4"}, Setup: []string{"export SETUP=done"},
			}})
			kernel := openKernel(t, ready).run(whereAmI)
			command := w.openShell(ready.Session.ID, protocol.ShellOpenParams{Command: []string{"python3", "-c", whereAmI}})
			command.exits(0)
			if out := strings.TrimSpace(command.text()); out != kernel || !strings.Contains(out, "SETUP") {
				t.Errorf("the kernel is in\n%s\nand a command in\n%s", kernel, out)
			}

			site.MustExec(t, "login", "alice", "mkdir", "a b%")
			s := w.openShell(ready.Session.ID, protocol.ShellOpenParams{Terminal: true, Rows: 30, Columns: 100, WorkingDirectory: "/home/alice/a b%25"})
			s.send("hostname; stty size; pwd\n")
			s.shows(ready.Session.Node + "\r\n30 100\r\n/home/alice/a b%\r\n")
			must(t, w.call(protocol.MethodShellResize, protocol.ShellResizeParams{ShellID: s.id, Rows: 41, Columns: 77}, nil))
			s.send("stty size; sh -c 'echo run''ning; exec sleep 1000'\n")
			s.shows("41 77\r\nrunning\r\n")
			s.send("\x03echo sta''tus $? h\u00e4\u6f22; N=42\n")
			s.shows("status 130 h\u00e4\u6f22\r\n")

			if route == "ssh" {
				site.MustExec(t, ready.Session.Node, "root", "pkill", "-KILL", "-u", "alice", "sshd")
			} else {
				killSteps(t, site)
			}
			s.send("echo a''gain $N\n")
			s.shows("again 42\r\n")
			w.awaitState(protocol.StateDisconnected)
			w.await("connected again", inState(protocol.StateReady))

			if _, err := site.Exec(t.Context(), ready.Session.Node, "bob", "sh", "-c", "ls /tmp/sunpyter.*/shells"); err == nil {
				t.Error("another user sees the sockets")
			}
			w.stopAll()
			if ended := s.end(); ended.Problem == nil || !strings.Contains(ended.Problem.Answer, "the kernel has ended") {
				t.Errorf("it ended with %+v", ended)
			}
			_, err := w.tryShell(ready.Session.ID, protocol.ShellOpenParams{})
			wantProblem{fault.UnknownSession, "has ended", "Start a new kernel"}.check(t, problemOf(t, err))
			nothingLeft(t, site)
		})
	}
}

// TestShellOfAnotherWindow: a window opens a shell in another's kernel, and what runs in it
// ends with the window.
func TestShellOfAnotherWindow(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	ready := w.start(protocol.KernelRequest{})
	other := openWindow(t, site, stateDirSetting(w.env["SUNPYTER_STATE"]))
	s := other.openShell(ready.Session.ID, protocol.ShellOpenParams{Command: []string{"sh", "-c", "echo ready; cat; echo error >&2; exec sleep 4711"}})
	s.shows("ready\n")
	const bytes = 1 << 20
	s.send(strings.Repeat("\x00\xff", bytes/2))
	must(t, other.call(protocol.MethodShellInput, protocol.ShellInputParams{ShellID: s.id, End: true}, nil))
	eventually(t, waitLimit, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.stdout.Len() == len("ready\n")+bytes && s.stderr.String() == "error\n"
	}, func() string { return fmt.Sprintf("%d bytes came", len(s.text())) })
	other.close()
	eventually(t, waitLimit, func() bool {
		_, err := site.Exec(context.WithoutCancel(t.Context()), ready.Session.Node, "root", "pgrep", "-f", "sleep 4711")
		return err != nil
	}, func() string { return "the command still runs" })
	w.stopAll()
	nothingLeft(t, site)
}
