package sshauth

import (
	"context"
	"net"
	"strings"

	"github.com/Microsoft/go-winio"
)

// dialAgent connects to the agent's pipe, or to a unix socket, which Windows has too.
func dialAgent(ctx context.Context, name string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, agentTimeout)
	defer cancel()
	if strings.HasPrefix(strings.ReplaceAll(name, "/", `\`), `\\.\pipe\`) {
		return winio.DialPipeContext(ctx, strings.ReplaceAll(name, "/", `\`))
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, "unix", name)
}
