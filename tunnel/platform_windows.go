package tunnel

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// shellCommand runs line by cmd.exe, which reads it as it stands.
func shellCommand(line string) *exec.Cmd {
	cmd := exec.Command("cmd.exe")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd.exe /d /s /c "` + line + `"`, HideWindow: true}
	return cmd
}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// Windows has error numbers of its own for what is refused and reset; its messages
// are in the language of the computer.
var (
	refusals = []error{windows.WSAECONNREFUSED}
	resets   = []error{windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA}
)
