package site_test

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/profile/site"
)

// TestExample reads the example of docs/for-site-admins.md, which has every key.
func TestExample(t *testing.T) {
	text, err := os.ReadFile("../../testcluster/site.toml")
	if err != nil {
		t.Fatal(err)
	}
	r := site.Parse(text)
	if len(r.Mistakes)+len(r.Warnings) > 0 {
		t.Fatal(r.Mistakes, r.Warnings)
	}
	one := 1
	f := r.File
	want := site.Caps{CPUs: 16, MemoryMiB: 128 << 10, GPUs: &one, Time: 12 * time.Hour, Kernels: 4, Idle: 4 * time.Hour, Grace: time.Hour, Poll: time.Minute}
	if !reflect.DeepEqual(f.Caps, want) {
		t.Errorf("caps %+v", f.Caps)
	}
	if f.Title != "Sunbird" || f.Support == "" || !strings.HasPrefix(f.Message, "The course") || len(f.Places) != 1 || len(f.Routes) != 2 ||
		len(f.Shown) != 3 || len(f.Modules) != 1 || f.Partitions["short"].Title != "Short" || len(f.Environments) != 1 {
		t.Errorf("%+v", f)
	}
	p := profile.Profile{}.WithSite(f.Defaults)
	if p.Request.CPUs != 1 || p.Request.TimeLimit != 2*time.Hour || p.Request.Partition != "s_compute_cdt" || p.Request.WorkingDirectory != "/cdt_storage/$USER" {
		t.Errorf("defaults %+v", p.Request)
	}
}

// TestMistakes: each is reported with its line and key, and the file is ignored; the address
// of the support is still known.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"title = 3":                                       "line 2, title: it must be a string, not a whole number",
		"title = ":                                        "line 2",
		"title = \"\"":                                    "line 2, title: it is empty",
		"title = \"a\\u0007b\"":                           "line 2, title: it holds a line break or another control character",
		"title = \"a\\u202eb\"":                           "line 2, title: it has control characters or invisible ones",
		"message = \"a\\u001b[2Jb\"":                      "line 2, message: it has control characters or invisible ones",
		"title = \"a\x00b\"":                              "line 2",
		"title = \"" + "\xff\xfe\"":                       "line 2",
		"places = \"/scratch\"":                           "line 2, places: it must be a list of strings, not a string",
		"places = [1]":                                    "line 2, places: it must be a string, not a whole number",
		"places = []":                                     "line 2, places: it must have 1 to 100 entries",
		"places = [\"relative\"]":                         "line 2, places: ",
		"places = [\"$(id)\"]":                            "line 2, places: ",
		"routes = [\"telnet\"]":                           `line 2, routes: "telnet" is not ssh or srun`,
		"routes = [\"\"]":                                 "line 2, routes: it is empty",
		"partitions = [\"a b\"]":                          "line 2, partitions: ",
		"modules = [\"-x\"]":                              "line 2, modules: ",
		"defaults = 1":                                    "line 2, defaults: it must be a table [defaults]",
		"[defaults]\ncpus = \"many\"":                     "line 3, defaults.cpus: ",
		"[defaults]\nworkdir = \"x\"":                     "line 3, defaults.workdir: ",
		"[caps]\ncpus = 0":                                "line 3, caps.cpus: it must be from 1 to 100000",
		"[caps]\ncpus = \"8\"":                            "line 3, caps.cpus: it must be a whole number, not a string",
		"[caps]\nmemory = true":                           "line 3, caps.memory: it must be a string, not true or false",
		"[caps]\nmemory = \"8\"":                          "line 3, caps.memory: ",
		"[caps]\ngpus = -1":                               "line 3, caps.gpus: it must be from 0",
		"[caps]\ntime = \"soon\"":                         "line 3, caps.time: ",
		"[caps]\nidle = \"off\"":                          `line 3, caps.idle: "off" is no limit`,
		"[caps]\nidle = \"5s\"":                           "line 3, caps.idle: ",
		"[caps]\ngrace = \"5h\"":                          "line 3, caps.grace: ",
		"[caps]\npoll = \"2h\"":                           "line 3, caps.poll: ",
		"[partition.a]\nhidden = 1":                       "line 3, partition.a.hidden: it must be true or false",
		"[partition.\"a b\"]":                             "line 2, partition.\"a b\": --partition is",
		"partition = [1]":                                 "line 2, partition: it must be a table [partition.NAME]",
		"environment = 1":                                 "line 2, environment: it must be a list of tables",
		"[[environment]]\nconda = \"x\"":                  "line 2, environment: it has no title",
		"[[environment]]\ntitle = \"x\"\nvenv = \"../x\"": "line 4, environment.venv: ",
		"[defaults]\ncpus = 9\n[caps]\ncpus = 8":          "line 3, defaults.cpus: it is more than caps.cpus",
		"[defaults]\nmemory = \"9G\"\n[caps]\nmemory = \"8G\"":              "line 3, defaults.memory: it is more than caps.memory",
		"[defaults]\ntime = \"9h\"\n[caps]\ntime = \"8h\"":                  "line 3, defaults.time: it is more than caps.time",
		"[defaults]\ngpus = 2\n[caps]\ngpus = 1":                            "line 3, defaults.gpus: it is more than caps.gpus",
		"[defaults]\ngres = \"gpu:a100:2\"\n[caps]\ngpus = 1":               "line 3, defaults.gres: it is more than caps.gpus",
		"[defaults]\nidle = \"off\"\n[caps]\nidle = \"2h\"":                 "line 3, defaults.idle: it is more than caps.idle",
		"[defaults]\ngrace = \"2h\"\n[caps]\ngrace = \"1h\"":                "line 3, defaults.grace: it is more than caps.grace",
		"x = " + strings.Repeat("[", 20_000):                                "line 2",
		"message = \"" + strings.Repeat("x", 2001) + "\"":                   "line 2, message: it is longer than 2000 characters",
		"message = \"" + strings.Repeat("x", site.MaxSize) + "\"":           "line 1: the file is larger than 64 KiB",
		"modules = [" + strings.Repeat("\"a\",", 101) + "]":                 "line 2, modules: it must have 1 to 100 entries",
		"[partition.a]\ndescription = \"" + strings.Repeat("x", 201) + "\"": "line 3, partition.a.description: it is longer than 200 characters",
	} {
		r := site.Parse([]byte("support = \"help@example.org\"\n" + text))
		if len(r.Mistakes) == 0 || !strings.HasPrefix(r.Mistakes[0].String(), want) {
			t.Errorf("%.60q: mistakes %v, want %q", text, r.Mistakes, want)
		}
		if f := r.File; f.Title != "" || f.Message != "" || f.Caps != (site.Caps{}) || f.Defaults != nil {
			t.Errorf("%.60q: used: %+v", text, f)
		}
	}
	r := site.Parse([]byte("support = \"help@example.org\"\ntitle = 3"))
	if r.File.Support != "help@example.org" {
		t.Errorf("support %q", r.File.Support)
	}
}

