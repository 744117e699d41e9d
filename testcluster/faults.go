package testcluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster/internal/guard"
	"github.com/sa2c/sunpyter/testcluster/internal/plan"
)

// Status returns which hosts are up, how the link is set and what it has carried.
func (s *Site) Status() (guard.Status, error) {
	return guard.Call(s.plan.Lab, guard.Request{Op: "status"})
}

// SetDelay sets the delay of the link between laptop and login, in each
// direction: a round trip is twice that.
func (s *Site) SetDelay(d time.Duration) error {
	return s.call(guard.Request{Op: "delay", Delay: d})
}

// SetRate sets the rate of the link in kbit/s, in each direction; 0: unlimited.
func (s *Site) SetRate(kbit int64) error {
	return s.call(guard.Request{Op: "rate", RateKbit: kbit})
}

// Cut makes the link lose everything, silently.
func (s *Site) Cut() error { return s.call(guard.Request{Op: "cut"}) }

// Uncut ends Cut.
func (s *Site) Uncut() error { return s.call(guard.Request{Op: "uncut"}) }

// Forget makes the link lose every connection that there is, silently and for
// good, as a firewall does that has restarted. New ones pass.
func (s *Site) Forget() error { return s.call(guard.Request{Op: "forget"}) }

// Crash stops a host as a power failure does: without notice.
func (s *Site) Crash(host string) error { return s.call(guard.Request{Op: "crash", Host: host}) }

// Boot boots a host that has crashed, and returns once its daemons are started.
func (s *Site) Boot(host string) error { return s.call(guard.Request{Op: "boot", Host: host}) }

// Unplug takes a host's cable out of the site's switch. Login keeps its link to the laptop.
func (s *Site) Unplug(host string) error { return s.call(guard.Request{Op: "unplug", Host: host}) }

// Plug reverses Unplug.
func (s *Site) Plug(host string) error { return s.call(guard.Request{Op: "plug", Host: host}) }

// HomeState is the condition of a user's home.
type HomeState string

// The states of a home.
const (
	// HomeNormal: 1 GiB, writable.
	HomeNormal HomeState = "normal"
	// HomeFull: every write fails with ENOSPC.
	HomeFull HomeState = "full"
	// HomeReadOnly: every write fails with EROFS. It cannot be set while a file in it is open for writing.
	HomeReadOnly HomeState = "read-only"
)

// SetHome makes a user's home full, read-only or normal, on all hosts at once.
func (s *Site) SetHome(user string, state HomeState) error {
	return s.call(guard.Request{Op: "home", User: user, Home: string(state)})
}

// SetHomeCache switches the cache of Options.HomeCache on login and nodes.
// A process with an open file in /home keeps its view.
func (s *Site) SetHomeCache(on bool) error {
	home := plan.PlainHome
	if on {
		home = plan.CachedHome
	}
	return s.onEveryHost(func(host string) error {
		_, err := s.exec(host, "root", "mountpoint", "-q", "/home/alice") // a mount of its own only without the cache
		if cached := err != nil; cached == on {
			return nil
		}
		if _, err := s.exec(host, "root", "umount", "--lazy", "/home"); err != nil {
			return err
		}
		_, err = s.exec(host, "root", home[0], home[1:]...)
		return err
	})
}

// StopService kills a daemon on a host: "slurmctld", "slurmd", "munged" or
// "sshd". Of sshd it is the listener; sessions continue.
func (s *Site) StopService(host, daemon string) error {
	pid, err := s.servicePid(host, daemon)
	if err != nil {
		return err
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	if err := p.Kill(); err != nil {
		return err
	}
	return pace.Await(time.Minute, 20*time.Millisecond, func() error {
		if _, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid)); err == nil {
			return fmt.Errorf("%s on %s does not end", daemon, host)
		}
		return nil
	})
}

// StartService starts a daemon again.
func (s *Site) StartService(host, daemon string) error {
	command, ok := map[string][]string{
		"slurmctld": {"slurmctld"}, "slurmd": {"slurmd"}, "sshd": {"/usr/sbin/sshd", "-E", "/var/log/slurm/sshd.log"},
		"munged": {"setpriv", "--reuid=munge", "--regid=munge", "--clear-groups", "munged", "--force", "--num-threads=4"},
	}[daemon]
	if !ok {
		return fmt.Errorf("no daemon %q", daemon)
	}
	_, err := s.exec(host, "root", command[0], command[1:]...)
	return err
}

// servicePid returns the process id of a daemon, as this machine counts: the child
// of the host's first process that has its name.
func (s *Site) servicePid(host, daemon string) (int, error) {
	init, err := s.hostPid(host)
	if err != nil {
		return 0, err
	}
	for _, pid := range children(init) {
		comm, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
		if err == nil && string(comm) == daemon+"\n" {
			return pid, nil
		}
	}
	return 0, fmt.Errorf("no %s runs on %s", daemon, host)
}
