package slurm

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell/shelltest"
)

func TestOptions(t *testing.T) {
	full := Request{CPUs: 4, MemoryMiB: 2000, TimeLimit: 90*time.Minute + time.Second, GPUs: "a100:2", Gres: "shard:1", Partition: "a,b", Account: "acc", QOS: "q", Reservation: "r",
		Constraint: "intel&(ib|opa)", WorkingDirectory: "~/x", SbatchOptions: []string{"--exclude=scs0150", "--dependency=singleton", "--mem-bind=local", "--spank-thing"}}
	if err := full.Validate(); err != nil {
		t.Fatal(err)
	}
	want := []string{"--parsable", "--job-name=sunpyter", "--comment=c d", "--no-requeue", "--propagate=NONE", "--output=/dev/null", "--error=/dev/null", "--nodes=1", "--ntasks=1",
		"--cpus-per-task=4", "--mem=2000M", "--time=91", "--gres=gpu:a100:2,shard:1", "--partition=a,b", "--account=acc", "--qos=q", "--reservation=r",
		"--constraint=intel&(ib|opa)", "--exclude=scs0150", "--dependency=singleton", "--mem-bind=local", "--spank-thing"}
	if got := full.Options("c d"); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := (Request{}).Options(""); !slices.Equal(got, append(want[:2:2], "--comment=", "--no-requeue", "--propagate=NONE", "--output=/dev/null", "--error=/dev/null", "--nodes=1", "--ntasks=1", "--cpus-per-task=1")) {
		t.Errorf("of an empty request: %q", got)
	}
}

// Every hostile word is refused in every field that is a name, and the fault
// names the field and shows the value.
func TestValidateHostileWords(t *testing.T) {
	fields := map[string]func(string) Request{
		"gpus":                       func(s string) Request { return Request{GPUs: s} },
		"gres":                       func(s string) Request { return Request{Gres: s} },
		"partition":                  func(s string) Request { return Request{Partition: s} },
		"account":                    func(s string) Request { return Request{Account: s} },
		"qos":                        func(s string) Request { return Request{QOS: s} },
		"reservation":                func(s string) Request { return Request{Reservation: s} },
		"constraint":                 func(s string) Request { return Request{Constraint: s} },
		"environment.modules":        func(s string) Request { return Request{Environment: Environment{Modules: []string{s}}} },
		"environment.conda":          func(s string) Request { return Request{Environment: Environment{Conda: s}} },
		"environment.venv":           func(s string) Request { return Request{Environment: Environment{Venv: s}} },
		"environment.container":      func(s string) Request { return Request{Environment: Environment{Container: s}} },
		"environment.containerBinds": func(s string) Request { return Request{Environment: Environment{ContainerBinds: []string{s}}} },
		"workingDirectory":           func(s string) Request { return Request{WorkingDirectory: s} },
		"sbatchOptions":              func(s string) Request { return Request{SbatchOptions: []string{s}} },
		"environment.variables":      func(s string) Request { return Request{Environment: Environment{Variables: map[string]string{s: ""}}} },
	}
	words := []string{"; rm -rf ~", "a\nb", "a\x00b", "$(id)", "`id`", "-a", "--", "-", "a b", "a'b", "a\"b", "a\\b", "a;b", "a>b", "\xff", "a\r", "x\x1fy", "é x", strings.Repeat("x", 5000) + "/"}
	for field, request := range fields {
		for _, word := range words {
			err := request(word).Validate()
			if !fault.Is(err, fault.BadRequest) || !strings.Contains(err.Error(), field) {
				t.Errorf("%s = %.40q: %v", field, word, err)
			}
		}
	}
	for _, request := range []Request{
		{CPUs: -1}, {CPUs: 1 << 30}, {MemoryMiB: -1}, {MemoryMiB: 1 << 40}, {TimeLimit: -time.Second}, {TimeLimit: 1 << 62},
		{GPUs: "0"}, {GPUs: "a100"}, {GPUs: "1", Gres: "shard:1,gpu:2"}, {GPUs: "1", Gres: "gpu"}, {Gres: "a:b:c:d"}, {Constraint: "a;b"},
		{Environment: Environment{Setup: []string{"a\x00b"}}}, {Environment: Environment{Setup: []string{"\xff"}}}, {Environment: Environment{Setup: make([]string, 101)}},
		{Environment: Environment{Modules: []string{""}}}, {Environment: Environment{Variables: map[string]string{"A": "\x00"}}}, {Environment: Environment{Variables: map[string]string{"SLURM_CONF": "x"}}},
		{Environment: Environment{Name: "a", Conda: "b"}}, {Environment: Environment{Name: "a", Venv: "~/b"}}, {Environment: Environment{Name: "a\nb"}}, {Environment: Environment{Name: "~bob/x"}},
		{Environment: Environment{Name: "a", Container: "/i.sif"}}, {Environment: Environment{Container: "docker://python"}}, {Environment: Environment{Container: "/a:b"}},
		{Environment: Environment{ContainerBinds: []string{"/a:b"}}}, {Environment: Environment{ContainerBinds: []string{"/a:/b:ro"}}}, {Environment: Environment{ContainerBinds: []string{"/a,b"}}},
		{Environment: Environment{Conda: "-x"}}, {WorkingDirectory: "relative"}, {SbatchOptions: make([]string, 101)},
	} {
		if err := request.Validate(); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%+.200v: %v", request, err)
		}
	}
	for _, request := range []Request{
		{}, {GPUs: "2"}, {Gres: "shard:2"}, {Gres: "gpu:v100:1,nvme:100G"}, {Partition: "s_highmem_cdt"}, {Account: "scw-1234.a@b"}, {QOS: "a+b"}, {Constraint: "[rack1|rack2]"}, {Constraint: "!old&new*2"},
		{WorkingDirectory: "/cdt_storage/$USER"}, {WorkingDirectory: "/a b/$(id) é"},
		{Environment: Environment{Modules: []string{"anaconda/2021.05", "/opt/modules/x", "lang/Python/3.11-GCC-12+x"}, Conda: "ünïcode_1.0", Setup: []string{"; rm -rf \"$TMP\"\ntrue", ""}, Variables: map[string]string{"A": "any \n thing"}}},
		{Environment: Environment{Conda: "~/envs/a b"}}, {Environment: Environment{Name: "~/envs/a b"}}, {Environment: Environment{Name: "lang/Python/3.11"}}, {Environment: Environment{Name: "my env; $(id)"}},
	} {
		if err := request.Validate(); err != nil {
			t.Errorf("%+v: %v", request, err)
		}
	}
}

