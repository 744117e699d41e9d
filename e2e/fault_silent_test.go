//go:build unix

package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/testcluster"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// TestScriptsEndWithASilentLink: a firewall drops the connection while both scripts of a
// start wait for us. By default login's sshd never notices; the scripts do.
func TestScriptsEndWithASilentLink(t *testing.T) {
	requireFaults(t, "the scripts on the login node wait for a minute")
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{LoginSSHD: "ClientAliveInterval 0"})
	target, err := sshconfig.Resolve(t.Context(), "login", "alice", sshconfig.Options{File: site.SSHConfig()})
	must(t, err)
	conn, err := tunnel.Dial(t.Context(), target, tunnel.Options{})
	must(t, err)
	defer conn.Close()
	dir, err := remote.OpenDir(t.Context(), conn, store.NewID(), remote.DirOptions{Grace: time.Minute, Generation: 1, Create: true})
	must(t, err)
	defer dir.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	waits, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = slurm.New(conn).Submit(ctx, func(slurm.Site) (slurm.Submission, error) {
			close(waits)
			<-ctx.Done()
			return slurm.Submission{}, context.Cause(ctx)
		})
	}()
	defer func() { cancel(errors.New("the test has ended")); <-ended }()
	<-waits
	if scripts, sshds := onLogin(t, site); len(scripts) != 2 || sshds == 0 {
		t.Fatalf("scripts %q, %d sshd", scripts, sshds)
	}
	must(t, site.Forget())
	begun := time.Now()
	var scripts []string
	eventually(t, loginshell.MaxSilence+waitLimit, func() bool {
		scripts, _ = onLogin(t, site)
		return len(scripts) == 0
	}, func() string { return fmt.Sprintf("left on login: %q", scripts) })
	measure(t, "ended after", "%s", seconds(time.Since(begun)))
	if _, sshds := onLogin(t, site); sshds == 0 {
		t.Error("sshd has noticed: the scripts did not end by themselves")
	}
	left, err := site.Files("/home/alice/.sunpyter*")
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// onLogin returns alice's processes on the login node: scripts, and how many are sshd.
func onLogin(t *testing.T, site *testcluster.Site) (scripts []string, sshds int) {
	t.Helper()
	processes, err := site.Processes("login", "alice")
	must(t, err)
	for _, p := range processes {
		scripts = append(scripts, p.Command())
	}
	scripts = slices.DeleteFunc(scripts, func(command string) bool { return strings.HasPrefix(command, "sshd: ") })
	return scripts, len(processes) - len(scripts)
}
