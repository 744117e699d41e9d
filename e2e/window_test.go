//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// waitLimit bounds a wait for what should come soon; TestMain makes it longer on a busy machine.
var waitLimit = 60 * time.Second

// window is one client, as an editor's window is: a server of its own in this
// process, and the conversation with it.
type window struct {
	t    *testing.T
	site *testcluster.Site
	rpc  *jsonrpc2.Conn
	env  map[string]string
	// daemonCommand is the command line of the process that keeps logins; nil: none does.
	daemonCommand []string
	when          session.Timing // zero: the defaults

	served chan struct{} // closed when the server has ended

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced with each new session
	sessions map[string]protocol.Session
	past     []protocol.Session // all reports of sessions, in their order
	at       []time.Time        // when
	messages []protocol.ShowMessageParams
	reports  []protocol.ProgressParams
	prompt   func(method string, params json.RawMessage) any // answers questions; nil: dismisses them
}

// setting changes a window before it opens.
type setting func(*window, *protocol.InitializeParams)

// reloadGraceSetting makes the window one that may only be reloading.
func reloadGraceSetting(seconds int) setting {
	return func(_ *window, p *protocol.InitializeParams) { p.ReloadGraceSeconds = seconds }
}

// stateDirSetting makes windows share what this computer remembers.
func stateDirSetting(dir string) setting {
	return func(w *window, _ *protocol.InitializeParams) { w.env["SUNPYTER_STATE"] = dir }
}

// envSetting sets an environment variable of the server's.
func envSetting(name, value string) setting {
	return func(w *window, _ *protocol.InitializeParams) { w.env[name] = value }
}

// timingSetting makes the server do things as often as a test can wait for.
func timingSetting(change func(*session.Timing)) setting {
	return func(w *window, _ *protocol.InitializeParams) {
		w.when = session.DefaultTiming
		change(&w.when)
	}
}

// openWindow starts a server and initializes it; it is closed with the test.
func openWindow(t *testing.T, site *testcluster.Site, settings ...setting) *window {
	t.Helper()
	w, params := newWindow(t, site, settings)
	serverIn, clientOut := io.Pipe()
	clientIn, serverOut := io.Pipe()
	addWindow(site, 1)
	go func() {
		defer close(w.served)
		defer addWindow(site, -1)
		err := server.Serve(context.Background(), server.Options{
			Version: "0.0.0-test", Stdin: serverIn, Stdout: serverOut, Stderr: testLog{t}, Verbose: true,
			Env: func(name string) string { return w.env[name] }, ShortestGrace: shortGrace, Daemon: w.daemonCommand, Timing: w.when,
		})
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	}()
	w.connect(pipe{clientIn, clientOut}, params)
	return w
}

// newWindow returns a window without a server.
func newWindow(t *testing.T, site *testcluster.Site, settings []setting) (*window, *protocol.InitializeParams) {
	w := &window{t: t, site: site, served: make(chan struct{}), changed: make(chan struct{}), sessions: map[string]protocol.Session{}}
	w.env = map[string]string{
		"SUNPYTER_STATE": t.TempDir(), "SUNPYTER_CONFIG": os.DevNull, "SUNPYTER_SSH_CONFIG": site.SSHConfig(), "HOME": t.TempDir(),
	}
	if sharesLogin(t) {
		w.env["XDG_RUNTIME_DIR"], w.daemonCommand = laptopWithDaemon(t, site).run, []string{os.Args[0], share.Command}
	}
	params := &protocol.InitializeParams{ProtocolVersion: protocol.Version, ClientInfo: &protocol.ProgramInfo{Name: "e2e"}, CommandLine: true}
	for _, set := range settings {
		set(w, params)
	}
	return w, params
}

