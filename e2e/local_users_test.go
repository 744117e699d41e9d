//go:build linux

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/coder/websocket"

	"github.com/sa2c/sunpyter/internal/testprogram"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// otherUser is a user of the laptop who owns nothing on it.
const otherUser = 40002

// watchArguments prints each link and each browser page that it finds in a process's
// arguments, and the page's text where it can read it.
const watchArguments = `while :; do
  for file in /proc/[0-9]*/cmdline; do
    mapfile -d '' -t words <"$file" || continue
    for word in "${words[@]}"; do
      case $word in
        *sunpyter/open/*) printf 'link %s\n' "$word" ;;
        *open-[0-9]*.html) page=/${word#*/}; page=/${page##*//}; printf 'page %s\n' "$page"; cat "$page" && printf 'read %s\n' "$page" ;;
      esac
    done
  done
  sleep 0.01
done 2>/dev/null`

// localSpy is another user who reads the arguments of all processes.
type localSpy struct {
	mu    sync.Mutex
	found map[string]bool // lines of watchArguments
}

func startLocalSpy(t *testing.T) *localSpy {
	t.Helper()
	cmd := exec.Command("setpriv", fmt.Sprint("--reuid=", otherUser), fmt.Sprint("--regid=", otherUser), "--clear-groups", "bash", "-c", watchArguments)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	th, read := &localSpy{found: map[string]bool{}}, make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			th.mu.Lock()
			th.found[lines.Text()] = true
			th.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-read
		_ = cmd.Wait()
	})
	return th
}

// lines returns the findings that begin with first and contain part.
func (th *localSpy) lines(first, part string) []string {
	th.mu.Lock()
	defer th.mu.Unlock()
	var found []string
	for line := range th.found {
		if strings.HasPrefix(line, first) && strings.Contains(line, part) {
			found = append(found, line)
		}
	}
	return found
}

// desktop is a user's desktop with Chromium as its browser.
type desktop struct {
	dir, profile string
}

// newDesktop makes one that xdg-open finds Chromium in.
func newDesktop(t *testing.T) *desktop {
	t.Helper()
	for _, program := range []string{"chromium", "xdg-open", "sqlite3"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("needs " + program)
		}
	}
	d := &desktop{dir: t.TempDir()}
	d.profile = filepath.Join(d.dir, "profile")
	browser := filepath.Join(d.dir, "browser")
	for path, text := range map[string]string{
		"browser": "#!/bin/sh\nexec chromium --headless=new --no-sandbox --disable-gpu --no-first-run --remote-debugging-port=0 --user-data-dir=" + d.profile + " \"$@\"\n",
		"share/applications/browser.desktop": "[Desktop Entry]\nType=Application\nName=Browser\nExec=" + browser + " %U\n" +
			"MimeType=text/html;x-scheme-handler/http;\n",
		"config/mimeapps.list": "[Default Applications]\ntext/html=browser.desktop\nx-scheme-handler/http=browser.desktop\n",
	} {
		testprogram.Write(t, filepath.Join(d.dir, path), text)
	}
	t.Cleanup(func() { d.endBrowser(t) })
	must(t, os.Mkdir(filepath.Join(d.dir, "run"), 0o700))
	must(t, os.Chmod(d.dir, 0o755)) // what protects the page is its own folder
	return d
}

// endBrowser kills the browser's processes and waits until they are gone, since they write to its
// profile until then.
func (d *desktop) endBrowser(t *testing.T) {
	eventually(t, waitLimit, func() bool {
		left := testprogram.Running(func(args []string) bool {
			return strings.Contains(strings.Join(args, " "), "--user-data-dir="+d.profile)
		})
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(left) == 0
	}, func() string { return "the browser is still there" })
}

func (d *desktop) environment() []string {
	return []string{"DISPLAY=:99", "WAYLAND_DISPLAY=", "XDG_CURRENT_DESKTOP=", "XDG_RUNTIME_DIR=" + filepath.Join(d.dir, "run"),
		"XDG_DATA_HOME=" + filepath.Join(d.dir, "share"), "XDG_CONFIG_HOME=" + filepath.Join(d.dir, "config")}
}

// tab is the page that the desktop's browser shows.
type tab struct {
	t    *testing.T
	conn *websocket.Conn
	id   int
}

