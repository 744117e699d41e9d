package store

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
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