// connect begins the conversation with the server, which ends with the test.
func (w *window) connect(server io.ReadWriteCloser, params *protocol.InitializeParams) {
	w.t.Helper()
	stream := jsonrpc2.NewBufferedStream(server, jsonrpc2.VSCodeObjectCodec{})
	w.rpc = jsonrpc2.NewConn(context.Background(), stream, sequentialHandler{jsonrpc2.HandlerWithError(w.handle)})
	w.t.Cleanup(w.close)
	if err := w.call(protocol.MethodInitialize, params, &protocol.InitializeResult{}); err != nil {
		w.t.Fatalf("initialize: %v", err)
	}
}

// sequentialHandler handles notifications in the order in which they come, and lets nothing wait for
// the answers to requests.
type sequentialHandler struct{ jsonrpc2.Handler }

func (h sequentialHandler) Handle(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	if req.Notif {
		h.Handler.Handle(ctx, conn, req)
	} else {
		go h.Handler.Handle(ctx, conn, req)
	}
}

// close ends the window's stdin and waits for the server's end.
func (w *window) close() {
	w.t.Helper()
	_ = w.rpc.Close()
	w.waitServed(3 * waitLimit)
}

func (w *window) waitServed(limit time.Duration) {
	w.t.Helper()
	select {
	case <-w.served:
	case <-time.After(limit):
		w.t.Errorf("the server still runs %v after the end of its input", limit)
	}
}

// handle takes in what the server tells and asks.
func (w *window) handle(_ context.Context, _ *jsonrpc2.Conn, req *jsonrpc2.Request) (any, error) {
	var raw json.RawMessage
	if req.Params != nil {
		raw = *req.Params
	}
	switch req.Method {
	case protocol.MethodSessionDidChange:
		var params protocol.SessionDidChangeParams
		if err := json.Unmarshal(raw, &params); err != nil {
			w.t.Errorf("session/didChange: %v", err)
		}
		w.mu.Lock()
		w.sessions[params.Session.ID] = params.Session
		w.past, w.at = append(w.past, params.Session), append(w.at, time.Now())
		close(w.changed)
		w.changed = make(chan struct{})
		w.mu.Unlock()
	case protocol.MethodProgress:
		var params protocol.ProgressParams
		if err := json.Unmarshal(raw, &params); err != nil {
			w.t.Errorf("$/progress: %v", err)
		}
		w.mu.Lock()
		w.reports = append(w.reports, params)
		w.mu.Unlock()
	case protocol.MethodShowMessage:
		var params protocol.ShowMessageParams
		if err := json.Unmarshal(raw, &params); err != nil {
			w.t.Errorf("window/showMessage: %v", err)
		}
		w.mu.Lock()
		w.messages = append(w.messages, params)
		w.mu.Unlock()
	case protocol.MethodShellOutput:
		handleShell(w.t, req.Method, raw)
		return protocol.ShellOutputResult{}, nil
	case protocol.MethodShellDidEnd:
		handleShell(w.t, req.Method, raw)
	case protocol.MethodPromptSecret, protocol.MethodPromptConfirm:
		w.mu.Lock()
		prompt := w.prompt
		w.mu.Unlock()
		if prompt == nil {
			return protocol.PromptSecretResult{Cancelled: true}, nil
		}
		return prompt(req.Method, raw), nil
	}
	return nil, nil
}

// call makes one request and waits for its answer.
func (w *window) call(method string, params, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*waitLimit)
	defer cancel()
	return w.rpc.Call(ctx, method, params, result)
}

// request begins kernel/start; the answer comes through the channel.
type started struct {
	protocol.KernelStartResult
	err error
}

// begin sends kernel/start for alice and returns at once.
func (w *window) begin(request protocol.KernelRequest) (jsonrpc2.ID, <-chan started) {
	id := newID()
	return id, w.beginAs(id, "alice@login", request)
}

func newID() jsonrpc2.ID {
	return jsonrpc2.ID{Str: "start-" + time.Now().Format("150405.000000000"), IsString: true}
}

