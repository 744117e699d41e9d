package session

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/session/remote"
)

// answering returns the URL of a server that answers with fixed texts, by path; "": not found.
func answering(t *testing.T, date string, answers map[string]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", date)
		switch text := answers[r.URL.Path]; {
		case r.Header.Get("Authorization") != "token secret":
			w.WriteHeader(http.StatusForbidden)
		case text == "":
			w.WriteHeader(http.StatusNotFound)
		default:
			_, _ = fmt.Fprint(w, text)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/"
}

// TestReadJupyterState: the lists become one usage; the number of open notebooks does not count.
func TestReadJupyterState(t *testing.T) {
	const date = "Mon, 02 Mar 2026 10:00:00 GMT"
	const quiet = `{"id":"a","name":"python3","last_activity":"2026-03-02T09:10:00.123456Z","execution_state":"idle","connections":2}`
	const fresh = `{"id":"b","last_activity":"2026-03-02T09:59:59Z","execution_state":"starting","connections":0}`
	const busy = `{"id":"c","last_activity":"2026-03-02T09:00:00Z","execution_state":"busy"}`
	for name, row := range map[string]struct {
		kernels, terminals string
		busy               bool
		last               string
	}{
		"an open, quiet notebook": {"[" + quiet + "]", "[]", false, "09:10"},
		"two":                     {"[" + quiet + "," + fresh + "]", "", false, "09:59"},
		"a running cell":          {"[" + quiet + "," + busy + "]", "", true, "09:10"},
		"no kernel":               {"[]", "[]", false, ""},
		"a terminal in use":       {"[" + quiet + "]", `[{"name":"1","last_activity":"2026-03-02T09:58:00.000000Z"}]`, false, "09:58"},
	} {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		url := answering(t, date, map[string]string{"/api/kernels": row.kernels, "/api/terminals": row.terminals})
		s, err := readJupyterState(t.Context(), client, url, "secret")
		u := s.usage(nil)
		last := ""
		if !u.last.IsZero() {
			last = u.last.Format("15:04")
		}
		if err != nil || u.busy != row.busy || last != row.last || !u.now.Equal(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %+v, %v", name, u, err)
		}
	}
}

// TestReadJupyterStateFails: an error must not count as an unused kernel.
func TestReadJupyterStateFails(t *testing.T) {
	const date = "Mon, 02 Mar 2026 10:00:00 GMT"
	for name, row := range map[string]struct{ date, kernels, token string }{
		"no list": {date, "", "secret"}, "no clock": {"soon", "[]", "secret"}, "no sense": {date, "{", "secret"}, "no leave": {date, "[]", "other"},
		"no end": {date, "[" + strings.Repeat(" ", 2<<20) + "]", "secret"},
	} {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		url := answering(t, row.date, map[string]string{"/api/kernels": row.kernels})
		if u, err := readJupyterState(t.Context(), client, url, row.token); err == nil {
			t.Errorf("%s: %+v", name, u)
		}
	}
}

// TestABusyKernelThatDied: Jupyter reports a kernel that it restarted as busy, although it is not.
func TestABusyKernelThatDied(t *testing.T) {
	cell := time.Date(2026, 3, 2, 9, 0, 0, 123456789, time.UTC)
	s := jupyterState{now: cell.Add(time.Hour), all: []process{{"a", "busy", cell}, {"b", "idle", cell.Add(-time.Hour)}}}
	for lines, busy := range map[string]bool{
		"": true, "started a x\n": true, "started b %d\n": true,
		"started a %d\n": false, "started a %d\nstarted a 5\n": true, // a script that starts it is older
	} {
		text := strings.ReplaceAll(lines, "%d", fmt.Sprint(cell.Add(200*time.Millisecond).UnixMilli()))
		if got := s.usage(remote.ParseKernelStarts(text)).busy; got != busy {
			t.Errorf("%q: busy %v", text, got)
		}
	}
}
