//go:build unix

package e2e

import (
	"bufio"
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// hostileJupyter is a user's own configuration that opens everything, as is often copied
// for portals.
//
//go:embed testdata/hostile_jupyter.py
var hostileJupyter string

// startHostileJupyter starts a kernel under that configuration on a site of its own.
func startHostileJupyter(t *testing.T) (*testcluster.Site, *window, protocol.KernelStartResult) {
	t.Helper()
	site := testcluster.Start(t, testcluster.Options{})
	site.MustExec(t, "login", "alice", "mkdir", "-p", "/home/alice/.jupyter")
	for _, name := range []string{"jupyter_config.py", "jupyter_server_config.py", "jupyter_notebook_config.py"} {
		must(t, site.WriteFile("login", "/home/alice/.jupyter/"+name, 0o644, hostileJupyter))
	}
	w := openWindow(t, site)
	return site, w, w.start(protocol.KernelRequest{})
}

// TestOtherUsersCannotListenToKernels: another user of the node connects to everything that
// processes of the job listen on, and gets nothing of what cells run and print, also
// where the user's own configuration has kernels listen on all addresses.
func TestOtherUsersCannotListenToKernels(t *testing.T) {
	t.Parallel()
	site, _, ready := startHostileJupyter(t)
	node := ready.Session.Node
	k := openKernel(t, ready)
	secret := "s" + rand.Text()
	code := fmt.Sprintf("import os; print(%q, flush=True)", secret)
	k.run(code)
	listeners := listenersOf(t, site, node, "alice")
	if !slices.ContainsFunc(listeners, func(l string) bool { return strings.HasPrefix(l, "ipc:///") && strings.HasSuffix(l, "-2") }) {
		t.Errorf("no kernel's socket is among what processes of the job listen on: %q", listeners)
	}
	t.Logf("%q", listeners)
	alice, bob := spyOn(t, site, node, "alice", listeners), spyOn(t, site, node, "bob", listeners)
	for heard := false; !heard; { // a subscription takes a moment
		k.run(code)
		select {
		case <-alice.heard:
			heard = true
		case <-t.Context().Done():
			t.Fatal("not even alice hears what cells print")
		default:
		}
	}
	for range 3 {
		k.run(code)
	}
	if text := bob.end(); strings.Contains(text, secret) {
		t.Errorf("bob reads %.400q", text)
	}
	if text := alice.end(); !strings.Contains(text, secret) {
		t.Errorf("alice reads %.400q", text)
	}
}

// spy is a program that subscribes to listeners and records what they publish.
type spy struct {
	heard <-chan struct{}
	end   func() string
}

// spyProgram subscribes to its arguments, says when it hears something, and all that it
// has heard once its input ends.
const spyProgram = `
import sys, threading, zmq
context = zmq.Context()
poller, stop, got, told = zmq.Poller(), threading.Event(), b"", False
sockets = []
for address in sys.argv[1:]:
    s = context.socket(zmq.SUB)
    s.setsockopt(zmq.LINGER, 0)
    s.setsockopt(zmq.SUBSCRIBE, b"")
    try: s.connect(address)
    except zmq.ZMQError: continue
    sockets.append(s); poller.register(s, zmq.POLLIN)
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
print("connected", flush=True)
while not stop.is_set():
    for s, _ in poller.poll(50):
        got += b" ".join(s.recv_multipart())
        if not told and b"stream" in got: print("heard", flush=True); told = True
print(got.decode(errors="replace"), flush=True)
`

func spyOn(t *testing.T, site *testcluster.Site, node, user string, listeners []string) *spy {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*waitLimit)
	cmd, err := site.Command(ctx, node, user, "/usr/bin/python3", append([]string{"-c", spyProgram}, listeners...)...)
	must(t, err)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	must(t, err)
	if first != "connected\n" {
		t.Fatalf("the spy says %q", first)
	}
	heard, rest := make(chan struct{}), make(chan string, 1)
	go func() {
		line, _ := lines.ReadString('\n')
		if line == "heard\n" {
			close(heard)
		}
		more, _ := io.ReadAll(lines)
		rest <- line + string(more)
	}()
	var text string
	stop := func() string {
		if cancel != nil {
			_ = in.Close()
			text = <-rest
			_ = cmd.Wait()
			cancel()
			cancel = nil
		}
		return text
	}
	t.Cleanup(func() { stop() })
	return &spy{heard, stop}
}

var socketLink = regexp.MustCompile(`^socket:\[(\d+)\]$`)

