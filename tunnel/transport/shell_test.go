//go:build !windows

package transport

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// TestProxyCommandShell: the user's shell runs the command, so what its start-up files set counts.
func TestProxyCommandShell(t *testing.T) {
	shell := filepath.Join(t.TempDir(), "shell")
	sshtest.Must(t, os.WriteFile(shell, []byte("#!/bin/sh\nexport GATE=open\nexec /bin/sh \"$@\"\n"), 0o700))
	t.Setenv("SHELL", shell)
	target := sshconfig.Target{Name: "x", Route: sshconfig.Route{ProxyCommand: "printenv GATE"}}
	stream, err := Dial(sshtest.Context(t), &target, target.Timeout(0), "")
	sshtest.Must(t, err)
	defer func() { _ = stream.Close() }()
	if said, err := io.ReadAll(stream); err != nil || string(said) != "open\n" {
		t.Errorf("the command's output: %q, %v", said, err)
	}
}
