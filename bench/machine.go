package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// describeMachine returns when and on what machine the figures were measured.
func describeMachine(ctx context.Context, binary string) string {
	first := func(name string, args ...string) string {
		out, _ := exec.CommandContext(ctx, name, args...).CombinedOutput()
		line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return line
	}
	return fmt.Sprintf("%s; %d cores (%s), Linux %s; %s; %s; %s; jupyter_server %s; %s.\n",
		time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), processor(), first("uname", "-r"), first(binary, "version"),
		first("slurmd", "-V"), first("ssh", "-V"), first("jupyter-server", "--version"), runtime.Version())
}

// processor returns the model's name, as Linux has it.
func processor() string {
	data, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
