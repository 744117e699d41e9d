package server

import (
	"net"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/logging"
	"github.com/sa2c/sunpyter/server/rpc"
)

// newTestServer returns a server without a client, a configuration file or a store.
func newTestServer(t *testing.T, variables map[string]string) *server {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	s := newServer(options{
		Options: Options{Version: "test", Env: func(name string) string { return variables[name] }},
		client:  rpc.NewConn(theirs).Client(), redactor: logging.NewRedactor(), log: zaptest.NewLogger(t),
	})
	t.Cleanup(func() { s.pool.Close(time.Now()) })
	return s
}

func (s *server) mustInitialize(t *testing.T, clusters ...protocol.ClusterProfile) {
	t.Helper()
	if _, err := s.Initialize(t.Context(), &protocol.InitializeParams{ProtocolVersion: 1, Clusters: clusters}); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, s *server) (names []string, problems []protocol.Problem) {
	t.Helper()
	list, err := s.ClusterList(t.Context(), &protocol.ClusterListParams{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Clusters {
		names = append(names, c.Name)
	}
	return names, list.Problems
}

func TestEditorProfiles(t *testing.T) {
	s := newTestServer(t, map[string]string{"SUNPYTER_CPUS": "3"})
	off := false
	s.mustInitialize(t, protocol.ClusterProfile{
		Name: "sunbird", User: "s.a.person", KeysOnly: &off, ShareLogin: &off, SSHConfig: "/x/config",
		Request: protocol.KernelRequest{CPUs: 2, MemoryMiB: 2048, TimeLimitSeconds: 7200, GraceSeconds: 60, Environment: &protocol.Environment{
			Modules: []string{"m"}, Variables: map[string]string{"A": "1"}}},
	}, protocol.ClusterProfile{Name: "bad", Host: "a b"})

	p, err := s.clusters.resolve("sunbird", "")
	if err != nil || p.User != "s.a.person" || p.KeysOnly || !p.OwnLogin || p.SSHConfig != "/x/config" || p.Grace != time.Minute ||
		p.Request.CPUs != 3 || p.Request.MemoryMiB != 2048 || p.Request.TimeLimit != 2*time.Hour || p.Request.Partition != "s_highmem_cdt" ||
		!slices.Equal(p.Request.Environment.Modules, []string{"m"}) || p.Request.Environment.Variables["A"] != "1" {
		t.Errorf("got %+v, %v", p, err)
	}
	if _, err := s.clusters.resolve("bad", ""); !fault.Is(err, fault.BadConfig) {
		t.Errorf("a cluster with a mistake: %v", err)
	}
	got, problems := names(t, s)
	if !slices.Equal(got, []string{"sunbird"}) || len(problems) != 1 || problems[0].Code != string(fault.BadConfig) {
		t.Errorf("listed %v, problems %v", got, problems)
	}

	must(t, s.ClusterDidChange(t.Context(), &protocol.ClusterDidChangeParams{Clusters: []protocol.ClusterProfile{{Name: "hawk"}}}))
	if got, problems = names(t, s); !slices.Equal(got, []string{"hawk", "sunbird"}) || len(problems) != 0 {
		t.Errorf("after the change: listed %v, problems %v", got, problems)
	}
	if p, err = s.clusters.resolve("sunbird", ""); err != nil || p.User != "" || p.Request.MemoryMiB != 0 {
		t.Errorf("the first list is still there: %+v, %v", p, err)
	}
}

// fullRequest has every member.
var fullRequest = protocol.KernelRequest{
	CPUs: 1, MemoryMiB: 1, MemoryPerCPU: true, TimeLimitSeconds: 60, GPUs: "1", Gres: "g", Partition: "p", Account: "a", QOS: "q", Reservation: "r",
	Constraint: "c", Clusters: "k", WorkingDirectory: "w", KernelTransport: "tcp", SbatchOptions: []string{"--x"}, GraceSeconds: 60, IdleSeconds: -1,
	Environment: &protocol.Environment{Modules: []string{"m"}, Name: "n", Container: "/i.sif", ContainerBinds: []string{"/d"}, Conda: "c", Venv: "v", Setup: []string{"s"}, Variables: map[string]string{"A": "1"}},
}

// TestRequestIsKept: each member of a request reaches the request to Slurm, and is sent with
// a profile.
func TestRequestIsKept(t *testing.T) {
	fields := reflect.ValueOf(fullRequest)
	for i := range fields.NumField() {
		if fields.Field(i).IsZero() {
			t.Errorf("%s is not tested", fields.Type().Field(i).Name)
		}
	}
	p := profile.Profile{Request: slurmRequest(fullRequest), Grace: time.Minute, Idle: profile.NeverIdle}
	if got := wireRequest(p); !reflect.DeepEqual(got, fullRequest) {
		t.Errorf("%+v, want %+v", got, fullRequest)
	}
}

// TestEditorProfileHasEverySetting: the editor can set all that the file can.
func TestEditorProfileHasEverySetting(t *testing.T) {
	keysOnly := true
	own := profileOf(protocol.ClusterProfile{
		Name: "n", Title: "t", Host: "h", User: "u", SSHConfig: "c", SSH: "system", KeysOnly: &keysOnly, ShareLogin: &keysOnly, Route: "srun", NodePort: &keysOnly, StartTimeoutSeconds: 60, SessionDirectory: "/s", Places: []string{"/p"},
		Request: fullRequest,
	})
	set := map[string]bool{}
	for _, v := range own.Values {
		set[v.Key] = true
	}
	for _, setting := range profile.Settings() {
		if !set[setting.Key] {
			t.Errorf("%s cannot be set", setting.Key)
		}
	}
	if nothing := profileOf(protocol.ClusterProfile{Name: "n"}); len(nothing.Values) != 0 {
		t.Errorf("what is not set is sent: %+v", nothing)
	}
}

// TestChangeBeforeInitializeIsKept: a change that overtakes initialize is the newer one.
func TestChangeBeforeInitializeIsKept(t *testing.T) {
	s := newTestServer(t, nil)
	must(t, s.ClusterDidChange(t.Context(), &protocol.ClusterDidChangeParams{Clusters: []protocol.ClusterProfile{{Name: "new"}}}))
	s.mustInitialize(t, protocol.ClusterProfile{Name: "old"})
	if got, _ := names(t, s); !slices.Contains(got, "new") || slices.Contains(got, "old") {
		t.Errorf("listed %v", got)
	}
}

// TestConfigProblemsAreListed: cluster/list has the mistakes of the file.
func TestConfigProblemsAreListed(t *testing.T) {
	s := newTestServer(t, map[string]string{"SUNPYTER_CONFIG": filepath.Join(t.TempDir(), "none.toml")})
	s.mustInitialize(t)
	if _, problems := names(t, s); len(problems) != 1 || problems[0].Code != string(fault.BadConfig) {
		t.Errorf("problems %v", problems)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
