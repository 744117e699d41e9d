package envapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// someEnvironments are sorted as find sorts them.
var someEnvironments = environments.Result{Complete: true, Environments: []environments.Environment{
	{Kind: environments.Conda, Name: "ml", Path: "/c/ml", Kernel: environments.Yes, Jupyter: environments.Yes},
	{Kind: environments.Venv, Name: "ml", Path: "/v/ml", Kernel: environments.Yes, Jupyter: environments.No},
	{Kind: environments.Venv, Name: "thesis", Path: "/thesis/.venv", Kernel: environments.Yes, Jupyter: environments.No},
	{Kind: environments.Kernelspec, Name: "R", Path: "/k/ir", Kernel: environments.Yes, Jupyter: environments.No},
	{Kind: environments.Module, Name: "python/3.11", Kernel: environments.Unknown, Jupyter: environments.Unknown},
	{Kind: environments.Container, Name: "course", Path: "/i/course.sif", Kernel: environments.Unknown, Jupyter: environments.No},
	{Kind: environments.Venv, Name: "thesis", Path: "/old/thesis", Kernel: environments.No, Jupyter: environments.No},
}}

// TestPickEnvironment: by name, of which one with a kernel is preferred.
func TestPickEnvironment(t *testing.T) {
	for name, want := range map[string]string{"thesis": "/thesis/.venv", ".venv": "/thesis/.venv", "python/3.11": "", "ml": "more than one", "course": "/i/course.sif", "R": "none of that name", "gone": "none of that name"} {
		e, err := pickEnvironment(someEnvironments, name)
		if f := fault.As(err); f != nil {
			if f.Code != fault.EnvironmentUnknown || !strings.Contains(f.Answer, want) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if e.Path != want {
			t.Errorf("%s: %+v, want %q", name, e, want)
		}
	}
}

// TestChoiceReachesTheJob: but only under the name for which it was made.
func TestChoiceReachesTheJob(t *testing.T) {
	chosen := slurm.Chosen{Path: "/v/ml", Title: "ml"}
	e := slurm.Environment{Name: "ml", Modules: []string{"cuda"}}
	Choice{name: "ml", chosen: chosen}.Apply(&e)
	if e.Chosen != chosen || !slices.Equal(e.Modules, []string{"cuda"}) {
		t.Errorf("an environment: %+v", e)
	}
	other := slurm.Environment{Name: "another"}
	Choice{name: "ml", chosen: chosen}.Apply(&other)
	if other.Chosen != (slurm.Chosen{}) {
		t.Errorf("another name: %+v", other)
	}
	module := slurm.Environment{Name: "python/3.11", Modules: []string{"anaconda"}}
	Choice{name: "python/3.11", module: "python/3.11"}.Apply(&module)
	if module.Chosen != (slurm.Chosen{}) || !slices.Equal(module.Modules, []string{"python/3.11"}) {
		t.Errorf("a module: %+v", module)
	}
}

// TestPickImage: an image is named by its path or by its name, and reaches the job as a container.
func TestPickImage(t *testing.T) {
	alone := func(problem string) environments.Result {
		return environments.Result{Environments: []environments.Environment{{Kind: environments.Container, Path: "/home/a/i.sif", Unusable: problem, Denied: problem != ""}}}
	}
	for _, row := range []struct {
		found      environments.Result
		name, want string
	}{
		{alone(""), "~/i.sif", "/home/a/i.sif"}, {someEnvironments, "/i/course.sif", "/i/course.sif"},
		{alone("you can't read it"), "~/i.sif", "you can't read it: If it is yours"}, {environments.Result{}, "~/i.sif", "there is no image file with that path, and no folder with the root of an image: Correct"},
	} {
		image, err := pickImage(row.found, row.name)
		got := image.Path
		if f := fault.As(err); f != nil {
			got = f.Answer + ": " + f.Advice
		}
		if !strings.HasPrefix(got, row.want) {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
	for _, e := range []slurm.Environment{{Name: "course", Modules: []string{"m"}}, {Container: "course", Modules: []string{"m"}}} {
		Choice{name: "course", container: "/i/course.sif"}.Apply(&e)
		if e.Name != "" || e.Container != "/i/course.sif" || len(e.Modules) != 1 {
			t.Errorf("in the job: %+v", e)
		}
	}
	if left := withoutImage(someEnvironments, "/i/course.sif").Environments; len(left) != len(someEnvironments.Environments)-1 {
		t.Errorf("after a failure in an image it is offered again: %+v", left)
	}
}

// TestChoicesAfterAFailedStart: what was missing is in each environment that is offered.
func TestChoicesAfterAFailedStart(t *testing.T) {
	describe := func(code fault.Code, chosen string) (all []string) {
		for _, c := range choicesAfter(code, someEnvironments, store.Place{Cluster: "lab"}, chosen, environments.Folder{Path: "/w/own"}) {
			if c.Kind == protocol.ChoiceEnvironment {
				all = append(all, cmp.Or(c.Environment.Request.Name, c.Environment.Request.Container))
			} else {
				all = append(all, string(c.Change.Action)+" "+c.Change.Path)
			}
		}
		return all
	}
	for _, row := range []struct {
		code   fault.Code
		chosen string
		want   []string
	}{
		{fault.JupyterMissing, "", []string{"/c/ml", "python/3.11", "create /w/own"}},
		{fault.KernelMissing, "/old/thesis", []string{"install /old/thesis", "/c/ml", "/v/ml", "/thesis/.venv", "python/3.11", "/i/course.sif", "create /w/own"}},
		{fault.EnvironmentBroken, "/v/ml", []string{"/c/ml", "/thesis/.venv", "python/3.11", "/i/course.sif", "create /w/own"}},
	} {
		if got := describe(row.code, row.chosen); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.code, got, row.want)
		}
	}
}

func TestOfferedEnvironments(t *testing.T) {
	file := site.Parse([]byte("modules = [\"python/3.12\", \"other\"]\n[[environment]]\ntitle = \"Course\"\nmodules = [\"a\"]\nvenv = \"/apps/course\"\n")).File
	found := []protocol.EnvironmentInfo{
		{Kind: protocol.EnvironmentConda, Name: "mine"},
		{Kind: protocol.EnvironmentModule, Name: "python/3.12", Path: "/apps/python", Kernel: protocol.PresenceUnknown},
	}
	var got []string
	for _, e := range withOffers(file, found) {
		got = append(got, fmt.Sprintf("%s %s %s %s", e.Kind, e.Name, e.Path, e.Kernel))
	}
	want := []string{"site Course /apps/course yes", "module python/3.12 /apps/python yes", "module other  yes", "conda mine  "}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
