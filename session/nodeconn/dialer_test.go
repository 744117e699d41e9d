package nodeconn

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

func TestPlan(t *testing.T) {
	once, again := func(r store.Route) Attempt { return Attempt{r, false} }, func(r store.Route) Attempt { return Attempt{r, true} }
	for name, row := range map[string]struct {
		pinned, served, remembered store.Route
		want                       []Attempt
	}{
		"nothing is known":                       {want: []Attempt{once(store.Jump), once(store.Step), again(store.Jump)}},
		"ssh worked at the site":                 {remembered: store.Jump, want: []Attempt{once(store.Jump), once(store.Step), again(store.Jump)}},
		"srun worked at the site":                {remembered: store.Step, want: []Attempt{once(store.Step), again(store.Jump)}},
		"ssh has worked":                         {served: store.Jump, remembered: store.Step, want: []Attempt{again(store.Jump), once(store.Step)}},
		"srun has worked":                        {served: store.Step, want: []Attempt{once(store.Step), once(store.Jump)}},
		"ssh is pinned":                          {pinned: store.Jump, served: store.Step, remembered: store.Step, want: []Attempt{again(store.Jump)}},
		"srun is pinned":                         {pinned: store.Step, served: store.Jump, want: []Attempt{once(store.Step)}},
		"srun is pinned, ssh worked at the site": {pinned: store.Step, remembered: store.Jump, want: []Attempt{once(store.Step)}},
	} {
		if got := Plan(row.pinned, row.served, row.remembered); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

func TestNoRouteSaysWhyEachFailed(t *testing.T) {
	closed := &fault.Error{Code: fault.AuthRefused, Tried: "x", Answer: "it wants no key", Advice: "y"}
	silent := &fault.Error{Code: fault.ConnectTimeout, Tried: "x", Answer: "no answer in time", Advice: "y"}
	busy := stepError(store.Node{Name: "n", Private: "/p"}, "7", &fault.Error{Code: fault.CommandFailed, Err: &tunnel.CommandExitError{Status: 1, Stderr: "srun: error: no"}})
	bare := stepError(store.Node{Name: "n", Private: "/p"}, "7", &fault.Error{Code: fault.CommandFailed, Err: &tunnel.CommandExitError{Status: remote.StepNoSSHD, Stderr: "there is none"}})
	gone := stepError(store.Node{Name: "n", Private: "/p"}, "7", &fault.Error{Code: fault.CommandFailed, Err: &tunnel.CommandExitError{Status: remote.StepNoDirectory}})
	for name, row := range map[string]struct {
		refusals  []Refusal
		answer    string
		transient bool
	}{
		"both closed":      {[]Refusal{{store.Jump, closed}, {store.Step, bare}}, "by ssh to the node: it wants no key; by srun: there is no sshd on the node", false},
		"one is transient": {[]Refusal{{store.Jump, closed}, {store.Step, busy}}, "by srun: srun: error: no; by ssh to the node: it wants no key", true},
		"no answer":        {[]Refusal{{store.Jump, silent}, {store.Step, bare}}, "by ssh to the node: the node does not respond; by srun: there is no sshd on the node", true},
		"only one tried":   {[]Refusal{{store.Jump, closed}}, "by ssh to the node: it wants no key", false},
	} {
		err := noRoute("n", row.refusals)
		f, _ := errors.AsType[*fault.Error](err)
		if f.Code != fault.NoRoute || f.Answer != row.answer || !strings.Contains(f.Advice, "one of two things") {
			t.Errorf("%s: %+v", name, f)
		}
		if fault.IsTransient(UnwrapNoRoute(err)) != row.transient {
			t.Errorf("%s: transient is %v", name, !row.transient)
		}
	}
	if err := noRoute("n", []Refusal{{store.Jump, silent}, {store.Step, gone}}); !errors.Is(err, ErrAbsent) {
		t.Errorf("the cause that the job has gone is lost: %v", err)
	}
}