func TestSbatchOptions(t *testing.T) {
	for _, option := range []string{
		"--array=1-9", "--arr=1-9", "--a=1", "--job-name=x", "--job=x", "--j=x", "--comment=x", "--com=x", "--output=x", "--out=x", "--error=x", "--e=x", "--parsable", "--par", "--requeue", "--req", "--no-requeue", "--no-r",
		"--wrap=id", "--wr=id", "--time=9", "--tim=9", "--t=9", "--chdir=/", "--chd=/", "--wait", "--wai", "--test-only", "--test", "--nodes=2", "--nod=2", "--ntasks=2", "--mem=1", "--me=1", "--clusters=x", "--cl=x",
		"--gres=x", "--gpus=2", "--gpu=2", "--partition=x", "--part=x", "--account=x", "--qos=x", "--q=x", "--signal=x", "--export-file=0", "--export-f=0", "--open-mode=append", "--input=x", "--help", "--version", "--usage", "--u",
		"-a1-9", "-J", "-Jx", "-o", "-N2", "-sa1-9", "--", "-", "", ":", "x", "scs0150", "--exclude scs0150", "--=x", "--exclude=a\nb", "---array=1",
	} {
		if err := (Request{SbatchOptions: []string{option}}).Validate(); !fault.Is(err, fault.BadRequest) || !strings.Contains(err.Error(), "sbatchOptions") {
			t.Errorf("%q: %v", option, err)
		}
	}
	for _, option := range []string{"--exclude=scs0150", "--nodelist=n1", "--exclusive", "--dependency=afterok:1", "--begin=now+1hour", "--nice=10", "--mail-type=END", "--licenses=x:1", "--time-min=10", "--hint=nomultithread",
		"--mem-per-cpu=4G", "--gpus-per-node=1", "--export=NONE", "--wait-all-nodes=1", "--kill-on-invalid-dep=yes", "--no-kill", "--contiguous", "--tmp=10G", "--exclude=; rm -rf ~ $(id) 'x' é"} {
		if err := (Request{SbatchOptions: []string{option}}).Validate(); err != nil {
			t.Errorf("%q: %v", option, err)
		}
	}
}

