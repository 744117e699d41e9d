package terminal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
)

// serveFake speaks the protocol on stdio without a cluster. Its behaviour depends on the words in
// the cluster's name (alice@slow-release) or, for the other commands, in FAKE.
func serveFake(ctx context.Context, _ string, _ bool) error {
	f := &fakeServer{stderr: os.Stderr, cancels: map[jsonrpc2.ID]context.CancelFunc{}, ended: make(chan struct{}), reconnect: make(chan struct{})}
	stream := jsonrpc2.NewBufferedStream(stdio{os.Stdin, os.Stdout}, jsonrpc2.VSCodeObjectCodec{})
	conn := jsonrpc2.NewConn(ctx, stream, f)
	select {
	case <-conn.DisconnectNotify():
	case <-f.ended:
	}
	mark("serve ended")
	return nil
}

// mark writes a line for the test to the file that FAKE_MARKS names.
func mark(line string) {
	file, err := os.OpenFile(os.Getenv("FAKE_MARKS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, _ = fmt.Fprintln(file, line)
		_ = file.Close()
	}
}

type stdio struct {
	io.ReadCloser
	out io.WriteCloser
}

func (s stdio) Write(p []byte) (int, error) { return s.out.Write(p) }

type fakeServer struct {
	stderr io.Writer
	ended  chan struct{}

	mu      sync.Mutex
	cancels map[jsonrpc2.ID]context.CancelFunc
	held    *protocol.Session
	script  string

	uses      int           // how often the use was asked for
	tries     int           // to reconnect
	reconnect chan struct{} // closed by the successful one
}

// Handle answers requests concurrently. It registers each before the next is read, so that
// a cancel finds the request that it is for.
func (f *fakeServer) Handle(ctx context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) {
	ctx, cancel := context.WithCancel(ctx)
	f.mu.Lock()
	f.cancels[r.ID] = cancel
	f.mu.Unlock()
	go func() {
		defer cancel()
		jsonrpc2.HandlerWithError(f.handle).Handle(ctx, conn, r)
	}()
}

func (f *fakeServer) handle(ctx context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) (any, error) {
	if r.Method != protocol.MethodCancelRequest {
		mark(r.Method)
	}
	switch r.Method {
	case protocol.MethodInitialize:
		return protocol.InitializeResult{ProtocolVersion: protocol.Version}, nil
	case protocol.MethodShutdown:
		return f.shutdown()
	case protocol.MethodExit:
		close(f.ended)
	case protocol.MethodCancelRequest:
		var p struct {
			ID jsonrpc2.ID `json:"id"`
		}
		if err := json.Unmarshal(*r.Params, &p); err != nil {
			return nil, err
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if cancel, ok := f.cancels[p.ID]; ok { // else the request was never sent, as the protocol allows
			cancel()
		}
	case protocol.MethodKernelStart:
		var p protocol.KernelStartParams
		if err := json.Unmarshal(*r.Params, &p); err != nil {
			return nil, err
		}
		mark(string(*r.Params))
		f.script = p.Cluster
		return f.start(ctx, conn, p)
	case protocol.MethodKernelTakeOver:
		var p protocol.KernelTakeOverParams
		if err := json.Unmarshal(*r.Params, &p); err != nil {
			return nil, err
		}
		mark(string(*r.Params))
		f.script = p.Cluster
		return f.start(ctx, conn, protocol.KernelStartParams{Cluster: p.Cluster})
	case protocol.MethodKernelReconnect:
		f.tries++
		if f.tries == 1 {
			return nil, problem(protocol.ErrFailed, "ssh.auth-refused", "logging in", "permission denied", "Look at it.")
		}
		close(f.reconnect)
		return protocol.KernelReconnectResult{Session: *f.held}, nil
	case protocol.MethodKernelKeepAlive:
		mark(string(*r.Params))
		return protocol.KernelKeepAliveResult{IdleSeconds: 3600}, nil
	case protocol.MethodKernelLink:
		return protocol.KernelLinkResult{Link: "http://127.0.0.1:1/second", Reason: "there is no display"}, nil
	}
	return f.rest(ctx, r)
}

// has reports whether the script contains word.
func (f *fakeServer) has(word string) bool { return strings.Contains(f.script, word) }

func problem(code protocol.ErrorCode, name, tried, answer, advice string) error {
	data, _ := json.Marshal(protocol.Problem{Code: name, Message: tried + ": " + answer, Tried: tried, Answer: answer, Advice: advice})
	raw := json.RawMessage(data)
	return &jsonrpc2.Error{Code: int64(code), Message: tried, Data: &raw}
}

func (f *fakeServer) shutdown() (any, error) {
	switch {
	case f.has("slow-release"):
		select {} // until the process is killed
	case f.held == nil:
		return protocol.ShutdownResult{Released: []protocol.Release{}}, nil
	case f.has("unsure"):
		return protocol.ShutdownResult{Released: []protocol.Release{{JobID: "123", Outcome: protocol.ReleaseUnconfirmed}}}, nil
	}
	return protocol.ShutdownResult{Released: []protocol.Release{{JobID: "123", Outcome: protocol.ReleaseDone}}}, nil
}

func (f *fakeServer) start(ctx context.Context, conn *jsonrpc2.Conn, p protocol.KernelStartParams) (any, error) {
	now := time.Now()
	ends, estimate := now.Add(4*time.Hour), now.Add(20*time.Minute)
	if f.has("short") {
		ends = now.Add(warnBefore + 300*time.Millisecond)
	}
	s := protocol.Session{ID: "k1", Cluster: p.Cluster, Host: "login.test", User: "alice", CPUs: 1, GraceSeconds: 900, Owned: true}
	tell := func(state protocol.SessionState) {
		s.State = state
		_ = conn.Notify(ctx, protocol.MethodSessionDidChange, protocol.SessionDidChangeParams{Session: s})
	}
	tell(protocol.StateConnecting)
	switch {
	case f.has("refused"):
		return nil, problem(protocol.ErrFailed, "ssh.connection-refused", "connecting to login.test port 22", "connection refused\x1b[31m", "Is the address right?")
	case f.has("crash"):
		_, _ = fmt.Fprintln(f.stderr, "panic: the fake fell over")
		os.Exit(7)
	case f.has("secret"):
		var answer protocol.PromptSecretResult
		if err := conn.Call(ctx, protocol.MethodPromptSecret, protocol.PromptSecretParams{
			Host: "login.test", User: "alice", Purpose: protocol.PurposePassphrase, Prompt: "Passphrase:", Detail: "key /home/alice/.ssh/id_ed25519",
		}, &answer); err != nil {
			return nil, problem(protocol.ErrRequestCancelled, "cancelled", "starting a kernel", "cancelled", "")
		}
		mark(fmt.Sprintf("secret %q %v", answer.Value, answer.Cancelled))
		if answer.Cancelled {
			return nil, problem(protocol.ErrFailed, "prompt.unanswered", "unlocking a key", "the question was dismissed", "")
		}
	case f.has("confirm"):
		var answer protocol.PromptConfirmResult
		if err := conn.Call(ctx, protocol.MethodPromptConfirm, protocol.PromptConfirmParams{
			Host: "login.test", Purpose: protocol.PurposeHostKey, Message: "The host login.test is new.", Detail: "ED25519 SHA256:abc", Accept: "Connect",
		}, &answer); err != nil {
			return nil, err
		}
		mark(fmt.Sprintf("confirm %v", answer.Accepted))
	}
	tell(protocol.StateSubmitting)
	s.JobID, s.Partition = "123", "compute"
	s.Pending = &protocol.Pending{Reason: "Resources", Message: "no node has 1 free CPU now", Advice: "Wait, or ask for less", EstimatedStart: &estimate, JobsAhead: 3}
	tell(protocol.StatePending)
	if f.has("pending") {
		<-ctx.Done()
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.has("undone") {
			return nil, problem(protocol.ErrFailed, "release.unconfirmed", "cancelling job 123", "Slurm does not answer", "It ends by itself.")
		}
		return nil, problem(protocol.ErrRequestCancelled, "cancelled", "starting a kernel", "cancelled", "")
	}
	s.Pending, s.Node, s.WorkingDirectory, s.EndsAt, s.MemoryMiB = nil, "scs0151", "/cdt_storage/alice", &ends, 4096
	tell(protocol.StateStarting)
	report := func(kind protocol.ProgressKind, message string) {
		_ = conn.Notify(ctx, protocol.MethodProgress, protocol.ProgressParams{Token: p.ProgressToken, Kind: kind, Message: message})
	}
	report(protocol.ProgressReport, "Waiting for Jupyter's word")
	s.URL = "http://127.0.0.1:1/"
	tell(protocol.StateReady)
	report(protocol.ProgressEnd, "all is over")
	f.held = &s
	go f.afterwards(conn, s)
	result := protocol.KernelStartResult{Session: s, URL: s.URL, Token: "TOKEN", Link: "http://127.0.0.1:1/first"}
	if p.Project != nil {
		result.Project = &fakePush
	}
	return result, nil
}

// afterwards simulates what happens to a kernel after it is ready.
func (f *fakeServer) afterwards(conn *jsonrpc2.Conn, s protocol.Session) {
	tell := func(state protocol.SessionState) {
		s.State = state
		_ = conn.Notify(context.Background(), protocol.MethodSessionDidChange, protocol.SessionDidChangeParams{Session: s})
	}
	switch {
	case f.has("blink"):
		tell(protocol.StateDisconnected)
		tell(protocol.StateReady)
	case f.has("unused"):
		if f.has("again") {
			<-time.After(300 * time.Millisecond) // for input typed before the warning
		}
		at := time.Now().Add(10 * time.Minute)
		s.IdleSeconds, s.IdleEndsAt = 3600, &at
		tell(protocol.StateReady)
		if f.has("again") { // a cell has run
			<-time.After(200 * time.Millisecond)
			s.IdleEndsAt = nil
			tell(protocol.StateReady)
			s.Notice = "used again"
			tell(protocol.StateReady)
		}
	case f.has("hungry"):
		for s.MemoryKills = 1; s.MemoryKills <= 2; s.MemoryKills++ {
			s.Notice = "a kernel was stopped: it used more than its 4 GB of memory. Start again with 8 GB"
			tell(protocol.StateReady)
		}
	case f.has("away"):
		s.Notice, s.NeedsUserAction = "sign in to Sunbird to reconnect", true
		tell(protocol.StateDisconnected)
		<-f.reconnect
		s.Notice, s.NeedsUserAction = "", false
		tell(protocol.StateReady)
	case f.has("ends"):
		s.Cause = &protocol.Problem{Code: "ended.time-limit", Message: "the time limit ended job 123", Tried: "keeping job 123 running", Answer: "its time limit ended it", Advice: "Ask for more with --time."}
		tell(protocol.StateEnded)
	case f.has("dies"):
		_, _ = fmt.Fprintln(f.stderr, "fatal error: the fake fell over")
		os.Exit(7)
	}
}

// rest answers the commands that start nothing, as FAKE says.
func (f *fakeServer) rest(ctx context.Context, r *jsonrpc2.Request) (any, error) {
	script := os.Getenv("FAKE")
	if r.Params != nil {
		mark(string(*r.Params))
	}
	switch r.Method {
	case protocol.MethodClusterList:
		result := protocol.ClusterListResult{Default: "sunbird", SSHHosts: []string{"hawk"}, Clusters: []protocol.Cluster{
			{Name: "sunbird", Title: "Sunbird", Host: "sunbird.swansea.ac.uk", Source: "built-in"},
		}}
		if strings.Contains(script, "mistakes") {
			for _, place := range []string{"the configuration file /c.toml", "the environment variable SUNPYTER_CPUS"} {
				result.Problems = append(result.Problems, protocol.Problem{
					Code: "config.invalid", Message: place, Tried: "reading " + place, Answer: "line 3: no such key", Advice: "Correct it.",
				})
			}
		}
		return result, nil
	case protocol.MethodKernelList:
		if script == "hang" {
			<-ctx.Done()
			mark("list cancelled")
			return nil, problem(protocol.ErrRequestCancelled, "cancelled", "listing", "cancelled", "")
		}
		return f.list(script, r)
	case protocol.MethodClusterEnvironments:
		return fakeEnvironments, nil
	case protocol.MethodEnvironmentChange:
		return protocol.EnvironmentChangeResult{Path: "/home/alice/my env", Commands: []string{"python3 -m venv '/home/alice/my env'"}}, nil
	case protocol.MethodFilePlaces:
		return protocol.FilePlacesResult{Home: "/home/alice", WorkingDirectory: "/scratch/alice"}, nil
	case protocol.MethodFileList:
		return fakeListing(r)
	case protocol.MethodFileDownload:
		return protocol.FileTransferResult{Files: 2, Bytes: 1_500_000, Skipped: []protocol.FileSkipped{{Path: "/scratch/alice/x/a", Reason: "there is already a file of that name"}}}, nil
	case protocol.MethodProjectPush:
		return fakePush, nil
	case protocol.MethodProjectChanges:
		return fakeChanges, nil
	case protocol.MethodProjectPull:
		return protocol.FileTransferResult{Files: 1, Bytes: 20_000, Skipped: []protocol.FileSkipped{{Path: "/scratch/alice/thesis/x", Reason: "it does not exist any more"}}}, nil
	case protocol.MethodKernelStop:
		outcome := protocol.ReleaseDone
		if strings.Contains(script, "unconfirmed") {
			outcome = protocol.ReleaseUnconfirmed
		}
		return protocol.KernelStopResult{Released: []protocol.Release{{SessionID: "k1", JobID: "123", Outcome: outcome}}}, nil
	case protocol.MethodKernelLog:
		return protocol.KernelLogResult{Text: "one\ntwo\x1b[2J\n"}, nil
	case protocol.MethodKernelUse:
		return f.use(script)
	case protocol.MethodClusterEstimates:
		mark(string(*r.Params))
		return fakeEstimates, nil
	case protocol.MethodClusterCheck:
		mark(string(*r.Params))
		ok := !strings.Contains(script, "bad")
		steps := []protocol.CheckStep{{Name: "connect", Title: "The login node", Outcome: protocol.CheckOK, Detail: "reached", Milliseconds: 2100}}
		if !ok {
			steps = append(steps, protocol.CheckStep{Name: "slurm", Title: "Slurm", Outcome: protocol.CheckFailed, Detail: "sbatch was not found", Advice: "Ask the site.", Code: "slurm.not-found"},
				protocol.CheckStep{Name: "home", Title: "The home directory", Outcome: protocol.CheckSkipped})
		} else if strings.Contains(string(*r.Params), `"full":true`) {
			outcome := protocol.CheckOK
			if strings.Contains(script, "busy") {
				outcome = protocol.CheckSkipped
			}
			steps = append(steps, protocol.CheckStep{Name: "cell", Title: "A cell", Outcome: outcome})
		}
		return protocol.ClusterCheckResult{OK: ok, Cluster: "sunbird", Host: "sunbird.swansea.ac.uk", User: "alice", Steps: steps, Report: "Sunpyter check of Sunbird\n"}, nil
	case protocol.MethodExit, protocol.MethodCancelRequest:
		return nil, nil
	}
	return nil, errors.New("the fake has no method " + r.Method)
}

func (f *fakeServer) list(script string, r *jsonrpc2.Request) (any, error) {
	var p protocol.KernelListParams
	if err := json.Unmarshal(*r.Params, &p); err != nil {
		return nil, err
	}
	sessions := []protocol.Session{}
	for _, id := range []string{"k1", "k2"} {
		if strings.Contains(script, id) {
			sessions = append(sessions, protocol.Session{ID: id, JobID: "12" + id[1:], State: protocol.StateReady, Cluster: "sunbird", Host: "h", CPUs: 2, Node: "scs0151"})
		}
	}
	if strings.Contains(script, "elsewhere") {
		sessions = append(sessions, protocol.Session{ID: "h1", JobID: "131", State: protocol.StateReady, Cluster: "hawk", User: "alice", Host: "hawk", CPUs: 1})
	}
	var ended []protocol.Session
	if strings.Contains(script, "ended") {
		at := time.Now().Add(-time.Hour)
		ended = append(ended, protocol.Session{ID: "e1", JobID: "80", State: protocol.StateEnded, Cluster: "sunbird", EndedAt: &at})
	}
	switch {
	case p.Cluster == "":
	case strings.Contains(script, "hawk-down") && p.Cluster == "alice@hawk", strings.HasPrefix(script, "down"):
		return nil, problem(protocol.ErrFailed, "ssh.timeout", "connecting to "+p.Cluster, "no answer within 15 s", "Is the VPN on?")
	default:
		sessions = append(sessions, protocol.Session{JobID: "900", State: protocol.StatePending, Cluster: p.Cluster, Host: "h", CPUs: 1})
	}
	return protocol.KernelListResult{Sessions: sessions, Ended: ended}, nil
}

// use returns what a kernel uses: more with each call, until it ends.
func (f *fakeServer) use(script string) (any, error) {
	f.uses++
	if strings.Contains(script, "soon-over") && f.uses > 1 {
		return nil, problem(protocol.ErrFailed, "session.unknown", "looking at what the kernel uses", "the kernel has ended", "Start a new kernel.")
	}
	u := protocol.Use{CPUPercent: 40 * min(f.uses, 3), MostCPUPercent: 160, MemoryMiB: 3174, MostMemoryMiB: 4301, MemoryLimitMiB: 16384}
	if f.uses == 2 { // the line becomes shorter
		u.GPUs = []protocol.GPUUse{{Percent: 35, MemoryMiB: 1234, TotalMiB: 81920}}
	}
	return protocol.KernelUseResult{Use: u}, nil
}
