package session

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
)

func TestAttempts(t *testing.T) {
	once, again := func(r Route) attempt { return attempt{r, false} }, func(r Route) attempt { return attempt{r, true} }
	for name, row := range map[string]struct {
		pinned, served, remembered Route
		want                       []attempt
	}{
		"nothing is known":         {want: []attempt{once(Jump), once(Step), again(Jump)}},
		"a site of the first":      {remembered: Jump, want: []attempt{once(Jump), once(Step), again(Jump)}},
		"a site of the second":     {remembered: Step, want: []attempt{once(Step), again(Jump)}},
		"the first has served":     {served: Jump, remembered: Step, want: []attempt{again(Jump), once(Step)}},
		"the second has served":    {served: Step, want: []attempt{once(Step), once(Jump)}},
		"the first is the only":    {pinned: Jump, served: Step, remembered: Step, want: []attempt{again(Jump)}},
		"the second is the only":   {pinned: Step, served: Jump, want: []attempt{once(Step)}},
		"it is not tried for long": {pinned: Step, remembered: Jump, want: []attempt{once(Step)}},
	} {
		if got := attempts(row.pinned, row.served, row.remembered); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

func TestRoutesAreRememberedForAWhile(t *testing.T) {
	store, dir := openTestStore(t)
	routes, here, there := NewRoutes(store), Place{Host: "login", User: "alice"}, Place{Host: "login", User: "bob"}
	check := func(what string, p Place, want Route) {
		t.Helper()
		if got := routes.of(p); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	check("at first", here, "")
	must(t, routes.keep(here, Step))
	check("kept", here, Step)
	check("of another user", there, "")
	pinned := there
	pinned.Pinned = Step
	must(t, routes.keep(pinned, Step))
	check("the only one that was to be tried", there, "")
	must(t, routes.keep(there, Jump))
	must(t, routes.keep(here, Jump))
	check("changed", here, Jump)

	file := filepath.Join(dir, routesFile)
	old := time.Now().Add(-routesAge - time.Hour).Format(time.RFC3339)
	must(t, os.WriteFile(file, []byte(`{"alice@login": {"route": "srun", "since": "`+old+`"}, "bob@login": {"route": "boat", "since": "`+time.Now().Format(time.RFC3339)+`"}}`), 0o600))
	check("too old", here, "")
	check("of no kind that is known", there, "")
	must(t, os.WriteFile(file, []byte("{"), 0o600))
	check("unreadable", here, "")
	must(t, routes.keep(here, Step))
	check("written anew", here, Step)

	var none *Routes
	must(t, none.keep(here, Step))
	if none.of(here) != "" || NewRoutes(nil) != nil {
		t.Error("nothing remembers something")
	}
}

func TestNoRouteSaysWhyEachFailed(t *testing.T) {
	closed := &fault.Error{Code: fault.AuthRefused, Tried: "x", Answer: "it wants no key", Advice: "y"}
	silent := &fault.Error{Code: fault.ConnectTimeout, Tried: "x", Answer: "no answer in time", Advice: "y"}
	busy := stepFault(nodeFacts{Name: "n", Private: "/p"}, "7", &fault.Error{Code: fault.CommandFailed, Err: &tunnel.CommandEnded{Status: 1, Words: "srun: error: no"}})
	bare := stepFault(nodeFacts{Name: "n", Private: "/p"}, "7", &fault.Error{Code: fault.CommandFailed, Err: &tunnel.CommandEnded{Status: noServer, Words: "there is none"}})
	gone := stepFault(nodeFacts{Name: "n", Private: "/p"}, "7", &fault.Error{Code: fault.CommandFailed, Err: &tunnel.CommandEnded{Status: noFolder}})
	for name, row := range map[string]struct {
		refused []refusal
		answer  string
		passing bool
	}{
		"both closed":    {[]refusal{{Jump, closed}, {Step, bare}}, "by ssh to the node: it wants no key; by srun: there is no sshd on the node", false},
		"one may pass":   {[]refusal{{Jump, closed}, {Step, busy}}, "by srun: srun: error: no; by ssh to the node: it wants no key", true},
		"no answer":      {[]refusal{{Jump, silent}, {Step, bare}}, "by ssh to the node: the node does not answer; by srun: there is no sshd on the node", true},
		"only one tried": {[]refusal{{Jump, closed}}, "by ssh to the node: it wants no key", false},
	} {
		err := noRoute("n", row.refused)
		f, _ := errors.AsType[*fault.Error](err)
		if f.Code != fault.NoRoute || f.Answer != row.answer || !strings.Contains(f.Advice, "one of two things") {
			t.Errorf("%s: %+v", name, f)
		}
		if passing(unreached(err)) != row.passing {
			t.Errorf("%s: passing is %v", name, !row.passing)
		}
	}
	if err := noRoute("n", []refusal{{Jump, silent}, {Step, gone}}); !errors.Is(err, errAbsent) {
		t.Errorf("what says that the job has gone is lost: %v", err)
	}
}
