package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRoutesExpire(t *testing.T) {
	store, dir := openTestStore(t)
	routes, here, there := NewRoutes(store), Place{Host: "login", User: "alice"}, Place{Host: "login", User: "bob"}
	check := func(what string, p Place, want Route) {
		t.Helper()
		if got := routes.For(p); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	check("at first", here, "")
	must(t, routes.Save(here, Step))
	check("saved", here, Step)
	check("another user's", there, "")
	pinned := there
	pinned.Pinned = Step
	must(t, routes.Save(pinned, Step))
	check("pinned", there, "")
	must(t, routes.Save(there, Jump))
	must(t, routes.Save(here, Jump))
	check("changed", here, Jump)

	file := filepath.Join(dir, routesFile)
	old := time.Now().Add(-routeKept - time.Hour).Format(time.RFC3339)
	must(t, os.WriteFile(file, []byte(`{"alice@login": {"route": "srun", "since": "`+old+`"}, "bob@login": {"route": "boat", "since": "`+time.Now().Format(time.RFC3339)+`"}}`), 0o600))
	check("too old", here, "")
	check("an unknown route", there, "")
	must(t, os.WriteFile(file, []byte("{"), 0o600))
	check("unreadable", here, "")
	must(t, routes.Save(here, Step))
	check("written anew", here, Step)

	var none *Routes
	must(t, none.Save(here, Step))
	if none.For(here) != "" || NewRoutes(nil) != nil {
		t.Error("a nil Routes remembers something")
	}
}
