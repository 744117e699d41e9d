//go:build linux

package guard

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/testcluster/internal/cgroups"
	"github.com/sa2c/sunpyter/testcluster/internal/link"
	"github.com/sa2c/sunpyter/testcluster/internal/plan"
)

// Role is the name under which a site's owner starts the guardian, with the
// lab folder as the argument. File descriptor 3 is a pipe on which the guardian
// writes "up" or an error. File descriptor 4 is a pipe whose other end the owner
// has: when that is closed the site ends. A site without an owner has /dev/null
// there, and ends by command. File descriptor 5 is the lab's lock, see Sweep.
const Role = "guardian"

// guardian is a site from the inside.
type guardian struct {
	plan    *plan.Plan
	mu      sync.Mutex // held by a command while it works, and by tearDown
	groups  []string
	spawner *spawner
	net     network
	line    *link.Line
	hosts   map[string]*exec.Cmd // the first processes of those that are up
	control net.Listener
	end     func() // ends the site
}

// Run runs a guardian until its site ends.
func Run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: LAB")
	}
	ready, owner := os.NewFile(3, "ready"), os.NewFile(4, "owner")
	// The hosts get none of these, nor what the owner's caller may have left open.
	if err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return err
	}
	p, err := plan.Load(args[0])
	if err != nil {
		return err
	}
	ended, forget := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT, unix.SIGHUP)
	defer forget() // not before: no signal stops tearDown
	ended, end := context.WithCancel(ended)
	defer end()
	if info, err := owner.Stat(); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		go func() {
			_, _ = owner.Read(make([]byte, 1)) // returns when the owner ends; nothing is written
			end()
		}()
	}
	g := &guardian{plan: p, hosts: map[string]*exec.Cmd{}, end: end}
	if err = g.start(); err != nil {
		fmt.Fprintf(ready, "%v\n%s", err, g.logTails())
	} else {
		fmt.Fprint(ready, "up")
	}
	ready.Close()
	if err == nil {
		<-ended.Done()
	}
	return errors.Join(err, g.tearDown())
}

// start makes the whole site.
func (g *guardian) start() error {
	for _, step := range []func() error{g.makeFS, g.enterGroups, g.plan.Build, g.makeNetwork, g.bootAll, g.waitNodes, g.serve} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// enterGroups takes the site's own control groups, and notes them for Sweep.
func (g *guardian) enterGroups() error {
	if !g.plan.Cgroups {
		return nil
	}
	dirs, err := cgroups.Enter(filepath.Base(g.plan.Lab))
	g.groups = dirs
	return errors.Join(err, os.WriteFile(groupsFile(g.plan.Lab), []byte(strings.Join(dirs, "\n")), 0o600))
}

// tearDown removes everything that does not end with this process, as its networks do. It continues
// after an error.
func (g *guardian) tearDown() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var errs []error
	if g.control != nil {
		errs = append(errs, g.control.Close())
	}
	for _, host := range g.hosts {
		kill(host)
	}
	if g.groups != nil {
		errs = append(errs, cgroups.Leave(g.groups), cgroups.Remove(g.groups))
	}
	errs = append(errs, unix.Unmount(g.plan.FS(), unix.MNT_DETACH))
	if err := errors.Join(errs...); err != nil {
		fmt.Fprintln(os.Stderr, "tear down:", err)
	}
	return os.RemoveAll(g.plan.Lab)
}

// logTails returns the end of every log, for the report of a start that failed.
func (g *guardian) logTails() string {
	files, _ := filepath.Glob(filepath.Join(g.plan.Lab, "log", "*", "*"))
	var b strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil || len(data) == 0 {
			continue
		}
		fmt.Fprintf(&b, "--- %s\n%s\n", f, data[max(0, len(data)-1500):])
	}
	return b.String()
}
