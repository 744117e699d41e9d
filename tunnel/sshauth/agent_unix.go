//go:build !windows

package sshauth

import (
	"context"
	"net"
)

// dialAgent connects to the agent's socket.
func dialAgent(ctx context.Context, socket string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: agentTimeout}
	return dialer.DialContext(ctx, "unix", socket)
}
