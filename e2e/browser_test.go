//go:build unix

package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// TestBrowser: the printed link leads to Jupyter's page, once; the page works
// without the token from then on, until the link is opened elsewhere, too. The token is in no
// address and in no process's arguments.
func TestBrowser(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t)
	ready := p.ready()
	if !strings.HasPrefix(ready.Link, ready.URL) || strings.Contains(ready.Link, ready.Token) {
		t.Errorf("link %q, URL %q", ready.Link, ready.URL)
	}
	jar, err := cookiejar.New(nil)
	must(t, err)
	var passed []string
	browser := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}, Timeout: waitLimit,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			passed = append(passed, req.Response.Status+" "+req.URL.Path)
			if len(via) == 1 && req.Response.StatusCode != http.StatusFound || req.URL.RawQuery != "" {
				t.Errorf("the link answers %s with %s", req.Response.Status, req.URL)
			}
			return nil
		}}
	get := func(address string) (int, string) {
		t.Helper()
		res, err := browser.Get(address)
		must(t, err)
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		must(t, err)
		return res.StatusCode, string(body)
	}
	status, page := get(ready.Link)
	if status != http.StatusOK || !strings.Contains(strings.ToLower(page), "<html") {
		t.Errorf("Jupyter's page: %d, %.200q", status, page)
	}
	t.Logf("from the link by %v to %.60q", passed, page)
	if status, _ := get(ready.URL + "api/contents"); status != http.StatusOK {
		t.Errorf("with the page's cookie, api/contents: %d", status)
	}
	res, err := (&http.Client{Transport: browser.Transport}).Get(ready.Link)
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusGone {
		t.Errorf("the second use of the link: %d, want 410", res.StatusCode)
	}
	if status, _ := get(ready.URL + "api/contents"); status != http.StatusForbidden {
		t.Errorf("after it, with the page's cookie, api/contents: %d", status)
	}
	address, err := url.Parse(ready.URL)
	must(t, err)
	if address.Hostname() != "127.0.0.1" {
		t.Errorf("the address is %s", ready.URL)
	}
	checkNoArgumentHas(t, site, ready.Token)
	p.interrupt()
	nothingLeft(t, site)
}

// checkNoArgumentHas checks that the secret is in no process's arguments on the site.
func checkNoArgumentHas(t *testing.T, site *testcluster.Site, secret string) {
	t.Helper()
	for _, host := range append([]string{"login"}, site.Nodes()...) {
		processes, err := site.Processes(host, "alice")
		must(t, err)
		for _, process := range processes {
			if strings.Contains(process.Command(), secret) {
				t.Errorf("on %s the token is an argument of %s", host, process.Args[0])
			}
		}
	}
}

// interrupt ends the program as Ctrl+C does, and waits.
func (p *program) interrupt() {
	p.t.Helper()
	must(p.t, p.cmd.Process.Signal(syscall.SIGINT))
	if code := p.wait(waitLimit); code != 0 {
		p.t.Errorf("exit code %d after Ctrl+C\n%s", code, p.stderr.String())
	}
}