func FuzzValidate(f *testing.F) {
	for _, word := range shelltest.Hostile {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, request := range []Request{{Partition: word}, {Constraint: word}, {Gres: word}, {GPUs: word}, {SbatchOptions: []string{word}}} {
			if request.Validate() != nil {
				continue
			}
			for _, option := range request.Options("c") {
				if !strings.HasPrefix(option, "--") || strings.ContainsAny(option, "\x00\n") {
					t.Fatalf("%q becomes %q", word, option)
				}
			}
		}
	})
}

func TestResolveDefaults(t *testing.T) {
	site := Site{Partitions: []Partition{
		{Name: "short", MaxTime: time.Hour, TotalCPUs: 80, MaxCPUsPerNode: 40, TotalMemoryMiB: 1000, MaxMemPerNodeMiB: 500},
		{Name: "long", Default: true, TotalCPUs: 160},
		{Name: "secret", Hidden: true},
	}}
	for _, test := range []struct {
		name string
		req  Request
		want Request
		in   string
	}{
		{"nothing asked", Request{}, Request{CPUs: 1, TimeLimit: 4 * time.Hour}, "long"},
		{"shorter partition", Request{Partition: "short", CPUs: 2}, Request{Partition: "short", CPUs: 2, TimeLimit: time.Hour}, "short"},
		{"several", Request{Partition: "short,long", CPUs: 100, TimeLimit: 9 * time.Hour}, Request{Partition: "short,long", CPUs: 100, TimeLimit: 9 * time.Hour}, "short"},
		{"hidden", Request{Partition: "secret", MemoryMiB: 7}, Request{Partition: "secret", CPUs: 1, MemoryMiB: 7, TimeLimit: 4 * time.Hour}, "secret"},
	} {
		got, p, err := ResolveDefaults(test.req, site)
		if err != nil || p.Name != test.in || got.CPUs != test.want.CPUs || got.TimeLimit != test.want.TimeLimit || got.Partition != test.want.Partition || got.MemoryMiB != test.want.MemoryMiB {
			t.Errorf("%s: %+v in %s, %v", test.name, got, p.Name, err)
		}
	}
	for want, req := range map[string]Request{
		"short, long": {Partition: "nosuch"}, `no partition "nosuch"`: {Partition: "long,nosuch"},
		"at most 40": {Partition: "short", CPUs: 41}, "at most 160": {CPUs: 161}, "1000 MB": {Partition: "short", MemoryMiB: 1001}, "at most 500 MB": {Partition: "short", MemoryMiB: 501},
		"that of partition short is 1 h": {Partition: "short", TimeLimit: 2 * time.Hour},
	} {
		if _, _, err := ResolveDefaults(req, site); !fault.Is(err, fault.SlurmRejected) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", req, err)
		}
	}
	if got, _, err := ResolveDefaults(Request{Partition: "any"}, Site{}); err != nil || got.TimeLimit != 4*time.Hour {
		t.Errorf("a site that shows no partitions: %+v, %v", got, err)
	}
}

func TestComment(t *testing.T) {
	version, id, ok := ParseComment(Comment("1.2.3-dev+x", "4f1c"))
	if version != "1.2.3-dev+x" || id != "4f1c" || !ok {
		t.Error(version, id, ok)
	}
	for _, s := range []string{"", "sunpyter", "sunpyter/", "sunpyter/1", "sunpyter/1 session=", "sunpyter/ session=x", "other/1 session=x", "sunpyter/1 session=x y", "sunpyter/1 2 session=x"} {
		if _, _, ok := ParseComment(s); ok {
			t.Errorf("%q is read", s)
		}
	}
}

