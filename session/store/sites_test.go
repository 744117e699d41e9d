package store

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func TestSites(t *testing.T) {
	store, dir := openTestStore(t)
	here, there := Place{Host: "login", User: "alice"}, Place{Host: "login", SSHConfig: "/other"}
	said := Site{Hash: "h", Text: []byte("a\x00\xff"), Message: "m"}
	must(t, store.UpdateSite(here, func(s *Site) { *s = said }))
	other := here
	other.User = "bob"
	if got := store.Site(other); !reflect.DeepEqual(got, said) {
		t.Errorf("%+v", got)
	}
	if got := store.Site(there); got.Hash != "" {
		t.Errorf("another host: %+v", got)
	}
	must(t, store.UpdateSite(here, func(s *Site) { *s = Site{} }))
	if text, err := os.ReadFile(filepath.Join(dir, sitesFile)); err != nil || string(text) != "{}" && string(text) != "{}\n" {
		t.Errorf("%q, %v", text, err)
	}
	for _, text := range []string{"{", "null", "[]"} {
		must(t, os.WriteFile(filepath.Join(dir, sitesFile), []byte(text), 0o600))
		if got := store.Site(here); got.Hash != "" {
			t.Errorf("unreadable: %+v", got)
		}
		must(t, store.UpdateSite(here, func(s *Site) { *s = said }))
	}
	var none *Store
	if got := none.Site(here); got.Hash != "" || none.UpdateSite(here, nil) != nil {
		t.Errorf("without a store: %+v", got)
	}
}

func TestRoutesExpire(t *testing.T) {
	store, dir := openTestStore(t)
	here, there := Place{Host: "login", User: "alice"}, Place{Host: "login", User: "bob"}
	check := func(what string, p Place, want Route) {
		t.Helper()
		if got := store.Route(p); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	check("at first", here, "")
	must(t, store.SaveRoute(here, Step))
	check("saved", here, Step)
	check("another user's", there, "")
	pinned := there
	pinned.Pinned = Step
	must(t, store.SaveRoute(pinned, Step))
	check("pinned", there, "")
	must(t, store.SaveRoute(there, Jump))
	must(t, store.SaveRoute(here, Jump))
	check("changed", here, Jump)

	file := filepath.Join(dir, routesFile)
	old := time.Now().Add(-routeKept - time.Hour).Format(time.RFC3339)
	must(t, os.WriteFile(file, []byte(`{"alice@login": {"route": "srun", "since": "`+old+`"}, "bob@login": {"route": "boat", "since": "`+time.Now().Format(time.RFC3339)+`"}}`), 0o600))
	check("too old", here, "")
	check("an unknown route", there, "")
	must(t, os.WriteFile(file, []byte("{"), 0o600))
	check("unreadable", here, "")
	must(t, store.SaveRoute(here, Step))
	check("written anew", here, Step)

	var none *Store
	must(t, none.SaveRoute(here, Step))
	if none.Route(here) != "" {
		t.Error("a nil Store remembers something")
	}
}
