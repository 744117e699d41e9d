package store

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestSites(t *testing.T) {
	store, dir := openTestStore(t)
	sites, here, there := NewSites(store), Place{Host: "login", User: "alice"}, Place{Host: "login", SSHConfig: "/other"}
	said := Site{Hash: "h", Text: []byte("a\x00\xff"), Message: "m"}
	must(t, sites.Update(here, func(s *Site) { *s = said }))
	other := here
	other.User = "bob"
	if got := sites.For(other); !reflect.DeepEqual(got, said) {
		t.Errorf("%+v", got)
	}
	if got := sites.For(there); got.Hash != "" {
		t.Errorf("another host: %+v", got)
	}
	must(t, sites.Update(here, func(s *Site) { *s = Site{} }))
	if text, err := os.ReadFile(filepath.Join(dir, sitesFile)); err != nil || string(text) != "{}" && string(text) != "{}\n" {
		t.Errorf("%q, %v", text, err)
	}
	for _, text := range []string{"{", "null", "[]"} {
		must(t, os.WriteFile(filepath.Join(dir, sitesFile), []byte(text), 0o600))
		if got := sites.For(here); got.Hash != "" {
			t.Errorf("unreadable: %+v", got)
		}
		must(t, sites.Update(here, func(s *Site) { *s = said }))
	}
	var none *Sites
	if got := none.For(here); got.Hash != "" || none.Update(here, nil) != nil {
		t.Errorf("without a store: %+v", got)
	}
}
