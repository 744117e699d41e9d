//go:build linux

package vscode

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/e2e/leftovers"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster"
)

// question is what driver/site.ts asks of the site.
type question struct {
	Host, User, File, Content string
	Mode                      os.FileMode
	Args                      []string
	Delay                     int   // in milliseconds
	Rate                      int64 // kbit/s; 0: no limit
}

// answers are what the site can be asked. The tests are in a process namespace
// of their own and cannot enter its hosts themselves.
var answers = map[string]func(context.Context, *testcluster.Site, question) (any, error){
	"/exec": func(ctx context.Context, s *testcluster.Site, q question) (any, error) {
		return s.Exec(ctx, q.Host, q.User, q.Args[0], q.Args[1:]...)
	},
	"/jobs":       func(_ context.Context, s *testcluster.Site, q question) (any, error) { return s.Jobs(q.User) },
	"/left":       func(_ context.Context, s *testcluster.Site, _ question) (any, error) { return leftovers.Find(s) },
	"/calls":      func(_ context.Context, s *testcluster.Site, _ question) (any, error) { return s.Calls() },
	"/resetCalls": func(_ context.Context, s *testcluster.Site, _ question) (any, error) { return nil, s.ResetCalls() },
	"/processes": func(_ context.Context, s *testcluster.Site, q question) (any, error) {
		return s.Processes(q.Host, q.User)
	},
	"/write": func(_ context.Context, s *testcluster.Site, q question) (any, error) {
		return nil, s.WriteFile(q.Host, q.File, q.Mode, q.Content)
	},
	"/pace":  func(context.Context, *testcluster.Site, question) (any, error) { return pace.Now(), nil },
	"/cut":   func(_ context.Context, s *testcluster.Site, _ question) (any, error) { return nil, s.Cut() },
	"/uncut": func(_ context.Context, s *testcluster.Site, _ question) (any, error) { return nil, s.Uncut() },
	"/delay": func(_ context.Context, s *testcluster.Site, q question) (any, error) {
		return nil, s.SetDelay(time.Duration(q.Delay) * time.Millisecond)
	},
	"/rate": func(_ context.Context, s *testcluster.Site, q question) (any, error) {
		return nil, s.SetRate(q.Rate)
	},
	"/hideJupyter": func(_ context.Context, s *testcluster.Site, q question) (any, error) {
		return nil, s.HideJupyter(q.Host)
	},
	"/crash": func(_ context.Context, s *testcluster.Site, q question) (any, error) { return nil, s.Crash(q.Host) },
	"/boot":  func(_ context.Context, s *testcluster.Site, q question) (any, error) { return nil, s.Boot(q.Host) },
}

// serveSite answers questions about the site on a socket, for as long as the test.
func serveSite(t *testing.T, site *testcluster.Site) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "site")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for path, answer := range answers {
		mux.HandleFunc(path, func(w http.ResponseWriter, req *http.Request) { reply(w, req, site, answer) })
	}
	server := &http.Server{Handler: mux}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return socket
}

func reply(w http.ResponseWriter, req *http.Request, site *testcluster.Site, answer func(context.Context, *testcluster.Site, question) (any, error)) {
	ctx, cancel := context.WithTimeout(req.Context(), pace.Limit(time.Minute))
	defer cancel()
	var q question
	err := json.NewDecoder(req.Body).Decode(&q)
	var result any
	if err == nil {
		result, err = answer(ctx, site, q)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(result)
}