// listenersOf returns the addresses on which processes of a user on a node listen, as ZeroMQ
// writes them.
func listenersOf(t *testing.T, site *testcluster.Site, node, user string) []string {
	t.Helper()
	processes, err := site.Processes(node, user)
	must(t, err)
	var found []string
	for _, p := range processes {
		inodes := map[string]bool{}
		links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", p.PID))
		for _, link := range links {
			to, _ := os.Readlink(link)
			if m := socketLink.FindStringSubmatch(to); m != nil {
				inodes[m[1]] = true
			}
		}
		for _, kind := range []string{"tcp", "tcp6", "unix"} {
			table, _ := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", p.PID, kind))
			for line := range strings.Lines(string(table)) {
				if address := listenerOf(kind, strings.Fields(line), inodes); address != "" {
					found = append(found, address)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// listenerOf reads a row of /proc/net/tcp or unix; empty: it is no listener of the inodes.
func listenerOf(kind string, row []string, inodes map[string]bool) string {
	if kind == "unix" { // Num RefCount Protocol Flags Type St Inode Path
		if len(row) == 8 && row[3] == "00010000" && inodes[row[6]] {
			return "ipc://" + row[7]
		}
		return ""
	}
	if len(row) < 10 || row[3] != "0A" || !inodes[row[9]] {
		return ""
	}
	_, hex, _ := strings.Cut(row[1], ":")
	port, err := strconv.ParseUint(hex, 16, 16)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("tcp://127.0.0.1:%d", port)
}

// TestKernelOverSockets: restart, interrupt, death and a second kernel work over private sockets.
func TestKernelOverSockets(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	ready := w.start(protocol.KernelRequest{})
	t.Cleanup(func() { site.MustExec(t, "login", "alice", "rm", "-f", "/home/alice/begun") })
	k := openKernel(t, ready)
	one := k.run("import os; print(os.getpid())")
	other := openKernel(t, ready)
	if two := other.run("import os; print(os.getpid())"); one == two {
		t.Errorf("two kernels are one process, %s", one)
	}
	call := func(path string) {
		t.Helper()
		status := postToJupyter(t, ready, "api/kernels/"+k.ID+"/"+path, "")
		if status/100 != 2 {
			t.Fatalf("%s: %d", path, status)
		}
	}
	call("restart")
	k = k.reconnect()
	two := k.run("import os; print(os.getpid())")
	if one == two {
		t.Error("the restart has the same process")
	}
	interrupted := make(chan error, 1)
	go func() {
		_, err := k.Execute(t.Context(), "try:\n  open('begun', 'w').close()\n  while True: pass\nexcept KeyboardInterrupt: pass")
		interrupted <- err
	}()
	eventually(t, waitLimit, func() bool {
		_, err := site.Exec(t.Context(), ready.Session.Node, "alice", "test", "-e", "/home/alice/begun")
		return err == nil
	}, func() string { return "the cell does not run" })
	call("interrupt")
	select {
	case err := <-interrupted:
		must(t, err)
	case <-time.After(waitLimit):
		t.Fatal("not interrupted")
	}
	if got := k.run("print(6*7)"); !strings.HasPrefix(got, "42") { // a note on the history may follow
		t.Errorf("after the interrupt: %q", got)
	}
	site.MustExec(t, ready.Session.Node, "alice", "kill", "-KILL", strconv.Itoa(k.pid()))
	eventually(t, 2*waitLimit, func() bool {
		again := k.reconnect()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		out, err := again.Execute(ctx, "import os; print(os.getpid())")
		return err == nil && strings.TrimSpace(out) != two
	}, func() string { return "Jupyter does not start the killed kernel again" })
}

// TestKernelThatCannotUseSockets: a kernel like those on the Java machine, which hang with
// sockets, listens on ports, and the user is warned before a cell has run in it. The setting
// "ipc" overrides that.
func TestKernelThatCannotUseSockets(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	const spec = `{"argv": ["/home/alice/java", "-f", "{connection_file}"], "display_name": "Scala [31m3", "language": "scala"}`
	site.MustExec(t, "login", "alice", "mkdir", "-p", "/home/alice/.local/share/jupyter/kernels/jvm")
	must(t, site.WriteFile("login", "/home/alice/.local/share/jupyter/kernels/jvm/kernel.json", 0o644, spec))
	must(t, site.WriteFile("login", "/home/alice/java", 0o755, "#!/bin/sh\nexec /usr/bin/python3 -m ipykernel_launcher \"$@\"\n"))
	for _, row := range usual(t, 2, []struct {
		transport string
		ports     bool
	}{{"", true}, {"ipc", false}, {"tcp", true}}) {
		t.Run("transport "+row.transport, func(t *testing.T) {
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{KernelTransport: row.transport})
			if status := postToJupyter(t, ready, "api/kernels", `{"name": "jvm"}`); status != http.StatusCreated {
				t.Fatalf("starting the kernel: %d", status)
			}
			if row.ports {
				s := w.await("the warning", func(s protocol.Session) bool { return strings.Contains(s.Notice, "listens on ports") })
				if !strings.Contains(s.Notice, "Scala") {
					t.Errorf("the notice is %q", s.Notice)
				}
				t.Log(s.Notice)
				return
			}
			eventually(t, waitLimit, func() bool {
				return slices.ContainsFunc(listenersOf(t, site, ready.Session.Node, "alice"), func(l string) bool { return strings.HasSuffix(l, "/k/1-2") })
			}, func() string { return "the kernel does not listen on sockets" })
		})
	}
}

// postToJupyter sends a POST to Jupyter, with the port's token.
func postToJupyter(t *testing.T, ready protocol.KernelStartResult, path, body string) (status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, ready.URL+path, strings.NewReader(body))
	must(t, err)
	req.Header.Set("Authorization", "token "+ready.Token)
	res, err := (&http.Client{Timeout: waitLimit}).Do(req)
	must(t, err)
	must(t, res.Body.Close())
	return res.StatusCode
}
