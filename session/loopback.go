package session

import (
	"fmt"

	"github.com/sa2c/sunpyter/session/remote"
)

// warnOfLoopback warns that a kernel listens on ports of the node's 127.0.0.1. name is that
// of its kind, in base64; empty: Jupyter has not read our configuration, so all do.
func (s *Session) warnOfLoopback(name string) {
	notice := "the kernels here listen on ports of the node, because this Jupyter did not read Sunpyter's configuration: other users of the node can read what cells run and print"
	if kind := remote.KernelName(name); kind != "" {
		notice = fmt.Sprintf("the kernel %s listens on ports of the node: other users of the node can read what its cells run and print", kind)
	}
	s.notices.add(notice)
	s.showNotices()
}
