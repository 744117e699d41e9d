package slurm

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/testprogram"
	"github.com/sa2c/sunpyter/testcluster"
)

func partitionsOf(r Resources) (names []string) {
	for _, p := range r.Site.Partitions {
		names = append(names, p.Name)
	}
	return names
}

// newFakeResources returns a fake site that answers as the real one of the fixtures.
func newFakeResources(t *testing.T) *fakeSlurm {
	f := newFakeSlurm(t)
	f.env = append(f.env, "SINFO_PARTITION=evil", "SLURM_CONF="+f.dir+"/slurm.conf")
	testprogram.Write(t, f.dir+"/slurm.conf", " clustername = CDT # ours\nDefMemPerCPU=1000\n")
	testprogram.Write(t, f.dir+"/partitions", fixture(t, "partition-access-22.05-real.txt"))
	testprogram.Write(t, f.dir+"/nodes", fixture(t, "sinfo-22.05-real.txt"))
	testprogram.Write(t, f.dir+"/accounts", fixture(t, "sacctmgr-22.05-real.txt"))
	f.script("sinfo", `[ -z "$SINFO_PARTITION" ] && cat "$LAB/nodes"`)
	f.script("sacctmgr", `cat "$LAB/accounts"`)
	f.script("id", `case $1 in -un) echo "alice smith";; -Gn) echo "alice users";; esac`)
	return f
}

func TestResources(t *testing.T) {
	f := newFakeResources(t)
	r, err := New(f).Resources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// gpu is root's group's, deny and hid are closed, acc is open to cdt.
	if got, want := partitionsOf(r), []string{"s_compute_cdt", "s_highmem_cdt", "short", "acc"}; !slices.Equal(got, want) {
		t.Errorf("partitions %v, want %v", got, want)
	}
	want := []Account{{Name: "capped", QOS: []string{"normal"}}, {Name: "cdt", Default: true, QOS: []string{"normal"}}}
	if !reflect.DeepEqual(r.Accounts, want) {
		t.Errorf("accounts %+v, want %+v", r.Accounts, want)
	}
	if r.Site.Version != "22.05.8" || r.Site.Cluster != "cdt" || r.Site.Partitions[0].DefMemPerCPUMiB != 1000 {
		t.Errorf("site %+v", r.Site)
	}
	most := r.MostOnANode(r.Site.Partitions[0])
	if want := (NodeKind{CPUs: 64, MemoryMiB: 500000, GPUs: []GPUs{{"a100", 4}, {"v100", 1}}}); !reflect.DeepEqual(most, want) {
		t.Errorf("most on a node %+v, want %+v", most, want)
	}
	calls := f.read("calls")
	if strings.Count(calls, "scontrol") != 1 || strings.Count(calls, "sinfo") != 1 || strings.Count(calls, "sacctmgr") != 1 || strings.Contains(calls, "sbatch ") {
		t.Errorf("calls %q", calls)
	}
	if !strings.Contains(calls, "where name=alice smith withassoc") {
		t.Errorf("the name is not one word: %q", calls)
	}
}

// Commands that fail are left out, without an error.
func TestResourcesThatAreNotReported(t *testing.T) {
	f := newFakeResources(t)
	f.script("sinfo", "echo 'sinfo: error: Invalid option' >&2; exit 1")
	f.script("id", "exit 1")
	for name, sacctmgr := range map[string]string{
		"no accounting": "echo 'You are not running a supported accounting_storage plugin'; exit 1",
		"database down": "echo 'sacctmgr: error: Sending PersistInit msg: Connection refused' >&2; exit 1",
		"nothing":       "exit 0",
		"noise":         "echo 'Welcome to accounting'; echo 'a|b'; echo '||||'",
		"absent":        "exit 127",
	} {
		t.Run(name, func(t *testing.T) {
			f.script("sacctmgr", sacctmgr)
			r, err := New(f).Resources(t.Context())
			if err != nil || len(r.Accounts) != 0 || len(r.Nodes) != 0 {
				t.Errorf("%+v, %v", r, err)
			}
			// Without groups and accounts only hid is known to be closed.
			if got := partitionsOf(r); len(got) != 6 || slices.Contains(got, "hid") {
				t.Errorf("partitions %v", got)
			}
		})
	}
}

func TestResourcesFaults(t *testing.T) {
	f := newFakeResources(t)
	f.script("scontrol", "echo 'slurm_load_partitions: Unable to contact slurm controller (connect failure)' >&2; exit 1")
	if _, err := New(f).Resources(t.Context()); !fault.Is(err, fault.SlurmUnreachable) {
		t.Error(err)
	}
}

func TestSite(t *testing.T) {
	f := newFakeSlurm(t)
	frames, err := New(f).ask(t.Context(), lookingUp, siteScript)
	if err != nil {
		t.Fatal(err)
	}
	site, err := readSite(each(&frames))
	if p, ok := site.partition(""); err != nil || !ok || p.Name != "debug" || site.Home != f.dir {
		t.Errorf("%+v, %v", site, err)
	}
	if calls := f.read("calls"); strings.Count(calls, "\n") != 1 {
		t.Errorf("calls %q", calls)
	}
}

