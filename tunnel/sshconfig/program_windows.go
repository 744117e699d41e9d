package sshconfig

import (
	"os"
	"path/filepath"
	"regexp"
)

// openSSH is the system's ssh program if it is installed, else that of
// PATH, which may be Git's.
func openSSH() string {
	own := filepath.Join(os.Getenv("SystemRoot"), "System32", "OpenSSH", "ssh.exe")
	if _, err := os.Stat(own); err == nil {
		return own
	}
	return "ssh"
}

// installSSH says how to install that program.
const installSSH = "Install OpenSSH Client in Windows Settings (System, Optional features), so that ssh works in a terminal."

// driveOfGit matches a drive at the beginning of a path of Git's ssh: /c/Users.
var driveOfGit = regexp.MustCompile(`^/([A-Za-z])(/|$)`)

// native returns a path of ssh in the system's form.
func native(path string) string {
	return filepath.FromSlash(driveOfGit.ReplaceAllString(path, "$1:/"))
}
