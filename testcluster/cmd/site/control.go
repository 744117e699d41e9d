package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sa2c/sunpyter/testcluster"
)

func setSite(site *testcluster.Site, args []string) error {
	switch len(args) {
	case 1:
		switch args[0] {
		case "cut":
			return site.Cut()
		case "uncut":
			return site.Uncut()
		case "forget":
			return site.Forget()
		case "status":
			st, err := site.Status()
			if err == nil {
				fmt.Printf("%+v\n", st)
			}
			return err
		}
	case 2:
		return setValue(site, args[0], args[1])
	case 3:
		if args[0] == "home" {
			return site.SetHome(args[1], testcluster.HomeState(args[2]))
		}
	}
	return errUsage
}

func setValue(site *testcluster.Site, op, arg string) error {
	switch op {
	case "delay":
		ms, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			return err
		}
		return site.SetDelay(time.Duration(ms * float64(time.Millisecond)))
	case "rate":
		kbit, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return err
		}
		return site.SetRate(kbit)
	case "cache":
		return site.SetHomeCache(arg == "on")
	case "crash":
		return site.Crash(arg)
	case "boot":
		return site.Boot(arg)
	case "unplug":
		return site.Unplug(arg)
	case "plug":
		return site.Plug(arg)
	}
	return errUsage
}