func TestParseGPUs(t *testing.T) {
	for list, want := range map[string][]GPUs{
		"(null)":            nil,
		"":                  nil,
		"shard:8":           nil,
		"gpu":               {{"", 1}},
		"gpu:2":             {{"", 2}},
		"gpu:0":             nil,
		"gpu:a100":          {{"a100", 1}},
		"gpu:a100:2(S:0-1)": {{"a100", 2}},
		"gpu:a100:2(S:0,1),craynetwork:4,shard:8":   {{"a100", 2}},
		"gpu:tesla:2(S:0),gpu:tesla:2(S:1),gpu:k:1": {{"tesla", 4}, {"k", 1}},
		"gpu:a100_1g.5gb:7":                         {{"a100_1g.5gb", 7}},
		"mps:100,gpu:2K":                            {{"", 2000}},
		"gpu:a100:99999999999999999999":             {{"a100:99999999999999999999", 1}},
	} {
		if got := parseGPUs(list); !reflect.DeepEqual(got, want) {
			t.Errorf("parseGPUs(%q) = %v, want %v", list, got, want)
		}
	}
}

func TestParseNodes(t *testing.T) {
	got := parseNodes("sinfo: warning: x\nlong|64+|250000+|(null)\nlong|x|y|gpu:1|2\n|1|1|(null)\n")
	want := map[string][]NodeKind{"long": {{CPUs: 64, MemoryMiB: 250000}, {GPUs: []GPUs{{"1|2", 1}}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	r := Resources{Nodes: got}
	if most := r.MostOnANode(Partition{Name: "long", MaxCPUsPerNode: 8, MaxMemPerNodeMiB: 300000}); most.CPUs != 8 || most.MemoryMiB != 250000 {
		t.Errorf("most %+v", most)
	}
	if most := r.MostOnANode(Partition{Name: "none", MaxMemPerNodeMiB: 5}); most.CPUs != 0 || most.MemoryMiB != 5 {
		t.Errorf("most of a partition without nodes: %+v", most)
	}
}

func TestParseAccounts(t *testing.T) {
	for name, tc := range map[string]struct {
		text, cluster string
		want          []Account
	}{
		"bound to partitions": {"a|c|a|p1|q1,q2\na|c|a|p2|q2,q3\n", "c", []Account{{"a", true, []string{"p1", "p2"}, []string{"q1", "q2", "q3"}}}},
		"other cluster":       {"a|other|b||normal\na|C|a||\n", "c", []Account{{"a", true, nil, nil}}},
		"cluster not known":   {"a|other|b||normal\n", "", []Account{{"b", false, nil, []string{"normal"}}}},
		"no default":          {"|c|a||normal\n", "c", []Account{{"a", false, nil, []string{"normal"}}}},
		"CR LF and noise":     {"sacctmgr: warning: x\r\na|c|a||normal\r\n", "c", []Account{{"a", true, nil, []string{"normal"}}}},
	} {
		if got := parseAccounts(tc.text, tc.cluster); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestClosedPartitions(t *testing.T) {
	mine := []Account{{Name: "mine"}}
	for name, tc := range map[string]struct {
		p        Partition
		accounts []Account
		version  string
		closed   bool
	}{
		"open":                    {Partition{}, mine, "22.05.8", false},
		"allowed":                 {Partition{AllowAccounts: []string{"x", "MINE"}}, mine, "22.05.8", false},
		"others allowed":          {Partition{AllowAccounts: []string{"x"}}, mine, "22.05.8", true},
		"others allowed, newer":   {Partition{AllowAccounts: []string{"x"}}, mine, "24.05.1", false},
		"others allowed, unknown": {Partition{AllowAccounts: []string{"x"}}, mine, "", false},
		"denied":                  {Partition{DenyAccounts: []string{"mine"}}, mine, "24.05.1", true},
		"one denied":              {Partition{DenyAccounts: []string{"mine"}}, append(mine, Account{Name: "b"}), "22.05.8", false},
		"accounts not known":      {Partition{DenyAccounts: []string{"mine"}}, nil, "22.05.8", false},
	} {
		if got := closedToAccounts(tc.p, tc.accounts, tc.version); got != tc.closed {
			t.Errorf("%s: closed %v", name, got)
		}
	}
}

func FuzzResources(f *testing.F) {
	f.Add("long|64|250000|gpu:a100:2(S:0-1),gpu:1", "a|c|a|p1|q1,q2\n")
	f.Fuzz(func(t *testing.T, nodes, accounts string) {
		r := Resources{Nodes: parseNodes(nodes), Accounts: parseAccounts(accounts, "c")}
		for name := range r.Nodes {
			for _, g := range r.MostOnANode(Partition{Name: name}).GPUs {
				if g.Count < 1 {
					t.Errorf("%d GPUs of kind %q", g.Count, g.Kind)
				}
			}
		}
		for _, a := range r.Accounts {
			if a.Name == "" {
				t.Error("an account without a name")
			}
		}
	})
}

// TestResourcesOfARealSite: one that keeps no accounts.
func TestResourcesOfARealSite(t *testing.T) {
	c := New(loginNode(testcluster.Shared(t)))
	begin := time.Now()
	r, err := c.Resources(t.Context())
	t.Logf("took %v", time.Since(begin))
	if err != nil || len(r.Accounts) != 0 || r.Site.Cluster == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := partitionsOf(r); !slices.Equal(got, []string{"s_compute_cdt", "s_highmem_cdt", "short"}) {
		t.Errorf("partitions %v", got)
	}
	p, _ := r.Site.partition("")
	if most := r.MostOnANode(p); most.CPUs != 40 || most.MemoryMiB != 190000 || len(most.GPUs) != 0 {
		t.Errorf("most on a node %+v", most)
	}
}
