package server

import (
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// newTestSites returns sites in a store, as a new process has them, and what they show.
func newTestSites(t *testing.T, stored *store.Store) (*sites, *[]string) {
	t.Helper()
	var shown []string
	return newSites(stored, func(level protocol.LogLevel, message, detail string) {
		shown = append(shown, strings.TrimSpace(string(level)+": "+message+"\n"+detail))
	}, zap.NewNop()), &shown
}

func fileOf(hash, text string) slurm.SiteFile {
	return slurm.SiteFile{Path: "/etc/sunpyter/site.toml", Hash: hash, Text: []byte(text)}
}

// TestSiteIsLearned: a site's file applies at once and in later processes; its message and
// its mistakes are shown once each.
func TestSiteIsLearned(t *testing.T) {
	stored, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := profile.Profile{Place: store.Place{Title: "login", Host: "login"}}
	const text = "title = \"Bird\"\nsupport = \"help@x\"\nmessage = \"One\\nTwo\"\nroutes = [\"srun\"]\n[defaults]\ncpus = 3\n"
	for _, step := range []struct {
		what  string
		found slurm.SiteFile
		shown []string
		title string
		cpus  int
	}{
		{"no file", slurm.SiteFile{}, nil, "login", 0},
		{"new", fileOf("a", text), []string{"info: Bird says: One\nTwo"}, "Bird", 3},
		{"the same, not sent again", slurm.SiteFile{Path: "x", Hash: "a"}, nil, "Bird", 3},
		{"another text with the same message", fileOf("b", text+"time = \"2h\""), nil, "Bird", 3},
		{"a new message", fileOf("c", strings.Replace(text, "One", "New", 1)), []string{"info: Bird says: New\nTwo"}, "Bird", 3},
		{"a mistake", fileOf("d", text+"gpus = true"), []string{"warning: login's own file for Sunpyter is not used: /etc/sunpyter/site.toml: line 7, defaults.gpus: it must be a string, not true or false\nPlease tell help@x."}, "login", 0},
		{"the same mistake", fileOf("d", text+"gpus = true"), nil, "login", 0},
		{"not to be used", slurm.SiteFile{Path: "/f", Problem: "all users can write it"}, []string{"warning: login's own file for Sunpyter is not used: /f: all users can write it\nPlease tell the site's support."}, "login", 0},
		{"mended", fileOf("c", strings.Replace(text, "One", "New", 1)), nil, "Bird", 3},
		{"no file any more", slurm.SiteFile{}, nil, "login", 0},
	} {
		s, shown := newTestSites(t, stored)
		file, problem := s.learn(p.Place, step.found)
		if got := file.Apply(p); got.Title != step.title || got.Request.CPUs != step.cpus || (problem != "") != (len(step.shown) == 1 && strings.HasPrefix(step.shown[0], "warning") || step.what == "the same mistake") {
			t.Errorf("%s: %q %d %q", step.what, got.Title, got.Request.CPUs, problem)
		}
		if strings.Join(*shown, "|") != strings.Join(step.shown, "|") {
			t.Errorf("%s: shown %q, want %q", step.what, *shown, step.shown)
		}
		later, _ := newTestSites(t, stored)
		if got := later.apply(p); got.Title != step.title || got.Request.CPUs != step.cpus || (got.Pinned == store.Step) != (step.cpus == 3) {
			t.Errorf("%s, later: %q %d %s", step.what, got.Title, got.Request.CPUs, got.Pinned)
		}
	}
}

// TestSiteIsSentAgain: a login node that did not send the text, because this process has it, is
// asked for it if another process has stored another text meanwhile.
func TestSiteIsSentAgain(t *testing.T) {
	stored, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := store.Place{Host: "login"}
	s, _ := newTestSites(t, stored)
	other, _ := newTestSites(t, stored)
	s.learn(p, fileOf("a", "[caps]\ncpus = 2"))
	other.learn(p, fileOf("b", "[caps]\ncpus = 4"))
	if file, problem := s.learn(p, slurm.SiteFile{Path: "x", Hash: "a"}); file.Caps.CPUs != 2 || problem != "" {
		t.Errorf("%+v %q", file.Caps, problem)
	}
	later, _ := newTestSites(t, stored)
	if hash := later.hash(p); hash != "" {
		t.Errorf("the text with the hash %q is not stored", hash)
	}
}

// TestSupportIsNamed: in errors that the support can help with, and not in those of typing
// errors.
func TestSupportIsNamed(t *testing.T) {
	stored, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, _ := newTestSites(t, stored)
	place := store.Place{Host: "login"}
	refused := &fault.Error{Code: fault.SlurmRejected, Tried: "a", Answer: "b", Advice: "Choose another."}
	if got := s.explain(place, refused); got != error(refused) {
		t.Errorf("without a file: %v", got)
	}
	s.learn(place, fileOf("a", "support = \"help@x\""))
	for _, row := range []struct {
		err  error
		want string
	}{
		{refused, "a: b. Choose another. If that does not help, ask help@x."},
		{&fault.Error{Code: fault.NoRoute, Tried: "a", Answer: "b"}, "a: b. Ask help@x."},
		{&fault.Error{Code: fault.SiteLimit, Tried: "a", Answer: "b", Advice: "Ask help@x."}, "a: b. Ask help@x."},
		{&fault.Error{Code: fault.BadRequest, Tried: "a", Answer: "b"}, "a: b"},
		{&fault.Error{Code: fault.WorkdirMissing, Tried: "a", Answer: "b"}, "a: b"},
		{errors.New("other"), "other"},
		{nil, ""},
	} {
		if got := s.explain(place, row.err); (row.err == nil) != (got == nil) || (got != nil && got.Error() != row.want) {
			t.Errorf("%v: %v", row.err, got)
		}
	}
	_, _, err = slurm.ResolveDefaults(slurm.Request{Partition: "typo"}, slurm.Site{Partitions: []slurm.Partition{{Name: "a"}}})
	if got := s.explain(place, err); strings.Contains(got.Error(), "help@x") {
		t.Errorf("a misspelt partition: %v", got)
	}
}