func (w *window) beginAs(id jsonrpc2.ID, cluster string, request protocol.KernelRequest) <-chan started {
	return w.beginStart(id, protocol.KernelStartParams{Cluster: cluster, Request: request})
}

func (w *window) beginStart(id jsonrpc2.ID, params protocol.KernelStartParams) <-chan started {
	answer := make(chan started, 1)
	call, err := w.rpc.DispatchCall(context.Background(), protocol.MethodKernelStart, params, jsonrpc2.PickID(id))
	if err != nil {
		w.t.Fatal(err)
	}
	go func() {
		var s started
		s.err = call.Wait(context.Background(), &s.KernelStartResult)
		answer <- s
	}()
	return answer
}

// start starts a kernel and waits until it is ready.
func (w *window) start(request protocol.KernelRequest) protocol.KernelStartResult {
	w.t.Helper()
	s := w.startAt("alice@login", request)
	if s.err != nil {
		w.t.Fatalf("kernel/start: %v", s.err)
	}
	return s.KernelStartResult
}

// failStart starts a kernel that must not start, and returns the problem.
func (w *window) failStart(cluster string, request protocol.KernelRequest) protocol.Problem {
	w.t.Helper()
	return problemOf(w.t, w.startAt(cluster, request).err)
}

// startAt starts a kernel on a cluster and waits for the answer.
func (w *window) startAt(cluster string, request protocol.KernelRequest) started {
	w.t.Helper()
	select {
	case s := <-w.beginAs(newID(), cluster, request):
		return s
	case <-time.After(2 * waitLimit):
		w.t.Fatal("kernel/start: no answer")
	}
	panic("unreachable")
}

// problemOf returns the problem in an error's data.
func problemOf(t *testing.T, err error) protocol.Problem {
	t.Helper()
	var rpcErr *jsonrpc2.Error
	if !errors.As(err, &rpcErr) {
		t.Fatalf("no error of the server's: %v", err)
	}
	var problem protocol.Problem
	if rpcErr.Data == nil {
		t.Fatalf("an error without data: %v", err)
	}
	if err := json.Unmarshal(*rpcErr.Data, &problem); err != nil {
		t.Fatalf("the error's data: %v", err)
	}
	if problem.Code == "" || problem.Message == "" {
		t.Errorf("a problem without code or message: %+v", problem)
	}
	return problem
}

// await waits until a session of the window is as wanted.
func (w *window) await(what string, want func(protocol.Session) bool) protocol.Session {
	w.t.Helper()
	return w.awaitAmong(what, want, func() []protocol.Session { return slices.Collect(maps.Values(w.sessions)) })
}

// awaitState waits until a session of the window is in the state, or has been: some are
// over sooner than a busy machine lets anybody look.
func (w *window) awaitState(state protocol.SessionState) protocol.Session {
	w.t.Helper()
	return w.awaitAmong("in state "+string(state), inState(state), func() []protocol.Session { return w.past })
}

func (w *window) awaitAmong(what string, want func(protocol.Session) bool, sessions func() []protocol.Session) protocol.Session {
	w.t.Helper()
	deadline := time.After(2 * waitLimit)
	for {
		w.mu.Lock()
		all, changed := sessions(), w.changed
		w.mu.Unlock()
		if i := slices.IndexFunc(all, want); i >= 0 {
			return all[i]
		}
		select {
		case <-changed:
		case <-deadline:
			w.t.Fatalf("never %s; last seen: %+v", what, all)
		}
	}
}

func inState(state protocol.SessionState) func(protocol.Session) bool {
	return func(s protocol.Session) bool { return s.State == state }
}

// pipe is two one-way pipes as one stream.
type pipe struct {
	io.ReadCloser
	out io.WriteCloser
}

func (p pipe) Write(b []byte) (int, error) { return p.out.Write(b) }
func (p pipe) Close() error                { return errors.Join(p.out.Close(), p.ReadCloser.Close()) }

// testLog writes the server's log to the test's.
type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Logf("%s", b)
	return len(b), nil
}
