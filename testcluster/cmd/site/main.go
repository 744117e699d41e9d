// Command site starts, uses and stops a Slurm site by hand.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/sa2c/sunpyter/testcluster"
)

const usage = `usage: go run ./testcluster/cmd/site COMMAND

  start [FLAGS]          start a site that goes on until stop (start -h: its flags)
  stop                   stop it
  on HOST [CMD...]       run a command, or a shell, in a host as root (laptop: on the laptop)
  as USER HOST [CMD...]  the same as a user
  ctl delay MS | rate KBIT | cut | uncut | forget | status
  ctl crash HOST | boot HOST | unplug HOST | plug HOST
  ctl home USER full|read-only|normal
  ctl cache on|off

With several sites, SITE=FOLDER says which is meant.
`

var errUsage = errors.New("unknown command or wrong arguments; run it without arguments for help")

func main() {
	if err := run(os.Args[1:]); err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			os.Exit(exit.ExitCode())
		}
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		fmt.Print(usage)
		return nil
	}
	if args[0] == "start" {
		return start(args[1:])
	}
	site, err := findSite()
	if err != nil {
		return err
	}
	switch {
	case args[0] == "stop":
		return site.Stop()
	case args[0] == "on" && len(args) > 1:
		return runOn(site, "root", args[1], args[2:])
	case args[0] == "as" && len(args) > 2:
		return runOn(site, args[1], args[2], args[3:])
	case args[0] == "ctl" && len(args) > 1:
		return setSite(site, args[1:])
	}
	return errUsage
}

func start(args []string) error {
	var o testcluster.Options
	var nodes string
	flags := flag.NewFlagSet("start", flag.ExitOnError)
	flags.StringVar(&nodes, "nodes", "scs0151,scs0152", "the compute nodes' `names`")
	flags.IntVar(&o.CPUs, "cpus", 40, "how many CPUs each says it has")
	flags.StringVar(&o.PAM, "pam", "none", "what the nodes' sshd asks: none, slurm, adopt")
	flags.BoolVar(&o.PrivateTmp, "private-tmp", false, "a /tmp of its own for each job")
	flags.BoolVar(&o.HomeCache, "cache", false, "see /home through a cache of 30 s")
	flags.BoolVar(&o.OptSlurm, "opt-slurm", false, "Slurm's commands in /opt/slurm/bin, for login shells")
	flags.BoolVar(&o.Modules, "modules", true, "a module command in login shells")
	flags.BoolVar(&o.CountCalls, "count", false, "log the calls of Slurm's commands on login")
	flags.BoolVar(&o.DBD, "dbd", false, "keep accounts (needs slurmdbd and mariadb-server)")
	flags.DurationVar(&o.Delay, "delay", 0, "the link's delay in one direction")
	flags.StringVar(&o.ExtraConf, "conf", "", "more `lines` for slurm.conf, before the nodes")
	flags.StringVar(&o.ExtraPart, "part", "", "more `lines` for slurm.conf, after the partitions")
	shell := flags.String("shell", "bash", "the login shell of alice and bob")
	_ = flags.Parse(args)
	o.Nodes = strings.Split(nodes, ",")
	o.Shells = map[string]string{"alice": *shell, "bob": *shell}
	if err := testcluster.CheckSupport(o); err != nil {
		return err
	}
	site, err := testcluster.Detach(o)
	if err != nil {
		return err
	}
	fmt.Printf(`site %s is up. Users are alice and bob, hosts laptop login ctl %s.
  on the laptop:  go run ./testcluster/cmd/site on laptop CMD...
  log in:         go run ./testcluster/cmd/site on laptop ssh -F %s alice@login
  stop it:        go run ./testcluster/cmd/site stop
`, site.Lab(), strings.Join(site.Nodes(), " "), site.SSHConfig())
	return nil
}

// findSite returns the site $SITE, or the only one that runs without an owner; those of running
// tests are not used.
func findSite() (*testcluster.Site, error) {
	if lab := os.Getenv("SITE"); lab != "" {
		return testcluster.Attach(lab)
	}
	sites, err := testcluster.Detached()
	if err != nil {
		return nil, err
	}
	switch len(sites) {
	case 0:
		return nil, errors.New("no site is up (start one: go run ./testcluster/cmd/site start)")
	case 1:
		return sites[0], nil
	}
	var labs []string
	for _, site := range sites {
		labs = append(labs, site.Lab())
	}
	return nil, fmt.Errorf("several sites are up; say which with SITE=: %s", strings.Join(labs, " "))
}

func runOn(site *testcluster.Site, user, host string, args []string) error {
	if len(args) == 0 {
		args = []string{"bash", "-l"}
	}
	ctx := context.Background()
	var cmd *exec.Cmd
	if host == "laptop" {
		cmd = site.LaptopCommand(ctx, args[0], args[1:]...)
	} else {
		var err error
		if cmd, err = site.Command(ctx, host, user, args[0], args[1:]...); err != nil {
			return err
		}
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
