package nodeconn

import (
	"context"
	"io"
	"time"

	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
)

// LoginConn is an authenticated connection to the login node; *tunnel.Conn is one.
type LoginConn interface {
	slurm.Host
	// Subsystem starts a subsystem of the SSH server, such as sftp.
	Subsystem(ctx context.Context, name string) (io.ReadWriteCloser, error)
	// Jump connects to a compute node through this connection.
	Jump(ctx context.Context, node tunnel.NodeTarget) (*tunnel.Conn, error)
	// DialCommand connects to a compute node by a command run on this connection.
	DialCommand(ctx context.Context, node tunnel.CommandTarget) (*tunnel.Conn, error)
	// Done is closed when the connection has ended.
	Done() <-chan struct{}
	// Probe checks that the host still answers, and closes a connection that is silent
	// for patience, unless the user would have to act before the next one.
	Probe(ctx context.Context, patience time.Duration)
	// User is the user's name on the login node.
	User() string
	// NeedsUserAction reports whether the next program would have to ask the user before it
	// is connected: the user was asked for this connection, and nothing shares it.
	NeedsUserAction() bool
}

// IsClosed reports whether the connection has ended.
func IsClosed(login LoginConn) bool { return channels.IsClosed(login.Done()) }
