package tunnel

import (
	"context"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
)

// programConfig is what a connection needs besides its target.
type programConfig struct {
	prompter                     Prompter
	notify                       func(Notice)
	keys                         *keyring
	sockets                      string
	connectTimeout               time.Duration
	aliveInterval, alivePatience time.Duration
}

// systemSSH is a connection of an ssh program, of which there is none on Windows.
type systemSSH struct{ ssh.Conn }

// address returns nothing.
func (*systemSSH) address() string { return "" }

// Alive reports false.
func (*systemSSH) Alive(context.Context, time.Duration) bool { return false }

// dialProgram fails: OpenSSH on Windows shares no connection, so that each command would be a
// login of its own.
func dialProgram(_ context.Context, t *Target, _ programConfig) (*systemSSH, bool, error) {
	return nil, false, &fault.Error{Code: fault.SSHConfig, Tried: "connecting to " + t.label() + " with " + t.Program,
		Answer: "ssh on Windows has no control connections (ControlMaster), without which each command would be a login of its own",
		Advice: "Leave the setting ssh of the cluster out, so that Sunpyter connects by itself; or run it in WSL, where the setting works."}
}
