package transport

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// shellCommand runs line by cmd.exe, unquoted.
func shellCommand(line string) *exec.Cmd {
	cmd := exec.Command("cmd.exe")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd.exe /d /s /c "` + line + `"`, HideWindow: true}
	return cmd
}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// Windows has its own error numbers for refused and reset connections; its messages
// are in the user's language.
var (
	refusals = []error{windows.WSAECONNREFUSED}
	resets   = []error{windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA}
)
