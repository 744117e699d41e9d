//go:build !windows

package tunnel

import (
	"context"
	"net"
	"os"
)

// defaultAgent is the agent where the configuration names none.
func defaultAgent() string { return os.Getenv("SSH_AUTH_SOCK") }

// dialAgent connects to the agent's socket.
func dialAgent(ctx context.Context, socket string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: agentTimeout}
	return dialer.DialContext(ctx, "unix", socket)
}
