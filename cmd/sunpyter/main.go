// Sunpyter runs a notebook's cells on a compute node of a Slurm cluster. This
// command is the server that editors start, and the client for a terminal.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/sa2c/sunpyter/server"
	"github.com/sa2c/sunpyter/terminal"
	"github.com/sa2c/sunpyter/tunnel/openssh"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// version is set by the linker for a release.
var version string

func main() {
	if openssh.IsAskpass() {
		os.Exit(openssh.Askpass())
	}
	if len(os.Args) > 1 && os.Args[1] == share.Command {
		os.Exit(share.Main(os.Args[2:]))
	}
	os.Exit(terminal.Main(programVersion(), serve))
}

// programVersion returns the release's version, else the module's, else the commit's.
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return "devel-" + setting.Value[:min(12, len(setting.Value))]
		}
	}
	return "devel"
}

// serve runs the server: the one place where the client's command line and the server meet.
func serve(ctx context.Context, logFile string, verbose bool) error {
	var daemon []string
	if exe, err := os.Executable(); err == nil {
		daemon = []string{exe, share.Command}
	}
	return server.Serve(ctx, server.Options{
		Version: programVersion(),
		Stdin:   os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		LogFile: logFile, Verbose: verbose,
		Env: os.Getenv, Daemon: daemon,
	})
}
