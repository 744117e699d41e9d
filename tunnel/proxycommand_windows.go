package tunnel

import (
	"os/exec"
	"syscall"
)

// shellCommand runs line by cmd.exe, which reads it as it stands.
func shellCommand(line string) *exec.Cmd {
	cmd := exec.Command("cmd.exe")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd.exe /d /s /c "` + line + `"`, HideWindow: true}
	return cmd
}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
