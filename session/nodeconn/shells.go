package nodeconn

import (
	"context"
	"net"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/shell"
)

// ShellsReported takes the agent's report of shells.py; "ended" is that of an agent that
// ended.
func (w *Conn) ShellsReported(state string) { w.shells.report(state) }

// shellStartTimeout bounds the wait for the agent, which gives up earlier.
const shellStartTimeout = 30 * time.Second

// startShells has shells.py run.
func (w *Conn) startShells(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, shellStartTimeout)
	defer cancel()
	state, err := ask(limited, w, &w.shells, shell.ProgramRequest())
	f := &fault.Error{Code: fault.ShellFailed, Tried: "opening a shell on the node", Answer: "the process that runs shells did not start",
		Advice: "Try again. If it fails again, see " + fault.Command("log") + " for its message, or start a new kernel."}
	switch {
	case err != nil && (limited.Err() == nil || ctx.Err() != nil):
		return err
	case state == "ready":
		return nil
	case state == "none":
		f.Answer, f.Advice = "the kernel was started by an older Sunpyter, which had no shells", "Start a new kernel."
	}
	return f
}

// DialShell connects to shells.py: to open a shell (id is empty), or to
// return to one.
func (w *Conn) DialShell(ctx context.Context, id string) (net.Conn, error) {
	if id != "" {
		return w.conn.TryUnix(ctx, shell.Socket(w.private, id))
	}
	if err := w.startShells(ctx); err != nil {
		return nil, err
	}
	conn, err := w.conn.DialUnix(ctx, shell.Socket(w.private, ""))
	if fault.Is(err, fault.ConnectRefused) {
		return nil, &fault.Error{Code: fault.ShellFailed, Tried: "opening a shell on the node", Answer: "the process that runs shells does not respond", Err: err,
			Advice: "The job may be short of memory: free some, or start a new kernel."}
	}
	return conn, err
}
