package share

import (
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Claim makes the caller the only program of this user that asks whether to
// reconnect to target, until release is called; nil: another one does. If
// nothing is shared, each asks for itself.
func Claim(target sshconfig.Target, o Options) (release func()) {
	if len(o.Program) == 0 || private(o.Folder) != nil {
		return func() {}
	}
	l := flock.New(filepath.Join(o.Folder, o.name(&target)+".asks"), flock.SetPermissions(0o600))
	if mine, err := l.TryLock(); err == nil && !mine {
		_ = l.Close()
		return nil
	}
	return sync.OnceFunc(func() { _ = l.Close() })
}
