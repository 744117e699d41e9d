package profile_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// load loads a set from a file with this content and these variables.
func load(t *testing.T, content string, variables map[string]string) (*profile.Set, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return profile.Load(func(name string) string {
		if name == profile.ConfigVariable {
			return path
		}
		return variables[name]
	})
}

func mustLoad(t *testing.T, content string, variables map[string]string) *profile.Set {
	t.Helper()
	set, err := load(t, content, variables)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func mustResolve(t *testing.T, set *profile.Set, name, user string, hosts ...string) profile.Profile {
	t.Helper()
	p, err := set.Resolve(name, user, hosts)
	if err != nil {
		t.Fatalf("Resolve(%q, %q): %v", name, user, err)
	}
	return p
}

func TestBuiltInSunbird(t *testing.T) {
	set := mustLoad(t, "", nil)
	got := mustResolve(t, set, "your.scw.username", "")
	want := profile.Profile{
		Place:  store.Place{Cluster: "sunbird", Title: "Sunbird", Host: "sunbird.swansea.ac.uk", User: "your.scw.username", KeysOnly: true},
		Source: profile.BuiltIn,
		Request: slurm.Request{
			Partition: "s_highmem_cdt", WorkingDirectory: "/cdt_storage/$USER",
			Environment: slurm.Environment{Modules: []string{"anaconda/2021.05"}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

const everything = `
default = "lab"

[cluster.sunbird]
user = "s.a.person"
cpus = 2
partition = ""

[cluster.lab]
title = "The lab"
host = "login.lab.example"
user = "alice"
ssh_config = "/etc/lab/ssh"
keys_only = false
grace = "20m"
cpus = 4
memory = "8G"
time = "1-00:00:00"
gpus = 1
gres = "shard:1"
partition = "gpu"
account = "acc"
qos = "short"
reservation = "course"
constraint = "skylake"
workdir = "~/work"
modules = ["python", "cuda/12"]
conda = "env"
venv = "~/v"
setup = ["ulimit -c 0", "echo a b"]
variables = { OMP_NUM_THREADS = 4, GREETING = "a b" }
sbatch_options = ["--exclude=n1"]

[cluster.alias]
cpus = 3
`

func TestFile(t *testing.T) {
	set := mustLoad(t, everything, nil)
	want := profile.Profile{
		Place: store.Place{Cluster: "lab", Title: "The lab", Host: "login.lab.example", User: "alice", SSHConfig: "/etc/lab/ssh"},
		Grace: 20 * time.Minute, Source: set.File(),
		Request: slurm.Request{
			CPUs: 4, MemoryMiB: 8192, TimeLimit: 24 * time.Hour, GPUs: "1", Gres: "shard:1", Partition: "gpu",
			Account: "acc", QOS: "short", Reservation: "course", Constraint: "skylake", WorkingDirectory: "~/work",
			Environment: slurm.Environment{
				Modules: []string{"python", "cuda/12"}, Conda: "env", Venv: "~/v",
				Setup:     []string{"ulimit -c 0", "echo a b"},
				Variables: map[string]string{"OMP_NUM_THREADS": "4", "GREETING": "a b"},
			},
			SbatchOptions: []string{"--exclude=n1"},
		},
		Own: strings.Fields("account conda constraint cpus gpus grace gres host keys_only memory modules partition qos reservation sbatch_options setup ssh_config time title user variables venv workdir"),
	}
	if got := mustResolve(t, set, "", ""); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	sunbird := mustResolve(t, set, "sunbird", "")
	if sunbird.User != "s.a.person" || sunbird.Request.CPUs != 2 || sunbird.Request.Partition != "" ||
		sunbird.Request.WorkingDirectory != "/cdt_storage/$USER" || !sunbird.KeysOnly {
		t.Errorf("the file's values are not laid over the built-in ones: %+v", sunbird)
	}
	if alias := mustResolve(t, set, "alias", ""); alias.Host != "alias" || alias.Request.CPUs != 3 {
		t.Errorf("a cluster without a host is not the ssh host of its name: %+v", alias)
	}
	names := []string{}
	for _, p := range set.Profiles() {
		names = append(names, p.Cluster)
	}
	if !slices.Equal(names, []string{"alias", "lab", "sunbird"}) || set.Default() != "lab" {
		t.Errorf("profiles %v, default %s", names, set.Default())
	}
}

// TestOldNamesAreStillRead: a file or an environment of an earlier version keeps its meaning.
func TestOldNamesAreStillRead(t *testing.T) {
	const old, both = "[cluster.lab]\nway_in = \"srun\"\n", "[cluster.lab]\nroute = \"ssh\"\nway_in = \"srun\"\n"
	for _, row := range []struct {
		file string
		env  map[string]string
		want store.Route
	}{
		{old, nil, "srun"},
		{both, nil, "ssh"},
		{old, map[string]string{"SUNPYTER_WAY_IN": "ssh"}, "ssh"},
		{old, map[string]string{"SUNPYTER_WAY_IN": "srun", "SUNPYTER_ROUTE": "ssh"}, "ssh"},
	} {
		if got := mustResolve(t, mustLoad(t, row.file, row.env), "lab", "").Pinned; got != row.want {
			t.Errorf("%q with %v: route %q, want %q", row.file, row.env, got, row.want)
		}
	}
}

// Each setting's variable must win over the file, and the file must take its example.
func TestEveryVariableOverridesTheFile(t *testing.T) {
	words := map[string]string{
		"keys_only": "true", "share_login": "true", "route": "ssh", "kernel_transport": "ipc", "node_port": "false", "ssh": "/nine/ssh", "grace": "11m", "idle": "12m", "start_timeout": "13m", "session_dir": "/nine", "places": "/nine\n~/ten", "cpus": "9", "memory": "9G", "memory_per_cpu": "false", "time": "9h", "variables": "NINE=9\nTEN=a=b",
		"host": "nine.example", "user": "nine", "setup": "nine 9\nten 10", "modules": "nine ten", "sbatch_options": "--nine --ten",
	}
	for _, setting := range profile.Settings() {
		t.Run(setting.Key, func(t *testing.T) {
			word := words[setting.Key]
			if word == "" {
				word = "nine"
			}
			example := "[cluster.lab]\n" + setting.Key + " = " + setting.Example
			from := mustResolve(t, mustLoad(t, example, nil), "lab", "")
			plain := mustResolve(t, mustLoad(t, "[cluster.lab]", nil), "lab", "")
			from.Source, plain.Source = "", ""
			if reflect.DeepEqual(from, plain) {
				t.Errorf("the file's %s changes nothing", setting.Key)
			}
			variables := map[string]string{setting.Variable: word}
			both := mustResolve(t, mustLoad(t, example, variables), "lab", "")
			alone := mustResolve(t, mustLoad(t, "[cluster.lab]", variables), "lab", "")
			both.Source, alone.Source = "", ""
			if !reflect.DeepEqual(both, alone) {
				t.Errorf("with %s=%q\ngot  %+v\nwant %+v", setting.Variable, word, both, alone)
			}
			if setting.Key != "keys_only" && reflect.DeepEqual(both, from) {
				t.Errorf("%s does not override the file", setting.Variable)
			}
		})
	}
}

func TestEnvironmentLists(t *testing.T) {
	p := mustResolve(t, mustLoad(t, "", map[string]string{
		"SUNPYTER_MODULES": "a/1  b/2", "SUNPYTER_SETUP": "one two\nthree", "SUNPYTER_VARIABLES": "A=1\nB=x=y",
	}), "", "")
	want := slurm.Environment{
		Modules: []string{"a/1", "b/2"}, Setup: []string{"one two", "three"}, Variables: map[string]string{"A": "1", "B": "x=y"},
	}
	if !reflect.DeepEqual(p.Request.Environment, want) {
		t.Errorf("got %+v, want %+v", p.Request.Environment, want)
	}
}

func TestMistakesNameFileLineAndKey(t *testing.T) {
	for name, tc := range map[string]struct {
		content string
		want    []string
	}{
		"syntax":       {"[cluster.lab]\ncpus = = 2\n", []string{"line 2"}},
		"unknown key":  {"[cluster.lab]\nhost = \"h\"\ncpu = 2\n", []string{"line 3", "cluster.lab.cpu", "no such key"}},
		"unknown top":  {"\ncluster_default = \"lab\"\n", []string{"line 2", "cluster_default", "no such key"}},
		"wrong table":  {"[clusters.lab]\nhost = \"h\"\n", []string{": clusters: there is no such key"}},
		"wrong type":   {"[cluster.lab]\ncpus = 2.5\n", []string{"line 2", "cluster.lab.cpus", "a decimal number"}},
		"list of":      {"[cluster.lab]\nmodules = [1, 2]\n", []string{"line 2", "cluster.lab.modules", "a list of strings"}},
		"bad memory":   {"[cluster.lab]\nmemory = \"lots\"\n", []string{"line 2", "cluster.lab.memory", `"lots"`}},
		"bad time":     {"[cluster.lab]\n\ntime = \"soon\"\n", []string{"line 3", "cluster.lab.time", `"soon"`}},
		"bad grace":    {"[cluster.lab]\ngrace = \"5s\"\n", []string{"line 2", "cluster.lab.grace", "between 1m and 4h"}},
		"bad cpus":     {"[cluster.lab]\ncpus = 0\n", []string{"line 2", "cluster.lab.cpus"}},
		"bad host":     {"[cluster.lab]\nhost = \"-oProxyCommand=x\"\n", []string{"line 2", "cluster.lab.host"}},
		"bad user":     {"[cluster.lab]\nuser = \"a;b\"\n", []string{"line 2", "cluster.lab.user"}},
		"bad variable": {"[cluster.lab]\nvariables = { \"A B\" = \"x\" }\n", []string{"line 2", "cluster.lab.variables", `"A B"`}},
		"not a table":  {"cluster = 3\n", []string{"line 1", "cluster", "a [cluster.NAME] table"}},
		"not a table2": {"[cluster]\nlab = \"x\"\n", []string{"line 2", "cluster.lab"}},
		"bad default":  {"default = 3\n", []string{"line 1", "default"}},
		"no host":      {"[cluster.\"a b\"]\ncpus = 1\n", []string{"line 1", "no host"}},
		"two mistakes": {"[cluster.lab]\ncpus = 0\ntime = \"x\"\n", []string{"line 2", "; line 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := load(t, tc.content, nil)
			if !fault.Is(err, fault.BadConfig) {
				t.Fatalf("err = %v, want code %s", err, fault.BadConfig)
			}
			for _, want := range append(tc.want, set.File()) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q lacks %q", err, want)
				}
			}
			mustResolve(t, set, "sunbird", "alice")
		})
	}
}

func TestOtherValuesSurviveAMistake(t *testing.T) {
	set, err := load(t, "default = \"lab\"\n[cluster.lab]\nhost = \"h\"\ncpus = 0\nmemory = \"1G\"\n", nil)
	if err == nil {
		t.Fatal("no error")
	}
	if p := mustResolve(t, set, "", ""); p.Host != "h" || p.Request.MemoryMiB != 1024 {
		t.Errorf("got %+v", p)
	}
}

func TestBadVariable(t *testing.T) {
	set, err := load(t, "", map[string]string{"SUNPYTER_CPUS": "many", "SUNPYTER_PARTITION": "p"})
	if !fault.Is(err, fault.BadConfig) || !strings.Contains(err.Error(), "SUNPYTER_CPUS") {
		t.Fatalf("err = %v", err)
	}
	if p := mustResolve(t, set, "", ""); p.Request.CPUs != 0 || p.Request.Partition != "p" {
		t.Errorf("got %+v", p.Request)
	}
}

func TestMissingFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.toml")
	if _, err := profile.Load(func(name string) string {
		return map[string]string{profile.ConfigVariable: missing}[name]
	}); !fault.Is(err, fault.BadConfig) {
		t.Errorf("a named file that is missing: err = %v", err)
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	set, err := profile.Load(func(string) string { return "" })
	if err != nil || !strings.HasSuffix(set.File(), filepath.Join("sunpyter", "config.toml")) {
		t.Errorf("the usual file is missing: %q, err = %v", set.File(), err)
	}
}

// FuzzFile: each mistake in a file is reported once, and the rest can be used.
func FuzzFile(f *testing.F) {
	f.Add("default = \"lab\"\n[cluster.lab]\nhost = \"login.example.org\"\ncpus = 2\nmodules = [\"a\"]\nvariables = { A = \"b\" }\n")
	f.Add("\xef\xbb\xbf[cluster]\r\nlab = 1\r\n[cluster.\"a b\"]\ngrace = \"1m\"\n")
	f.Add("[cluster.x]\ncpus = -1\nmemory = []\nnosuch = {}\n[[cluster.y]]\n")
	f.Fuzz(func(t *testing.T, content string) {
		set, err := load(t, content, nil)
		if set == nil {
			t.Fatal("no set")
		}
		if err != nil && !fault.Is(err, fault.BadConfig) {
			t.Errorf("%q: %v", content, err)
		}
		for _, p := range set.Profiles() {
			if p.Cluster == "" || p.Request.CPUs < 0 || p.Grace < 0 {
				t.Errorf("%q gave %+v", content, p)
			}
		}
	})
}
