package terminal

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// exitShellFailed is the exit code of shell and exec where there is none of the node's, as in ssh.
const exitShellFailed = 255

// inputChunk is how much of stdin one message carries at most, in bytes.
const inputChunk = 32 << 10

// signalTimeout limits how long a server that hangs keeps the next signal from being handled.
const signalTimeout = 5 * time.Second

// shellID names the only shell of a command's own server.
const shellID = "shell"

func (p *program) shellCommand() *cobra.Command {
	var flags rpcclient.Options
	cmd := &cobra.Command{
		Use:        "shell [ID]",
		SuggestFor: []string{"ssh", "terminal", "login", "attach"},
		Short:      "Open a shell on a kernel's node",
		Long: `Shell runs your shell on the node, in the kernel's job: with its CPUs, memory and
GPUs, in the environment and the folder that its cells have. It survives lost
connections, and ends with the kernel. To leave a shell that does not answer, type
Enter, ~ and a full stop.

It exits with the shell's exit status; 255 means that Sunpyter failed.`,
		Example: `  sunpyter shell                 # in the only kernel
  sunpyter shell k3v9q2`,
		Args: maxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())) {
				return errors.New("shell needs a terminal; in scripts, use exec")
			}
			return p.runShell(flags, firstArg(args), nil)
		},
	}
	addServerFlags(cmd.Flags(), &flags)
	return cmd
}

