package openssh

import (
	"context"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Client is a connection of an ssh program, which does not exist on Windows.
type Client struct{ ssh.Conn }

// Address returns nothing.
func (*Client) Address() string { return "" }

// Alive reports false.
func (*Client) Alive(context.Context, time.Duration) bool { return false }

// Dial fails: OpenSSH on Windows shares no connection, so that each command would be a
// login of its own.
func Dial(_ context.Context, t *sshconfig.Target, _ Config) (*Client, bool, error) {
	return nil, false, &fault.Error{Code: fault.SSHConfig, Tried: "connecting to " + t.Label() + " with " + t.Program,
		Answer: "ssh on Windows does not support ControlMaster, so each command would log in again",
		Advice: "Remove the cluster's setting ssh, so that Sunpyter connects by itself; or run it in WSL, where the setting works."}
}