// tabAt waits until the browser shows a page at an address.
func (d *desktop) tabAt(t *testing.T, address string) *tab {
	t.Helper()
	var shown string
	var found *tab
	eventually(t, waitLimit, func() bool {
		port, err := os.ReadFile(filepath.Join(d.profile, "DevToolsActivePort"))
		if err != nil {
			return false
		}
		first, _, _ := strings.Cut(string(port), "\n")
		res, err := http.Get("http://127.0.0.1:" + first + "/json/list")
		if err != nil {
			return false
		}
		defer func() { _ = res.Body.Close() }()
		text, _ := io.ReadAll(res.Body)
		var tabs []struct{ Type, URL, WebSocketDebuggerURL string }
		if json.Unmarshal(text, &tabs) != nil {
			return false
		}
		shown = string(text)
		for _, one := range tabs {
			if one.Type == "page" && strings.HasPrefix(one.URL, address) && !strings.Contains(one.URL, "/open/") {
				conn, _, err := websocket.Dial(t.Context(), one.WebSocketDebuggerURL, nil)
				must(t, err)
				conn.SetReadLimit(1 << 24)
				found = &tab{t: t, conn: conn}
				return true
			}
		}
		return false
	}, func() string { return "the browser shows " + shown })
	return found
}

// call calls a method of the browser's DevTools protocol.
func (b *tab) call(method string, params any) json.RawMessage {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), waitLimit)
	defer cancel()
	b.id++
	request, err := json.Marshal(map[string]any{"id": b.id, "method": method, "params": params})
	must(b.t, err)
	must(b.t, b.conn.Write(ctx, websocket.MessageText, request))
	for {
		_, text, err := b.conn.Read(ctx)
		must(b.t, err)
		var answer struct {
			ID     int
			Result json.RawMessage
		}
		must(b.t, json.Unmarshal(text, &answer))
		if answer.ID == b.id {
			return answer.Result
		}
	}
}

// run runs a script in the page and returns its result as JSON.
func (b *tab) run(script string) string {
	b.t.Helper()
	result := b.call("Runtime.evaluate", map[string]any{"expression": script, "awaitPromise": true, "returnByValue": true})
	var value struct {
		Result struct{ Value json.RawMessage }
	}
	must(b.t, json.Unmarshal(result, &value))
	if value.Result.Value == nil {
		return string(result)
	}
	return string(value.Result.Value)
}

// useJupyter starts a kernel from the page, opens its websocket and ends it, as Jupyter's pages do.
const useJupyter = `(async () => {
  const xsrf = document.cookie.match(/_xsrf=([^;]*)/)?.[1] ?? "";
  const headers = {"X-XSRFToken": xsrf, "Content-Type": "application/json"};
  const made = await fetch("/api/kernels", {method: "POST", headers, body: "{}"});
  const {id} = await made.json();
  const socket = new WebSocket("ws://" + location.host + "/api/kernels/" + id + "/channels");
  const opened = await new Promise(done => { socket.onopen = () => done(true); socket.onerror = () => done(false); });
  socket.close();
  const ended = await fetch("/api/kernels/" + id, {method: "DELETE", headers});
  return [made.status, opened, ended.status, document.cookie.includes("sunpyter")].join(" ");
})()`

// TestLinkIsNotSeenByOthers: while Jupyter is opened in a browser, another user of the laptop
// reads the arguments of every process. What is there leads nowhere, and the browser keeps no
// token, neither of Jupyter's own nor in its history.
func TestLinkIsNotSeenByOthers(t *testing.T) {
	site := testcluster.Shared(t)
	d, th := newDesktop(t), startLocalSpy(t)
	p := runAtTerminal(t, site, "start", "alice@login")
	p.cmd.Env = append(p.cmd.Env, d.environment()...)
	out := p.talk()
	link := out.await(t, regexp.MustCompile(`http://127\.0\.0\.1:\d+/sunpyter/open/\S+`))
	own, err := url.Parse(link)
	must(t, err)
	base := "http://" + own.Host + "/"
	b := d.tabAt(t, base)
	if got := b.run(useJupyter); got != `"201 true 204 false"` {
		t.Errorf("in the page: %s", got)
	}
	eventually(t, waitLimit, func() bool { return len(th.lines("page ", d.dir))+len(th.lines("link ", own.Host)) > 0 }, func() string { return "the other user has not seen what was opened" })
	if seen := append(th.lines("link ", own.Host), th.lines("read ", d.dir)...); len(seen) > 0 {
		t.Errorf("another user got %q", seen)
	}
	token := strings.TrimSpace(site.MustExec(t, runningNode(t, site), "alice", "sh", "-c", "cat /tmp/sunpyter.*/token"))
	b.call("Browser.close", nil)
	history := d.history(t)
	t.Logf("history:\n%s", history)
	if !strings.Contains(history, base) || strings.Contains(history, "token") || len(token) < 32 || strings.Contains(history, token) {
		t.Errorf("the history has\n%s", history)
	}

	// The printed link: the second browser that opens it is reported, and the first one is logged out.
	for range 2 {
		res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(link)
		must(t, err)
		must(t, res.Body.Close())
	}
	out.await(t, regexp.MustCompile(`was opened a second time`))
	must(t, p.cmd.Process.Signal(syscall.SIGINT))
	if code := p.wait(waitLimit); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if pages, _ := filepath.Glob(filepath.Join(d.dir, "run/*/*.html")); len(pages) > 0 {
		t.Errorf("left: %v", pages)
	}
	nothingLeft(t, site)
}

