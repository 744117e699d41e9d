//go:build linux

package guard

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/testcluster/internal/link"
)

// network is the site's networks: a switch, to which every host has a cable,
// and the hosts' own.
type network struct {
	swtch *os.File
	hosts map[string]*os.File
	// loginAddress is login's address at the laptop's end of the link.
	loginAddress string
}

// makeNetwork makes switch, cables and the link to the laptop.
func (g *guardian) makeNetwork() (err error) {
	g.spawner = newSpawner()
	g.net.hosts = map[string]*os.File{}
	if g.net.swtch, err = g.spawner.newNet(); err != nil {
		return err
	}
	if err := g.ip(g.net.swtch, "link add br0 type bridge forward_delay 0", "link set br0 up"); err != nil {
		return err
	}
	for _, h := range g.plan.Hosts() {
		ns, err := g.spawner.newNet()
		if err != nil {
			return err
		}
		g.net.hosts[h] = ns
		if err := g.connectHost(h, ns); err != nil {
			return err
		}
	}
	return g.makeLink()
}

// connectHost joins a host to the switch: v-HOST there, eth0 in the host.
func (g *guardian) connectHost(host string, ns *os.File) error {
	path := fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), ns.Fd())
	if err := g.ip(g.net.swtch,
		fmt.Sprintf("link add v-%s type veth peer name eth0 netns %s", host, path),
		fmt.Sprintf("link set v-%s master br0 up", host)); err != nil {
		return err
	}
	return g.ip(ns, "link set lo up", fmt.Sprintf("addr add %s/24 dev eth0", g.plan.Addr(host)), "link set eth0 up")
}

// makeLink makes the laptop's link to login. Several sites may have the same
// laptop: each takes the first free pair of addresses.
func (g *guardian) makeLink() error {
	for i := range 250 {
		name := fmt.Sprintf("site%d", i)
		laptop, err := link.Open(name)
		if errors.Is(err, unix.EBUSY) {
			continue
		}
		if err != nil {
			return err
		}
		var login *os.File
		if err := g.spawner.in(g.net.hosts["login"], func() (err error) { login, err = link.Open("laptop"); return err }); err != nil {
			return err
		}
		g.line = link.Join(laptop, login, g.plan.Delay)
		here, there := fmt.Sprintf("10.78.%d.1", i), fmt.Sprintf("10.78.%d.2", i)
		g.net.loginAddress = there
		own, err := os.Open("/proc/self/ns/net")
		if err != nil {
			return err
		}
		defer own.Close()
		if err := g.ip(own, "link set lo up", "addr add "+here+" peer "+there+" dev "+name, "link set "+name+" mtu 1400 up"); err != nil {
			return err
		}
		if err := g.ip(g.net.hosts["login"], "addr add "+there+" peer "+here+" dev laptop", "link set laptop mtu 1400 up"); err != nil {
			return err
		}
		return g.plan.WriteSSHConfig(there)
	}
	return errors.New("no free name for the link")
}

// ip runs ip(8) commands in a network namespace.
func (g *guardian) ip(ns *os.File, commands ...string) error {
	return g.spawner.in(ns, func() error {
		cmd := exec.Command("ip", "-batch", "-")
		cmd.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("ip %q: %w: %s", commands, err, out)
		}
		return nil
	})
}

// plug sets whether a host's cable is in the switch.
func (g *guardian) plug(host string, in bool) error {
	if g.net.hosts[host] == nil {
		return fmt.Errorf("no host %q", host)
	}
	state := "down"
	if in {
		state = "up"
	}
	return g.ip(g.net.swtch, "link set v-"+host+" "+state)
}
