//go:build linux

package guard

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster/internal/hostinit"
	"github.com/sa2c/sunpyter/testcluster/internal/reexec"
)

// kill ends a host by its first process, whose end is the end of all its processes and mounts, and
// returns once the kernel has ended them.
func kill(host *exec.Cmd) {
	_ = host.Process.Kill()
	_ = host.Wait() // it was killed
}

// bootAll boots the controller first: a node that finds it at once is at work
// at once.
func (g *guardian) bootAll() error {
	for _, h := range g.plan.Hosts() {
		if err := g.plan.WriteHost(h); err != nil {
			return err
		}
	}
	hosts := g.plan.Hosts()
	if err := g.boot(hosts[0]); err != nil {
		return err
	}
	var group errgroup.Group
	for _, name := range hosts[1:] {
		ready, err := g.startHost(name)
		if err != nil {
			return err
		}
		group.Go(func() error { return awaitUp(name, ready) })
	}
	return group.Wait()
}

// boot starts a host and waits until its daemons are started.
func (g *guardian) boot(name string) error {
	ready, err := g.startHost(name)
	if err != nil {
		return err
	}
	return awaitUp(name, ready)
}

// startHost starts a host's first process. What it returns is read to "up".
func (g *guardian) startHost(name string) (*os.File, error) {
	ns := g.net.hosts[name]
	if ns == nil {
		return nil, fmt.Errorf("no host %q", name)
	}
	if g.hosts[name] != nil {
		return nil, fmt.Errorf("%s is up", name)
	}
	ready, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	log, err := os.OpenFile(filepath.Join(g.plan.LogDir(name), "boot.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := reexec.Command(hostinit.Role, g.plan.Lab, name)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true, Pdeathsig: unix.SIGKILL,
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWPID | unix.CLONE_NEWCGROUP,
	}
	if err := g.spawner.in(ns, cmd.Start); err != nil {
		ready.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	g.hosts[name] = cmd
	return ready, nil
}

// awaitUp waits for a host to report that it is up.
func awaitUp(name string, ready *os.File) error {
	defer ready.Close()
	if err := ready.SetReadDeadline(time.Now().Add(patience())); err != nil {
		return err
	}
	said, err := io.ReadAll(ready)
	if err != nil {
		return fmt.Errorf("%s does not come up: %w", name, err)
	}
	if string(said) != "up" {
		return fmt.Errorf("%s failed to boot: see boot.log", name)
	}
	return nil
}

// crash stops a host as a power failure does: its cable goes dead first, so
// that no other host is notified.
func (g *guardian) crash(name string) error {
	h := g.hosts[name]
	if h == nil {
		return fmt.Errorf("%s is not up", name)
	}
	if err := g.plug(name, false); err != nil {
		return err
	}
	kill(h)
	delete(g.hosts, name)
	return nil
}

// reboot boots a host that has crashed. What was on its disk is still there.
func (g *guardian) reboot(name string) error {
	if g.hosts[name] != nil {
		return fmt.Errorf("%s is up", name)
	}
	if err := g.plug(name, true); err != nil {
		return err
	}
	return g.boot(name)
}

// waitNodes waits until every node is ready for jobs.
func (g *guardian) waitNodes() error {
	return pace.Await(time.Minute, 20*time.Millisecond, func() error {
		out, err := g.runOnController("sinfo", "-h", "-N", "-p", "s_compute_cdt", "-o", "%T")
		states := strings.Fields(string(out))
		busy := slices.ContainsFunc(states, func(state string) bool { return state != "idle" })
		if err == nil && len(states) == len(g.plan.Nodes) && !busy {
			return nil
		}
		return errors.Join(fmt.Errorf("the nodes are %q, not idle", states), err)
	})
}

// runOnController runs a command as root on ctl.
func (g *guardian) runOnController(args ...string) ([]byte, error) {
	pid := fmt.Sprint(g.hosts["ctl"].Process.Pid)
	cmd := exec.Command("nsenter", append([]string{"-t", pid, "-m", "-u", "-i", "-n", "-p", "--"}, args...)...)
	cmd.Env = []string{"PATH=/usr/bin:/bin:/opt/slurm/bin"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", args[0], err, stderr.Bytes())
	}
	return out, err
}
