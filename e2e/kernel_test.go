//go:build unix

package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/protocol"
)

// kernel is one kernel of a session's Jupyter that a test keeps for a while.
type kernel struct {
	*jupyter.Kernel
	t      *testing.T
	client *jupyter.Client
}

// openKernel starts a kernel; its websocket closes with the test.
func openKernel(t *testing.T, ready protocol.KernelStartResult) *kernel {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	client := &jupyter.Client{URL: ready.URL, Token: ready.Token, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	k, err := client.StartKernel(ctx)
	must(t, err)
	t.Cleanup(k.Disconnect)
	return &kernel{k, t, client}
}

// reconnect connects again to the same kernel, as an editor does after its websocket broke.
func (k *kernel) reconnect() *kernel {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), waitLimit)
	defer cancel()
	next, err := k.client.Connect(ctx, k.ID)
	must(k.t, err)
	k.t.Cleanup(next.Disconnect)
	return &kernel{next, k.t, k.client}
}

// reconnectAt connects to the same kernel at its current address.
func (k *kernel) reconnectAt(now protocol.KernelStartResult) *kernel {
	k.t.Helper()
	k.client = &jupyter.Client{URL: now.URL, Token: now.Token, HTTP: k.client.HTTP}
	return k.reconnect()
}

// run runs code and returns what it printed, without the last line break.
func (k *kernel) run(code string) string {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), waitLimit)
	defer cancel()
	out, err := k.Execute(ctx, code)
	must(k.t, err)
	return strings.TrimSpace(out)
}

// probeURL requests Jupyter's status once, without retries, and returns
// the HTTP status and how long the response took. Any goroutine may call it.
func probeURL(t *testing.T, ready protocol.KernelStartResult) (status int, took time.Duration) {
	t.Helper()
	begun := time.Now()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, ready.URL+"api/status", nil)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	req.Header.Set("Authorization", "token "+ready.Token)
	res, err := (&http.Client{Timeout: waitLimit, Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Error(err)
		return 0, time.Since(begun)
	}
	_ = res.Body.Close()
	return res.StatusCode, time.Since(begun)
}

// awaitAnswer waits until Jupyter answers at the session's address (again). The
// session's owner must run meanwhile.
func awaitAnswer(t *testing.T, ready protocol.KernelStartResult) {
	t.Helper()
	eventually(t, waitLimit, func() bool {
		status, _ := probeURL(t, ready)
		return status == http.StatusOK
	}, func() string { return "no answer from the kernel of session " + ready.Session.ID })
}
