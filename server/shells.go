package server

import (
	"cmp"
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
)

const (
	// maxShells bounds a client's shells.
	maxShells = 50
	// maxShellData bounds the input in one message, in bytes.
	maxShellData = 1 << 20
	// maxTerminalSize bounds the rows and columns of a terminal.
	maxTerminalSize = 1000
)

// shells are the shells of the client.
type shells struct {
	mu      sync.Mutex
	open    map[string]*session.Shell // nil: being opened
	closing bool
	watched sync.WaitGroup
}

// reserve takes an id.
func (s *shells) reserve(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, taken := s.open[id]
	switch {
	case s.closing:
		return &fault.Error{Code: fault.Cancelled, Tried: "opening a shell", Answer: "the server is shutting down"}
	case id == "" || taken:
		return badRequest("shellId", "it must be one that is not in use")
	case len(s.open) >= maxShells:
		return badRequest("shellId", "50 shells are open; close one")
	}
	s.open[id] = nil
	return nil
}

// set stores a shell that was opened. It reports false if the client is gone.
func (s *shells) set(id string, shell *session.Shell) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[id] = shell
	return !s.closing
}

func (s *shells) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, id)
}

func (s *shells) find(id string) (*session.Shell, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if shell := s.open[id]; shell != nil {
		return shell, nil
	}
	return nil, &fault.Error{Code: fault.ShellLost, Tried: "looking for the shell", Answer: "it has ended"}
}

// close ends all shells, and opens no more.
func (s *shells) close() {
	s.mu.Lock()
	s.closing = true
	all := slices.Collect(maps.Values(s.open))
	s.mu.Unlock()
	var group sync.WaitGroup
	for _, shell := range all {
		if shell != nil {
			group.Go(shell.Close)
		}
	}
	group.Wait()
	s.watched.Wait()
}

// ShellOpen runs a shell or a command in a kernel's job.
func (s *server) ShellOpen(ctx context.Context, params *protocol.ShellOpenParams) (*protocol.ShellOpenResult, error) {
	rows, columns := cmp.Or(params.Rows, 24), cmp.Or(params.Columns, 80)
	if err := checkTerminalSize(rows, columns); err != nil {
		return nil, err
	}
	if err := s.shells.reserve(params.ShellID); err != nil {
		return nil, err
	}
	shell, node, err := s.openShell(ctx, params.SessionID, session.ShellRequest{
		Command: params.Command, TTY: params.Terminal, Term: params.Term, ColorTerm: params.ColorTerm, Rows: rows, Columns: columns,
		Output: func(ctx context.Context, stderr bool, data []byte) error {
			_, err := s.client.ShellOutput(ctx, &protocol.ShellOutputParams{
				ShellID: params.ShellID, Data: base64.StdEncoding.EncodeToString(data), Stderr: stderr,
			})
			return err
		},
	})
	if err != nil {
		s.shells.remove(params.ShellID)
		return nil, err
	}
	s.shells.watched.Go(func() { s.reportEnd(params.ShellID, shell) })
	if !s.shells.set(params.ShellID, shell) {
		shell.Close()
	}
	return &protocol.ShellOpenResult{Node: node}, nil
}

// openShell opens a shell in a session of this client, or in one of another window on this
// computer, over a connection of its own.
func (s *server) openShell(ctx context.Context, id string, req session.ShellRequest) (shell *session.Shell, node string, err error) {
	if h, ok := s.kernels.find(id); ok {
		shell, err = h.OpenShell(ctx, req)
		return shell, h.Snapshot().Node.Name, err
	}
	rec, ok := s.kernels.remembered(id)
	if !ok {
		return nil, "", unknownSession(id)
	}
	p := profileFor(rec.Place)
	release := s.pool.Acquire(p)
	shell, err = session.OpenShell(ctx, func(ctx context.Context, interactive bool) (session.LoginConn, error) {
		return s.pool.Connect(ctx, p, interactive)
	}, rec, req)
	if err != nil {
		release()
		return nil, "", err
	}
	s.shells.watched.Go(func() {
		<-shell.Done()
		release()
	})
	return shell, rec.Node.Name, nil
}

// reportEnd waits for a shell's end and tells the client.
func (s *server) reportEnd(id string, shell *session.Shell) {
	<-shell.Done()
	status, err := shell.Result()
	params := &protocol.ShellDidEndParams{ShellID: id, ExitStatus: status}
	if err != nil {
		problem := rpc.ProblemOf(err)
		params.Problem = &problem
	}
	s.shells.remove(id)
	_ = s.client.ShellDidEnd(context.Background(), params)
}

// ShellInput sends input to a shell.
func (s *server) ShellInput(ctx context.Context, params *protocol.ShellInputParams) (*protocol.ShellInputResult, error) {
	data, err := base64.StdEncoding.DecodeString(params.Data)
	if err != nil || len(data) > maxShellData {
		return nil, badRequest("data", "it must be base64 of at most 1 MiB")
	}
	shell, err := s.shells.find(params.ShellID)
	if err != nil {
		return nil, err
	}
	if err := shell.Write(ctx, data); err != nil {
		return nil, err
	}
	if params.End {
		shell.CloseInput()
	}
	return &protocol.ShellInputResult{}, nil
}

// ShellResize changes the size of a terminal.
func (s *server) ShellResize(_ context.Context, params *protocol.ShellResizeParams) (*protocol.ShellResizeResult, error) {
	if err := checkTerminalSize(params.Rows, params.Columns); err != nil {
		return nil, err
	}
	shell, err := s.shells.find(params.ShellID)
	if err != nil {
		return nil, err
	}
	shell.Resize(params.Rows, params.Columns)
	return &protocol.ShellResizeResult{}, nil
}

func checkTerminalSize(rows, columns int) error {
	if rows < 1 || columns < 1 || rows > maxTerminalSize || columns > maxTerminalSize {
		return badRequest("rows", "rows and columns must be between 1 and 1000")
	}
	return nil
}

// ShellSignal sends a signal to a command.
func (s *server) ShellSignal(_ context.Context, params *protocol.ShellSignalParams) (*protocol.ShellSignalResult, error) {
	switch params.Signal {
	case protocol.SignalInterrupt, protocol.SignalTerminate, protocol.SignalHangUp, protocol.SignalKill:
	default:
		return nil, badRequest("signal", "it must be INT, TERM, HUP or KILL")
	}
	shell, err := s.shells.find(params.ShellID)
	if err != nil {
		return nil, err
	}
	shell.Signal(string(params.Signal))
	return &protocol.ShellSignalResult{}, nil
}

// ShellClose ends a shell.
func (s *server) ShellClose(_ context.Context, params *protocol.ShellCloseParams) (*protocol.ShellCloseResult, error) {
	if shell, err := s.shells.find(params.ShellID); err == nil {
		shell.Close()
	}
	return &protocol.ShellCloseResult{}, nil
}
