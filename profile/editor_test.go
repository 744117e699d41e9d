package profile_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/slurm"
)

// editorProfile makes a profile of the editor's; keys and values in turn.
func editorProfile(name string, keysAndValues ...any) profile.EditorProfile {
	o := profile.EditorProfile{Name: name}
	for pair := range slices.Chunk(keysAndValues, 2) {
		key := pair[0].(string)
		o.Values = append(o.Values, profile.Value{Key: key, Label: "the " + key, Value: pair[1]})
	}
	return o
}

func TestEditorProfiles(t *testing.T) {
	base := mustLoad(t, "[cluster.lab]\nhost = \"login.lab.example\"\nuser = \"alice\"\ncpus = 4\npartition = \"gpu\"\n",
		map[string]string{"SUNPYTER_PARTITION": "from-environment"})
	set := base.With([]profile.EditorProfile{
		editorProfile("lab", "cpus", int64(8), "keys_only", true),
		editorProfile("sunbird", "user", "s.a.person", "grace", "30m0s", "keys_only", false),
		editorProfile("hawk"),
		editorProfile("new", "host", "new.example", "title", "New", "memory", int64(4096), "modules", []any{"a", "b"}, "variables", map[string]any{"A": "b c"}),
	})
	lab := mustResolve(t, set, "lab", "")
	if lab.Host != "login.lab.example" || lab.User != "alice" || lab.Request.CPUs != 8 || !lab.KeysOnly || lab.Source != profile.Editor {
		t.Errorf("a known profile is not changed in what was said alone: %+v", lab)
	}
	if lab.Request.Partition != "from-environment" {
		t.Errorf("the environment does not win: %+v", lab.Request)
	}
	sunbird := mustResolve(t, set, "", "")
	if sunbird.User != "s.a.person" || sunbird.Grace != 30*time.Minute || sunbird.KeysOnly || sunbird.Request.WorkingDirectory != "/cdt_storage/$USER" {
		t.Errorf("the built-in profile: %+v", sunbird)
	}
	if hawk := mustResolve(t, set, "hawk", ""); hawk.Host != "hawk" || hawk.Title != "hawk" {
		t.Errorf("a profile without a host: %+v", hawk)
	}
	made := mustResolve(t, set, "new", "bob")
	want := slurm.Environment{Modules: []string{"a", "b"}, Variables: map[string]string{"A": "b c"}}
	if made.Title != "New" || made.User != "bob" || made.Request.MemoryMiB != 4096 || !reflect.DeepEqual(made.Request.Environment, want) {
		t.Errorf("a new profile: %+v", made)
	}
	if len(set.Problems()) != 0 {
		t.Errorf("problems %v", set.Problems())
	}
	if was := mustResolve(t, base, "lab", ""); was.Request.CPUs != 4 || was.Source == profile.Editor {
		t.Errorf("the set before was changed: %+v", was)
	}
}

func TestEditorProfileWithAMistake(t *testing.T) {
	base := mustLoad(t, "[cluster.lab]\nhost = \"h\"\n", nil)
	for name, tc := range map[string]struct {
		own  profile.EditorProfile
		want []string
	}{
		"host":      {editorProfile("lab", "host", "-oProxyCommand=x"), []string{`"lab"`, "the host", "-oProxyCommand=x"}},
		"user":      {editorProfile("lab", "user", "a;b"), []string{"the user", "a;b"}},
		"cpus":      {editorProfile("lab", "cpus", int64(-1)), []string{"the cpus", "-1"}},
		"memory":    {editorProfile("lab", "memory", int64(-5)), []string{"the memory", "-5"}},
		"time":      {editorProfile("lab", "time", "-2h0m0s"), []string{"the time", "-2h0m0s"}},
		"kept":      {editorProfile("lab", "grace", "5s"), []string{"the grace", "between 1m and 4h"}},
		"variables": {editorProfile("lab", "variables", map[string]any{"A B": "x"}), []string{"the variables", `"A B"`}},
		"no host":   {editorProfile("gpu lab"), []string{`"gpu lab"`, "it has no host"}},
		"no name":   {editorProfile(""), []string{`""`, "it has no host"}},
		"two":       {editorProfile("lab", "cpus", int64(-1), "user", "a;b"), []string{"the cpus", "; the user"}},
	} {
		t.Run(name, func(t *testing.T) {
			set := base.With([]profile.EditorProfile{editorProfile("good", "cpus", int64(2)), tc.own})
			problems := set.Problems()
			if len(problems) != 1 || !fault.Is(problems[0], fault.BadConfig) {
				t.Fatalf("problems %v", problems)
			}
			for _, want := range append(tc.want, "the editor's settings") {
				if !strings.Contains(problems[0].Error(), want) {
					t.Errorf("%q lacks %q", problems[0], want)
				}
			}
			if tc.own.Name != "" {
				if p, err := set.Resolve(tc.own.Name, "", nil); !fault.Is(err, fault.BadConfig) {
					t.Errorf("it can be used: %+v, %v", p, err)
				}
			}
			if good := mustResolve(t, set, "good", ""); good.Request.CPUs != 2 {
				t.Errorf("the good one: %+v", good)
			}
			for _, p := range set.Profiles() {
				if p.Cluster == tc.own.Name {
					t.Errorf("it is among the profiles: %+v", p)
				}
			}
		})
	}
}

// A default that the editor has made invalid does not become another cluster.
func TestInvalidDefaultProfile(t *testing.T) {
	set := mustLoad(t, "", nil).With([]profile.EditorProfile{editorProfile("sunbird", "cpus", int64(0))})
	for _, name := range []string{"", "alice", "sunbird", "alice@sunbird"} {
		if p, err := set.Resolve(name, "", nil); !fault.Is(err, fault.BadConfig) {
			t.Errorf("Resolve(%q) = %+v, %v", name, p, err)
		}
	}
}

// The next list replaces the previous one.
func TestEditorProfilesAreReplaced(t *testing.T) {
	base := mustLoad(t, "", nil)
	first := base.With([]profile.EditorProfile{editorProfile("lab", "cpus", int64(-1))})
	if again := base.With(nil); len(first.Problems()) != 1 || len(again.Problems()) != 0 || len(again.Profiles()) != 1 {
		t.Errorf("problems %v, profiles %v", again.Problems(), again.Profiles())
	}
}

// A mistake in the file is reported with those of the editor.
func TestProblemsOfAllSources(t *testing.T) {
	set, err := load(t, "[cluster.lab]\ncpus = 0\n", map[string]string{"SUNPYTER_MEM": "lots"})
	if err == nil {
		t.Fatal("no error")
	}
	problems := set.With([]profile.EditorProfile{editorProfile("gpu lab")}).Problems()
	if len(problems) != 3 || !strings.Contains(problems[0].Error(), set.File()) ||
		!strings.Contains(problems[1].Error(), "SUNPYTER_MEM") || !strings.Contains(problems[2].Error(), "gpu lab") {
		t.Errorf("problems %v", problems)
	}
}
