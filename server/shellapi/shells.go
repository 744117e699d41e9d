// Package shellapi answers shell/* for one client: it knows the client's shells by their
// ids, sends their output, and ends them with the client. Only package server imports it.
package shellapi

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/shell"
)

const (
	// maxShells bounds a client's shells.
	maxShells = 50
	// maxShellData bounds the input in one message, in bytes.
	maxShellData = 1 << 20
	// maxTerminalSize bounds the rows and columns of a terminal.
	maxTerminalSize = 1000
)

// Options are what shells need of a server.
type Options struct {
	Client *rpc.Client
	// Open opens a shell in a kernel of this computer, and returns its node.
	Open func(ctx context.Context, sessionID string, req shell.Request) (shell *shell.Shell, node string, err error)
}

// Shells answers shell/* of one client. It owns the shells.
type Shells struct {
	Options

	mu      sync.Mutex              // guards the fields below
	open    map[string]*shell.Shell // nil: being opened
	closing func(*shell.Shell)      // ends those that are opened too late; nil: not closing
	watched sync.WaitGroup
}

// New returns no shells yet.
func New(o Options) *Shells { return &Shells{Options: o, open: map[string]*shell.Shell{}} }

// reserve takes an id.
func (s *Shells) reserve(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, taken := s.open[id]
	switch {
	case s.closing != nil:
		return &fault.Error{Code: fault.Cancelled, Tried: "opening a shell", Answer: "the server is shutting down"}
	case id == "" || taken:
		return rpc.BadRequest("shellId", "it must be one that is not in use")
	case len(s.open) >= maxShells:
		return rpc.BadRequest("shellId", "50 shells are open; close one")
	}
	s.open[id] = nil
	return nil
}

// set stores a shell that was opened, unless it has ended already. It returns how to end it if the client is gone.
func (s *Shells) set(id string, shell *shell.Shell) (closing func(*shell.Shell)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !channels.IsClosed(shell.Done()) {
		s.open[id] = shell
	}
	return s.closing
}

// remove forgets a shell, and reports whether all are being closed.
func (s *Shells) remove(id string) (closing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, id)
	return s.closing != nil
}

func (s *Shells) find(id string) (*shell.Shell, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if shell := s.open[id]; shell != nil {
		return shell, nil
	}
	return nil, &fault.Error{Code: fault.ShellLost, Tried: "looking for the shell", Answer: "it has ended"}
}

// Close ends all shells, and opens no more.
func (s *Shells) Close() { s.close((*shell.Shell).Close) }

// Leave is Close, but the shells run on in their jobs for a client that returns to them.
func (s *Shells) Leave() { s.close((*shell.Shell).Leave) }

func (s *Shells) close(end func(*shell.Shell)) {
	s.mu.Lock()
	s.closing = end
	all := slices.Collect(maps.Values(s.open))
	s.mu.Unlock()
	var group sync.WaitGroup
	for _, shell := range all {
		if shell != nil {
			group.Go(func() { end(shell) })
		}
	}
	group.Wait()
	s.watched.Wait()
}

// ShellOpen runs a shell or a command in a kernel's job.
func (s *Shells) ShellOpen(ctx context.Context, params *protocol.ShellOpenParams) (*protocol.ShellOpenResult, error) {
	rows, columns := cmp.Or(params.Rows, 24), cmp.Or(params.Columns, 80)
	if err := checkTerminalSize(rows, columns); err != nil {
		return nil, err
	}
	if params.WorkingDirectory != "" && !path.IsAbs(params.WorkingDirectory) {
		return nil, rpc.BadRequest("workingDirectory", "it must be an absolute path")
	}
	if params.Key != "" && !shell.IsKey(params.Key) {
		return nil, rpc.BadRequest("key", "it must be one that shell/open returned")
	}
	if err := s.reserve(params.ShellID); err != nil {
		return nil, err
	}
	shell, node, err := s.Open(ctx, params.SessionID, shell.Request{
		Command: params.Command, Directory: files.Unescape(params.WorkingDirectory), TTY: params.Terminal, Term: params.Term, ColorTerm: params.ColorTerm, Rows: rows, Columns: columns, Key: params.Key,
		Output: func(ctx context.Context, stderr bool, data []byte) error {
			_, err := s.Client.ShellOutput(ctx, &protocol.ShellOutputParams{
				ShellID: params.ShellID, Data: base64.StdEncoding.EncodeToString(data), Stderr: stderr,
			})
			if errors.Is(err, rpc.ErrClosed) {
				<-ctx.Done() // the client is gone, which ends the shell or leaves it
			}
			return err
		},
	})
	if err != nil {
		s.remove(params.ShellID)
		return nil, err
	}
	s.watched.Go(func() { s.reportEnd(params.ShellID, shell) })
	if end := s.set(params.ShellID, shell); end != nil {
		end(shell)
	}
	return &protocol.ShellOpenResult{Node: node, Key: shell.Key()}, nil
}

// reportEnd waits for a shell's end and tells the client, unless that has ended it by leaving.
func (s *Shells) reportEnd(id string, shell *shell.Shell) {
	<-shell.Done()
	if s.remove(id) {
		return
	}
	status, err := shell.Result()
	params := &protocol.ShellDidEndParams{ShellID: id, ExitStatus: status}
	if err != nil {
		problem := rpc.ProblemOf(err)
		params.Problem = &problem
	}
	_ = s.Client.ShellDidEnd(context.Background(), params)
}

// ShellInput sends input to a shell.
func (s *Shells) ShellInput(ctx context.Context, params *protocol.ShellInputParams) (*protocol.ShellInputResult, error) {
	data, err := base64.StdEncoding.DecodeString(params.Data)
	if err != nil || len(data) > maxShellData {
		return nil, rpc.BadRequest("data", "it must be base64 of at most 1 MiB")
	}
	shell, err := s.find(params.ShellID)
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
func (s *Shells) ShellResize(_ context.Context, params *protocol.ShellResizeParams) (*protocol.ShellResizeResult, error) {
	if err := checkTerminalSize(params.Rows, params.Columns); err != nil {
		return nil, err
	}
	shell, err := s.find(params.ShellID)
	if err != nil {
		return nil, err
	}
	shell.Resize(params.Rows, params.Columns)
	return &protocol.ShellResizeResult{}, nil
}

func checkTerminalSize(rows, columns int) error {
	if rows < 1 || columns < 1 || rows > maxTerminalSize || columns > maxTerminalSize {
		return rpc.BadRequest("rows", "rows and columns must be between 1 and 1000")
	}
	return nil
}

// ShellSignal sends a signal to a command.
func (s *Shells) ShellSignal(_ context.Context, params *protocol.ShellSignalParams) (*protocol.ShellSignalResult, error) {
	switch params.Signal {
	case protocol.SignalInterrupt, protocol.SignalTerminate, protocol.SignalHangUp, protocol.SignalKill:
	default:
		return nil, rpc.BadRequest("signal", "it must be INT, TERM, HUP or KILL")
	}
	shell, err := s.find(params.ShellID)
	if err != nil {
		return nil, err
	}
	shell.Signal(string(params.Signal))
	return &protocol.ShellSignalResult{}, nil
}

// ShellClose ends a shell.
func (s *Shells) ShellClose(_ context.Context, params *protocol.ShellCloseParams) (*protocol.ShellCloseResult, error) {
	if shell, err := s.find(params.ShellID); err == nil {
		shell.Close()
	}
	return &protocol.ShellCloseResult{}, nil
}
