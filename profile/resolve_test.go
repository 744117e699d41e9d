package profile_test

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
)

func TestResolve(t *testing.T) {
	const file = "[cluster.lab]\nhost = \"login.lab.example\"\nuser = \"alice\"\npartition = \"gpu\"\n"
	hosts := []string{"hawk", "lab", "Login2", "超算"}
	for _, tc := range []struct {
		name, user               string
		profile, host, as, queue string
	}{
		{"", "", "sunbird", "sunbird.swansea.ac.uk", "", "s_highmem_cdt"},
		{"", "bob", "sunbird", "sunbird.swansea.ac.uk", "bob", "s_highmem_cdt"},
		{"lab", "", "lab", "login.lab.example", "alice", "gpu"},
		{"lab", "bob", "lab", "login.lab.example", "bob", "gpu"},
		{"carol@lab", "bob", "lab", "login.lab.example", "carol", "gpu"},
		{"carol@login.lab.example", "", "lab", "login.lab.example", "carol", "gpu"},
		{"LOGIN.lab.example", "", "lab", "login.lab.example", "alice", "gpu"},
		{"carol@Other.Example", "", "other.example", "other.example", "carol", ""},
		{"HAWK", "", "hawk", "hawk", "", ""},
		{"carol@LOGIN2", "", "Login2", "Login2", "carol", ""},
		{"carol@other.example", "", "other.example", "other.example", "carol", ""},
		{"j.doe@corp.example.org@lab", "", "lab", "login.lab.example", "j.doe@corp.example.org", "gpu"},
		{"a@b@other.example", "", "other.example", "other.example", "a@b", ""},
		{"lab", "j.doe@corp.example.org", "lab", "login.lab.example", "j.doe@corp.example.org", "gpu"},
		{"John Doe@lab", "", "lab", "login.lab.example", "John Doe", "gpu"},
		{`CORP\jdoe@lab`, "", "lab", "login.lab.example", `CORP\jdoe`, "gpu"},
		{"JDOE", "", "sunbird", "sunbird.swansea.ac.uk", "JDOE", "s_highmem_cdt"},
		{strings.Repeat("u", 64), "", "sunbird", "sunbird.swansea.ac.uk", strings.Repeat("u", 64), "s_highmem_cdt"},
		{"@other.example", "", "other.example", "other.example", "", ""},
		{"@other.example", "bob", "other.example", "other.example", "bob", ""},
		{"hawk", "", "hawk", "hawk", "", ""},
		{"127.0.0.1", "", "127.0.0.1", "127.0.0.1", "", ""},
		{"localhost", "", "localhost", "localhost", "", ""},
		{"your.scw.username", "", "sunbird", "sunbird.swansea.ac.uk", "your.scw.username", "s_highmem_cdt"},
		{"other.example", "bob", "other.example", "other.example", "bob", ""},
		{"-oProxyCommand=x", "", "", "", "", ""},
		{"alice@-oProxyCommand=x", "", "", "", "", ""},
		{"a b", "", "sunbird", "sunbird.swansea.ac.uk", "a b", "s_highmem_cdt"},
		{"a -b", "", "", "", "", ""},
		{"alice@a b", "", "", "", "", ""},
		{"carol@超算", "", "超算", "超算", "carol", ""}, // Host in ssh's configuration
		{"超算", "", "超算", "超算", "", ""},
		{"alice@a\u202eb", "", "", "", "", ""},
		{"alice@a\u00a0b", "", "", "", "", ""},
		{"alice@a\xffb", "", "", "", "", ""},
		{" alice", "", "", "", "", ""},
		{"sunbrid", "", "", "", "", ""},
		{"sunbir", "", "", "", "", ""},
		{"sunbirds", "", "", "", "", ""},
		{"Sunbird", "", "sunbird", "sunbird.swansea.ac.uk", "", "s_highmem_cdt"},
		{"alice@Lab", "", "lab", "login.lab.example", "alice", "gpu"},
		{"sumbird", "", "", "", "", ""},
		{"sunburn", "", "sunbird", "sunbird.swansea.ac.uk", "sunburn", "s_highmem_cdt"},
		{"lad", "", "sunbird", "sunbird.swansea.ac.uk", "lad", "s_highmem_cdt"},
		{"sunbrid@sunbird", "", "sunbird", "sunbird.swansea.ac.uk", "sunbrid", "s_highmem_cdt"},
		{"alice@", "", "", "", "", ""},
		{"ssh://alice@hawk", "", "", "", "", ""},
		{"https://hawk", "", "", "", "", ""},
		{"ssh alice@hawk", "", "", "", "", ""},
		{"hawk:22", "", "", "", "", ""},
		{"hawk:/home", "", "", "", "", ""},
		{"::1", "", "::1", "::1", "", ""},
		{"a@b:SSH:c@hawk", "", "hawk", "hawk", "a@b:SSH:c", ""},
		{"$(id)", "", "", "", "", ""},
		{"alice\n", "", "", "", "", ""},
	} {
		set := mustLoad(t, file, nil)
		p, err := set.Resolve(tc.name, tc.user, hosts)
		if tc.host == "" {
			if !fault.Is(err, fault.UnknownCluster) {
				t.Errorf("Resolve(%q, %q) = %+v, %v; want %s", tc.name, tc.user, p, err, fault.UnknownCluster)
			}
			continue
		}
		if err != nil || p.Cluster != tc.profile || p.Host != tc.host || p.User != tc.as || p.Request.Partition != tc.queue {
			t.Errorf("Resolve(%q, %q) = %+v, %v; want %+v", tc.name, tc.user, p, err, tc)
		}
	}
}

func TestResolveWithEnvironment(t *testing.T) {
	variables := map[string]string{"SUNPYTER_HOST": "127.0.0.2", "SUNPYTER_USER": "eve", "SUNPYTER_CPUS": "3"}
	set := mustLoad(t, "", variables)
	if p := mustResolve(t, set, "sunbird", ""); p.Host != "127.0.0.2" || p.User != "eve" || p.Request.CPUs != 3 {
		t.Errorf("a profile does not take the environment's values: %+v", p)
	}
	if p := mustResolve(t, set, "bob@other.example", ""); p.Host != "other.example" || p.User != "bob" || p.Request.CPUs != 3 {
		t.Errorf("what was typed was replaced: %+v", p)
	}
	if p := mustResolve(t, set, "alice", ""); p.Host != "127.0.0.2" || p.User != "alice" {
		t.Errorf("a user on the default cluster: %+v", p)
	}
}

func TestResolveDefaults(t *testing.T) {
	const file = "default = \"lab\"\n[cluster.lab]\nhost = \"h\"\n"
	set := mustLoad(t, file, map[string]string{profile.ClusterVariable: "alice@hawk"})
	if p := mustResolve(t, set, "", ""); p.Host != "hawk" || p.User != "alice" {
		t.Errorf("%s: %+v", profile.ClusterVariable, p)
	}
	if p := mustResolve(t, set, "bob", ""); p.Host != "hawk" || p.User != "bob" {
		t.Errorf("a user on it: %+v", p)
	}
	set = mustLoad(t, "default = \"nowhere\"\n", nil)
	_, err := set.Resolve("", "", nil)
	if !fault.Is(err, fault.UnknownCluster) || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("an unknown default: %v", err)
	}
}