func (p *program) execCommand() *cobra.Command {
	var flags rpcclient.Options
	cmd := &cobra.Command{
		Use:   "exec [ID] -- COMMAND [ARG]...",
		Short: "Run a command on a kernel's node",
		Long: `Exec runs a command on the node, in the kernel's job: with its CPUs, memory and
GPUs, in the environment and the folder that its cells have. Its standard input,
output and error are those of exec itself, byte for byte. It survives lost
connections, and ends with the kernel or with exec.

It exits with the command's exit status, or 128 and the number of the signal that
ended it; 255 means that Sunpyter failed.`,
		Example: `  sunpyter exec -- nvidia-smi
  sunpyter exec k3v9q2 -- tar c results | tar x
  sunpyter exec -- bash -c 'module list; nproc'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			dash := cmd.ArgsLenAtDash()
			if dash < 0 || dash > 1 || dash == len(args) {
				return errors.New("write the command after --, as in sunpyter exec -- nproc")
			}
			return p.runShell(flags, firstArg(args[:dash]), args[dash:])
		},
	}
	addServerFlags(cmd.Flags(), &flags)
	return cmd
}

// shellRun is one run of shell or exec.
type shellRun struct {
	*oneShot
	command []string // none: a shell in this terminal
	out     io.Writer
	ended   chan protocol.ShellDidEndParams // capacity 1
	failed  chan error                      // capacity 1; says that output could not be written
}

// runShell runs command, or a shell, in a session's job; id is empty for the only one.
func (p *program) runShell(flags rpcclient.Options, id string, command []string) error {
	shown := flags
	shown.JSON = command != nil // stdout is the command's
	r := &shellRun{
		oneShot: &oneShot{messages: p.newMessages(shown), emitter: newEmitter(p.out, false)},
		command: command, out: p.out, ended: make(chan protocol.ShellDidEndParams, 1), failed: make(chan error, 1),
	}
	err := r.run(p, flags, id)
	if _, ok := errors.AsType[exitError](err); ok || err == nil {
		return err
	}
	if p.report(err, "sunpyter") == exitInterrupted {
		return exitError(exitInterrupted)
	}
	return exitError(exitShellFailed)
}

func (r *shellRun) run(p *program, flags rpcclient.Options, id string) error {
	ch, stop := signals()
	defer stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	running := make(chan struct{})
	finished := make(chan struct{})
	defer close(finished)
	go r.relaySignals(ch, running, finished, cancel)

	h := r.handler()
	h.Output, h.ShellEnded = r.write, func(e protocol.ShellDidEndParams) { r.ended <- e }
	client, err := rpcclient.Connect(ctx, p.version, flags, h)
	if err != nil {
		return err
	}
	r.client = client
	defer client.Close()
	if id, err = r.oneSession(ctx, id, "shell"); err != nil {
		return err
	}
	return r.converse(ctx, id, running)
}

// converse opens the shell and stays with it until it ends. It closes running when the shell
// is open.
func (r *shellRun) converse(ctx context.Context, id string, running chan<- struct{}) error {
	params := protocol.ShellOpenParams{SessionID: id, ShellID: shellID, Command: r.command}
	if r.command == nil {
		params.Terminal, params.Term, params.ColorTerm = true, os.Getenv("TERM"), os.Getenv("COLORTERM")
		params.Columns, params.Rows = console.Size()
	}
	if err := r.call(ctx, protocol.MethodShellOpen, params, nil); err != nil {
		if ctx.Err() != nil {
			return errors.Join(errInterrupted, err)
		}
		return err
	}
	if r.command == nil { // not before: the login may have prompts
		restore, err := console.Raw()
		if err != nil {
			return rpcclient.NewFailure(fault.Internal, "preparing the terminal", err.Error(), "")
		}
		defer restore()
	}
	close(running)
	quit := make(chan struct{}, 1)
	go r.readInput(ctx, quit) // ends with the process: a read cannot be interrupted
	if r.command == nil {
		go console.WatchSize(ctx, params.Columns, params.Rows, func(columns, rows int) {
			_ = r.client.Call(ctx, protocol.MethodShellResize, protocol.ShellResizeParams{ShellID: shellID, Rows: rows, Columns: columns}, nil)
		})
	}
	return r.awaitEnd(ctx, quit)
}

// awaitEnd waits for the shell's end, and returns what the command ends with.
func (r *shellRun) awaitEnd(ctx context.Context, quit <-chan struct{}) error {
	select {
	case e := <-r.ended:
		select {
		case err := <-r.failed: // its last output
			return err
		default:
		}
		if e.Problem != nil {
			return &rpcclient.Failure{Problem: *e.Problem}
		}
		if e.ExitStatus != 0 {
			return exitError(e.ExitStatus)
		}
		return nil
	case err := <-r.failed:
		return err
	case <-quit:
		return errInterrupted
	case <-ctx.Done():
		return errInterrupted
	case <-r.client.Disconnected():
		return r.client.ServerExited()
	}
}

// write writes output where the command's would go.
func (r *shellRun) write(o protocol.ShellOutputParams) {
	data, err := base64.StdEncoding.DecodeString(o.Data)
	if err != nil {
		return
	}
	if r.command == nil {
		r.screen.Close() // the live line, if the shell is faster than the answer that it is open
	}
	to := r.out
	if o.Stderr {
		to = r.err
	}
	if _, err := to.Write(data); err != nil {
		select {
		case r.failed <- outputFailure(err):
		default: // not the first time
		}
	}
}

// relaySignals passes signals on to a command. They cancel what runs before it, a shell, and the
// command itself when it has ignored two.
func (r *shellRun) relaySignals(ch <-chan os.Signal, running, finished <-chan struct{}, cancel context.CancelFunc) {
	names := map[os.Signal]protocol.ShellSignalName{
		os.Interrupt: protocol.SignalInterrupt, syscall.SIGTERM: protocol.SignalTerminate, syscall.SIGHUP: protocol.SignalHangUp,
	}
	for sent := 0; ; sent++ {
		var s os.Signal
		select {
		case s = <-ch:
		case <-finished:
			return
		}
		select {
		case <-running:
		default:
			cancel()
			continue
		}
		if r.command == nil || sent >= 2 || s == syscall.SIGHUP {
			cancel()
			continue
		}
		ctx, stop := context.WithTimeout(context.Background(), signalTimeout)
		_ = r.client.Call(ctx, protocol.MethodShellSignal, protocol.ShellSignalParams{ShellID: shellID, Signal: names[s]}, nil)
		stop()
	}
}

// readInput sends stdin until it ends, or the user types the escape.
func (r *shellRun) readInput(ctx context.Context, quit chan<- struct{}) {
	escape := escapeFilter{lineStart: true}
	buffer := make([]byte, inputChunk)
	for {
		n, err := os.Stdin.Read(buffer)
		data := buffer[:n]
		if r.command == nil {
			if runtime.GOOS == "windows" && errors.Is(err, io.EOF) {
				data, err = []byte{0x1a}, nil // Ctrl+Z
			}
			var leave bool
			if data, leave = escape.filter(data); leave {
				quit <- struct{}{}
				return
			}
		}
		params := protocol.ShellInputParams{ShellID: shellID, Data: base64.StdEncoding.EncodeToString(data), End: err != nil}
		if (len(data) > 0 || err != nil) && r.client.Call(ctx, protocol.MethodShellInput, params, nil) != nil {
			return // it has ended
		}
		if err != nil {
			return
		}
	}
}

// escapeFilter finds the escape that ssh has, too: "~." at the start of a line.
type escapeFilter struct {
	lineStart, tilde bool
}

// filter returns what is to be sent, and whether the user wants to leave.
func (e *escapeFilter) filter(data []byte) (send []byte, leave bool) {
	send = make([]byte, 0, len(data)+1)
	for _, b := range data {
		switch {
		case e.tilde && b == '.':
			return nil, true
		case e.tilde:
			e.tilde = false
			if b != '~' {
				send = append(send, '~')
			}
		case e.lineStart && b == '~':
			e.tilde, e.lineStart = true, false
			continue
		}
		send = append(send, b)
		e.lineStart = b == '\r' || b == '\n'
	}
	return send, false
}
