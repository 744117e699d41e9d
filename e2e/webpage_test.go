//go:build unix

package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

// TestWebPagesCannotReachJupyter: with a configuration that opens Jupyter to everyone, a page's
// requests are refused at the local port even with its token, and by Jupyter itself
// on its socket.
func TestWebPagesCannotReachJupyter(t *testing.T) {
	t.Parallel()
	site, _, ready := startHostileJupyter(t)
	const evil = "https://evil.example.org"
	for what, row := range map[string]struct {
		method, path, host, origin string
		upgrade                    bool
	}{
		"a page reads":               {method: "GET", path: "api/contents", origin: evil},
		"a page starts a kernel":     {method: "POST", path: "api/kernels", origin: evil},
		"a name that leads here":     {method: "GET", path: "api/contents", host: "evil.example.org"},
		"a name that posts":          {method: "POST", path: "api/kernels", host: "evil.example.org", origin: "http://evil.example.org"},
		"a websocket of another one": {method: "GET", path: "api/events/subscribe", origin: evil, upgrade: true},
	} {
		req, err := http.NewRequestWithContext(t.Context(), row.method, ready.URL+row.path, http.NoBody)
		must(t, err)
		req.Header.Set("Authorization", "token "+ready.Token)
		req.Host = row.host
		if row.origin != "" {
			req.Header.Set("Origin", row.origin)
		}
		if row.upgrade {
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "websocket")
			req.Header.Set("Sec-WebSocket-Version", "13")
			req.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
		}
		res, err := (&http.Client{Timeout: waitLimit}).Do(req)
		must(t, err)
		body, _ := io.ReadAll(res.Body)
		must(t, res.Body.Close())
		if res.StatusCode != http.StatusForbidden || res.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v %.100s", what, res.StatusCode, res.Header, body)
		}
	}
	if !hasSocket(ready) {
		t.Log("Jupyter itself is not asked: this one has no socket")
		return
	}
	// How Jupyter itself answers them, without a login, on its own socket.
	node := ready.Session.Node
	const ask = `cd /tmp/sunpyter.*/ && stat -c %a s && for a in "-H Host:evil.example.org" "-H Origin:https://evil.example.org"; do
curl -s -o /dev/null -w '%{http_code} %header{access-control-allow-origin}\n' --unix-socket s $a http://localhost/api; done
curl -s -o /dev/null -w '%{http_code}\n' --unix-socket s -X POST http://localhost/api/kernels`
	out := site.MustExec(t, node, "alice", "sh", "-c", ask)
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 4 || lines[0] != "600" || strings.TrimSpace(lines[1]) != "403" ||
		strings.Contains(lines[2], "*") || strings.Contains(lines[2], "evil") || lines[3] != "403" {
		t.Errorf("Jupyter itself: %q", out)
	}
}

// hasSocket reports whether the job's Jupyter listens on a Unix socket, which jupyter_server 1.2 cannot.
func hasSocket(ready protocol.KernelStartResult) bool {
	return !strings.Contains(ready.Session.Notice, "too old for a private socket")
}

// TestOtherUsersCannotReadFiles: as another user of the node and of the login node: the token, the
// private directory, the session's, the environment of the processes, the script, and the step.
// The same commands work for their owner.
func TestOtherUsersCannotReadFiles(t *testing.T) {
	t.Parallel()
	site, _, ready := startHostileJupyter(t)
	node, job := ready.Session.Node, ready.Session.JobID
	k := openKernel(t, ready)
	private := strings.TrimSpace(site.MustExec(t, node, "alice", "sh", "-c", "ls -d /tmp/sunpyter.*"))
	type attack struct {
		what, machine string
		command       []string
	}
	attacks := []attack{
		{"the private directory", node, []string{"ls", private}},
		{"the session's directory", "login", []string{"ls", "/home/alice/.sunpyter/sessions"}},
		{"the script", "login", []string{"scontrol", "write", "batch_script", job, "-"}},
		{"a step in the job", "login", []string{"srun", "--overlap", "--jobid=" + job, "id"}},
		{"the kernel's environment", node, []string{"cat", "/proc/" + k.run("import os; print(os.getpid())") + "/environ"}},
	}
	if hasSocket(ready) {
		attacks = append(attacks, attack{"Jupyter's socket", node, []string{"curl", "-sS", "--unix-socket", private + "/s", "http://localhost/api"}})
	}
	for _, file := range []string{"token", "where", "lease", "log", "lock"} {
		attacks = append(attacks, attack{file, node, []string{"cat", private + "/" + file}})
	}
	for what, part := range map[string]string{"Jupyter's environment": "--ServerApp.sock=", "the batch shell's environment": "slurm_script"} {
		pid := strings.TrimSpace(site.MustExec(t, node, "alice", "pgrep", "-o", "-u", "alice", "-f", "--", part))
		attacks = append(attacks, attack{what, node, []string{"cat", "/proc/" + pid + "/environ"}})
	}
	for _, a := range attacks {
		if out, err := site.Exec(t.Context(), a.machine, "alice", a.command[0], a.command[1:]...); err != nil || out == "" {
			t.Errorf("not even alice gets %s, so that the attack shows nothing: %q, %v", a.what, out, err)
		}
		if out, err := site.Exec(t.Context(), a.machine, "bob", a.command[0], a.command[1:]...); err == nil && out != "" { // scontrol exits with 0 and an empty script
			t.Errorf("bob gets %s: %.200q", a.what, out)
		}
	}
	if modes := site.MustExec(t, "login", "alice", "sh", "-c", "find ~/.sunpyter -perm /077"); strings.TrimSpace(modes) != "" {
		t.Errorf("others may use %s", modes)
	}
	if modes := site.MustExec(t, node, "alice", "find", private, "-perm", "/077", "!", "-type", "l"); strings.TrimSpace(modes) != "" {
		t.Errorf("others may use %s", modes)
	}
}