// TestLineEndsOfWindows: a file that was written there says the same.
func TestLineEndsOfWindows(t *testing.T) {
	r := site.Parse([]byte("title = \"Lab\"\r\nmessage = \"\"\"\r\nThe course\r\nruns.\r\n\"\"\"\r\n[caps]\r\ncpus = 8\r\n"))
	if len(r.Mistakes) > 0 || r.File.Title != "Lab" || r.File.Message != "The course\nruns." || r.File.Caps.CPUs != 8 {
		t.Errorf("%+v, %v", r.File, r.Mistakes)
	}
}

// TestUnknownKeys are warnings: the rest of the file is used.
func TestUnknownKeys(t *testing.T) {
	r := site.Parse([]byte("title = \"Lab\"\nmotd = 1\n[caps]\ncpu = 3\n[defaults]\nsetup = [\"x\"]\n[partition.a]\nname = \"x\"\n[[environment]]\ntitle = \"t\"\nuv = \"x\"\n[other]\na = 1"))
	var got []string
	for _, w := range r.Warnings {
		got = append(got, w.String())
	}
	want := []string{"line 2, motd", "line 4, caps.cpu", "line 6, defaults.setup", "line 8, partition.a.name", "line 11, environment.uv", "line 12, other"}
	for i, w := range want {
		if len(got) != len(want) || !strings.HasPrefix(got[i], w+": there is no such key; it has no effect") {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	if len(r.Mistakes) > 0 || r.File.Title != "Lab" {
		t.Errorf("%v %+v", r.Mistakes, r.File)
	}
	// A table that the file does not name itself has no line.
	for _, w := range site.Parse([]byte("[clusters.lab]\nhost = \"x\"")).Warnings {
		if w.String() != "clusters: there is no such key; it has no effect" {
			t.Error(w)
		}
	}
}

// TestUserComesFirst: the site's values apply where the user has set none, and instead of the
// built-in ones.
func TestUserComesFirst(t *testing.T) {
	env := map[string]string{"SUNPYTER_CONFIG": t.TempDir() + "/none.toml", "SUNPYTER_CPUS": "3"}
	if err := os.WriteFile(env["SUNPYTER_CONFIG"], []byte("[cluster.sunbird]\ntime = \"9h\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := profile.Load(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	set = set.With([]profile.EditorProfile{{Name: "sunbird", Values: []profile.Value{{Key: "qos", Value: "mine"}}}})
	p, err := set.Resolve("sunbird", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	f := site.Parse([]byte("title = \"Bird\"\n[defaults]\ncpus = 2\ntime = \"1h\"\nqos = \"site\"\npartition = \"p\"\nworkdir = \"/w\"\nmodules = [\"m\"]")).File
	p = f.Apply(p)
	r := p.Request
	if r.CPUs != 3 || r.TimeLimit != 9*time.Hour || r.QOS != "mine" || r.Partition != "p" || r.WorkingDirectory != "/w" || r.Environment.Modules[0] != "m" || p.Title != "Bird" {
		t.Errorf("%q %+v", p.Title, r)
	}
	// An environment that the user has named leaves no place for the site's.
	env["SUNPYTER_ENVIRONMENT"] = "ml"
	if p, err = set.Resolve("sunbird", "", nil); err != nil {
		t.Fatal(err)
	}
	r = site.Parse([]byte("[defaults]\nmodules = [\"m\"]\nconda = \"course\"\nvenv = \"/course\"")).File.Apply(p).Request
	if e := r.Environment; e.Name != "ml" || e.Conda != "" || e.Venv != "" || len(e.Modules) != 1 || r.Validate() != nil {
		t.Errorf("%+v, %v", e, r.Validate())
	}
}
