package tunnel

import (
	"context"

	"github.com/sa2c/sunpyter/fault"
)

// dialSystem: OpenSSH on Windows shares no connection, so that each command would be a
// login of its own.
func dialSystem(_ context.Context, t *Target, _ *Options, keys *keyring) (*Conn, error) {
	keys.close()
	return nil, &fault.Error{Code: fault.SSHConfig, Tried: "connecting to " + t.label() + " with " + t.Program,
		Answer: "ssh on Windows has no control connections (ControlMaster), without which each command would be a login of its own",
		Advice: "Leave the setting ssh of the cluster out, so that Sunpyter connects by itself; or run it in WSL, where the setting works."}
}
