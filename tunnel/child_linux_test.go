package tunnel

import (
	"os/exec"
	"syscall"
)

// tieToUs lets a child end with this process, also when that is killed.
func tieToUs(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