func FuzzParseComment(f *testing.F) {
	f.Add("sunpyter/1.2.3 session=abc")
	f.Fuzz(func(t *testing.T, s string) {
		if version, id, ok := ParseComment(s); ok && Comment(version, id) != s {
			t.Fatalf("%q becomes %q", s, Comment(version, id))
		}
	})
}

func TestSiteDefaults(t *testing.T) {
	site := Site{Defaults: parseDefaults("SLURM_ACCOUNT=srun\nSALLOC_ACCOUNT=salloc\nSBATCH_ACCOUNT=scw1\nSLURM_QOS=normal\nSBATCH_TIMELIMIT=1-12\nSALLOC_MEM_PER_CPU=2G\nSLURM_CONSTRAINT=\n")}
	for _, test := range []struct {
		name string
		req  Request
		want Request
		used string
	}{
		{"nothing asked", Request{CPUs: 2},
			Request{CPUs: 2, Account: "scw1", QOS: "normal", TimeLimit: 36 * time.Hour, MemoryMiB: 4096, MemoryPerCPU: true},
			"[SBATCH_ACCOUNT=scw1 SBATCH_TIMELIMIT=1-12 SALLOC_MEM_PER_CPU=2G SLURM_QOS=normal]"},
		{"all asked", Request{CPUs: 1, Account: "mine", QOS: "high", TimeLimit: time.Hour, MemoryMiB: 100},
			Request{CPUs: 1, Account: "mine", QOS: "high", TimeLimit: time.Hour, MemoryMiB: 100}, "[]"},
	} {
		got, _, err := ResolveDefaults(test.req, site)
		if used := fmt.Sprint(got.FromSite); err != nil || used != test.used {
			t.Errorf("%s: used %s, %v", test.name, used, err)
		}
		got.FromSite = nil
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

// TestSiteDefaultsRefused: what a user did not ask for is said to be from the login files.
func TestSiteDefaultsRefused(t *testing.T) {
	site := Site{Defaults: parseDefaults("SBATCH_TIMELIMIT=10-00"), Partitions: []Partition{{Name: "all", Default: true, MaxTime: time.Hour}}}
	const want = "Your login files on the cluster set SBATCH_TIMELIMIT=10-00"
	for _, test := range []struct {
		req  Request
		want bool
	}{{Request{}, true}, {Request{Partition: "nosuch"}, true}, {Request{TimeLimit: 2 * time.Hour}, false}} {
		_, _, err := ResolveDefaults(test.req, site)
		if !errors.Is(err, ErrNotOffered) || strings.Contains(err.Error(), want) != test.want {
			t.Errorf("%+v: %v", test.req, err)
		}
	}
	if err := (Request{FromSite: site.Defaults}).Explain(rejectionError(submitting, frame{name: "sbatch", status: 1, text: "Invalid account"})); !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
}

func TestMemoryPerCPU(t *testing.T) {
	for _, test := range []struct {
		req    Request
		memory int
		option string
	}{
		{Request{CPUs: 3, MemoryMiB: 1000, MemoryPerCPU: true}, 1002, "--mem-per-cpu=334M"},
		{Request{MemoryMiB: 1000, MemoryPerCPU: true}, 1000, "--mem-per-cpu=1000M"},
		{Request{CPUs: 2, SbatchOptions: []string{"--exclusive", "--mem-per-cpu=4G"}}, 8192, "--mem-per-cpu=4096M"},
		{Request{CPUs: 2, MemoryMiB: 100, SbatchOptions: []string{"--mem-per-cpu=50"}}, 100, "--mem-per-cpu=50M"},
	} {
		got, _, err := ResolveDefaults(test.req, Site{})
		options := strings.Join(got.Options("c"), " ") + " "
		if err != nil || got.MemoryMiB != test.memory || strings.Count(options, "--mem") != 1 || !strings.Contains(options, test.option+" ") {
			t.Errorf("%+v: %d MB, %s, %v", test.req, got.MemoryMiB, options, err)
		}
	}
}
