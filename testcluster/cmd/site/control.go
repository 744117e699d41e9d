package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sa2c/sunpyter/testcluster"
)

func setSite(site *testcluster.Site, args []string) error {
	set := map[string]func() error{"cut": site.Cut, "uncut": site.Uncut, "forget": site.Forget}
	switch {
	case len(args) == 1 && args[0] == "status":
		st, err := site.Status()
		if err == nil {
			fmt.Printf("%+v\n", st)
		}
		return err
	case len(args) == 1 && set[args[0]] != nil:
		return set[args[0]]()
	case len(args) == 2:
		return setValue(site, args[0], args[1])
	case len(args) == 3 && args[0] == "home":
		return site.SetHome(args[1], testcluster.HomeState(args[2]))
	}
	return errUsage
}

func setValue(site *testcluster.Site, op, arg string) error {
	switch op {
	case "delay":
		delay, err := time.ParseDuration(arg + "ms")
		if err != nil {
			return err
		}
		return site.SetDelay(delay)
	case "rate":
		kbit, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return err
		}
		return site.SetRate(kbit)
	case "cache":
		return site.SetHomeCache(arg == "on")
	}
	host := map[string]func(string) error{"crash": site.Crash, "boot": site.Boot, "unplug": site.Unplug, "plug": site.Plug}
	if host[op] == nil {
		return errUsage
	}
	return host[op](arg)
}
