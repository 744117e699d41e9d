package testcluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster/internal/guard"
	"github.com/sa2c/sunpyter/testcluster/internal/plan"
)

// labPattern matches the lab folders of all sites.
const labPattern = "sunpyter-site-*"

// Options describe a site. The zero value is an ordinary site; see the fields.
type Options = plan.Options

// Site is a running site. Its methods may be called from several goroutines.
type Site struct {
	plan     *plan.Plan
	login    string // its address for the laptop
	guardian int
	stop     func() error
}

// Start starts a site that stops with the test. Where this machine cannot have
// one, or with -short, the test is skipped with the reason; SUNPYTER_REQUIRE_SITE=1
// makes a machine that cannot have one a failure.
func Start(t testing.TB, o Options) *Site {
	t.Helper()
	requireSite(t, o)
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// requireSite skips or fails the test if this machine cannot run such a site. With -short no
// test has one: a site takes seconds, and `make check` is for every save.
func requireSite(t testing.TB, o Options) {
	t.Helper()
	if testing.Short() {
		t.Skip("no site with -short")
	}
	err := CheckSupport(o)
	if err == nil {
		return
	}
	if os.Getenv("SUNPYTER_REQUIRE_SITE") == "1" {
		t.Fatal(err)
	}
	t.Skipf("no site: %v (set SUNPYTER_REQUIRE_SITE=1 to fail instead)", err)
}

// Open starts a site that stops with Stop, or when this process ends.
func Open(o Options) (*Site, error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	s, cmd, err := launch(o, theirs)
	if err != nil {
		ours.Close()
		return nil, err
	}
	s.stop = sync.OnceValue(func() error {
		ours.Close()
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("the site's guardian: %w", err)
		}
		return nil
	})
	return s, nil
}

// Detach starts a site that outlives this process, until Stop is called on the
// Site that Attach returns.
func Detach(o Options) (*Site, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	s, cmd, err := launch(o, null)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(s.Lab(), detachedFile), nil, 0o600); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, cmd.Process.Release()
}

// detachedFile marks the lab of a site that no program owns.
const detachedFile = "detached"

// Detached returns the running sites that Detach has started. Any other site
// belongs to a running test and must be left alone.
func Detached() (sites []*Site, err error) {
	files, err := filepath.Glob(filepath.Join(os.TempDir(), labPattern, detachedFile))
	for _, file := range files {
		if s, err := Attach(filepath.Dir(file)); err == nil {
			sites = append(sites, s)
		}
	}
	return sites, err
}

// Attach returns the running site of a lab folder.
func Attach(lab string) (*Site, error) {
	p, err := plan.Load(lab)
	if err != nil {
		return nil, err
	}
	s, err := connect(p)
	if err != nil {
		return nil, err
	}
	s.stop = func() error {
		if _, err := guard.Call(lab, guard.Request{Op: "stop"}); err != nil {
			return err
		}
		return pace.Await(time.Minute, 20*time.Millisecond, func() error {
			if _, err := os.Stat(lab); !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("%s does not end", lab)
			}
			return nil
		})
	}
	return s, nil
}

// connect returns the site of a running guardian.
func connect(p *plan.Plan) (*Site, error) {
	st, err := guard.Call(p.Lab, guard.Request{Op: "status"})
	if err != nil {
		return nil, err
	}
	return &Site{plan: p, login: st.LoginAddress, guardian: st.Guardian}, nil
}

// Stop ends the site and returns when nothing of it remains. Every call after
// the first returns the same.
func (s *Site) Stop() error { return s.stop() }

// Lab returns the site's folder on this machine.
func (s *Site) Lab() string { return s.plan.Lab }

// Nodes returns the names of the compute nodes.
func (s *Site) Nodes() []string { return s.plan.Nodes }

// SSHConfig returns the path of an ssh_config file for the laptop, with login and
// the nodes (through login) as alice.
func (s *Site) SSHConfig() string { return filepath.Join(s.plan.Lab, "ssh_config") }

// KnownHosts returns the path of the laptop's known_hosts file, with all host keys.
func (s *Site) KnownHosts() string { return filepath.Join(s.plan.Lab, "known_hosts") }

// KeyFile returns the path of the private key that lets alice and bob in.
func (s *Site) KeyFile() string { return filepath.Join(s.plan.Lab, "id_test") }

// LoginAddr is login's sshd for the laptop, as "10.78.0.2:22".
func (s *Site) LoginAddr() string { return s.login + ":22" }

// Log returns what a daemon has written: "slurmctld" on ctl, "slurmd" and "sshd" on
// a node, "sshd" on login, "boot" on each.
func (s *Site) Log(host, daemon string) (string, error) {
	data, err := os.ReadFile(filepath.Join(s.plan.LogDir(host), daemon+".log"))
	return string(data), err
}

// call sends the guardian a command.
func (s *Site) call(req guard.Request) error {
	_, err := guard.Call(s.plan.Lab, req)
	if err != nil {
		return fmt.Errorf("%s: %w", strings.TrimSpace(req.Op+" "+req.Host), err)
	}
	return nil
}