func runningNode(t *testing.T, site *testcluster.Site) string {
	t.Helper()
	jobs := activeJobs(t, site)
	if len(jobs) != 1 {
		t.Fatalf("running: %v", jobs)
	}
	return jobs[0].Nodes
}

// history returns what the browser, which has been closed, remembers of addresses.
func (d *desktop) history(t *testing.T) string {
	t.Helper()
	var out []byte
	eventually(t, waitLimit, func() bool {
		var err error
		out, err = exec.Command("sqlite3", filepath.Join(d.profile, "Default", "History"), "select url from urls").Output()
		return err == nil
	}, func() string { return "the history cannot be read" })
	return string(out)
}

// transcript is what a program has printed so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (tr *transcript) Write(p []byte) (int, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.text.Write(p)
}

func (tr *transcript) String() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.text.String()
}

func (tr *transcript) await(t *testing.T, words *regexp.Regexp) string {
	t.Helper()
	eventually(t, 2*waitLimit, func() bool { return words.MatchString(tr.String()) }, func() string { return words.String() + " is not in\n" + tr.String() })
	return words.FindString(tr.String())
}

// talk starts the program for a user, not for another program.
func (p *program) talk() *transcript {
	p.t.Helper()
	out := &transcript{}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	must(p.t, p.cmd.Start())
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait()
	}()
	p.t.Cleanup(func() { p.killAll(); <-p.done })
	return out
}

// TestPortOfAKilledServer: the server is killed and another user takes its port. What was
// sent there is not accepted at the kernel's new address.
func TestPortOfAKilledServer(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	p := runAtTerminal(t, site, "start", "alice@login", "--json", "--no-browser")
	p.cmd.Env = append(p.cmd.Env, "SUNPYTER_STATE="+dir)
	p.startCommand()
	ready := p.ready()
	own, err := url.Parse(ready.URL)
	must(t, err)
	cookie := openLink(t, ready.Link)
	p.killAll()
	var port net.Listener
	eventually(t, waitLimit, func() bool { port, err = net.Listen("tcp", own.Host); return err == nil }, func() string { return err.Error() })
	defer func() { _ = port.Close() }()

	w := openWindow(t, site, stateDirSetting(dir))
	after := w.takeOver(protocol.KernelTakeOverParams{SessionID: ready.Session.ID})
	if after.URL == ready.URL || after.Token == ready.Token {
		t.Errorf("before %s, after %s", ready.URL, after.URL)
	}
	checkRefusesToken(t, after.URL, ready.Token)
	checkAnswers(t, after)
	checkRefusesToken(t, after.URL, ready.Token)
	req, err := http.NewRequest(http.MethodGet, after.URL+"api/status", nil)
	must(t, err)
	name, value, _ := strings.Cut(cookie, "=")
	for _, name := range []string{name, strings.Replace(name, own.Port(), strings.Trim(after.URL[len("http://127.0.0.1:"):], "/"), 1)} {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("with the browser's previous login: %d", res.StatusCode)
	}
	w.call(protocol.MethodKernelStop, protocol.KernelStopParams{All: true}, &protocol.KernelStopResult{})
	w.close()
	nothingLeft(t, site)
}

// openLink opens a link and returns the cookie that it sets.
func openLink(t *testing.T, link string) string {
	t.Helper()
	client := &http.Client{Timeout: waitLimit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(link)
	must(t, err)
	must(t, res.Body.Close())
	cookie, _, _ := strings.Cut(res.Header.Get("Set-Cookie"), ";")
	if cookie == "" {
		t.Fatalf("the link: %s", res.Status)
	}
	return cookie
}
