package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/envapi"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

const everyCap = `
title = "Bird"
support = "help@x"
routes = ["srun"]
[caps]
cpus = 4
memory = "8G"
time = "3h"
gpus = 1
kernels = 2
idle = "2h"
grace = "30m"
poll = "10m"
`

// TestCapsBindEverySource: a computer that wants more than each cap allows does not get it,
// whether it asks in a request (as the editor's presets and the options of a command do), in the
// configuration file, in the editor's settings or by a variable of its environment.
func TestCapsBindEverySource(t *testing.T) {
	const asked, allows = "you asked for ", ", and Bird allows a kernel "
	for _, row := range []struct {
		key, value string // in the file; the variable has the value without quotes
		request    protocol.KernelRequest
		want       string // the refusal, or what is granted
	}{
		{"cpus", "5", protocol.KernelRequest{CPUs: 5}, asked + "5 CPUs" + allows + "at most 4"},
		{"memory", `"9G"`, protocol.KernelRequest{MemoryMiB: 9 << 10}, asked + "9 GB of memory" + allows + "at most 8 GB"},
		{"time", `"4h"`, protocol.KernelRequest{TimeLimitSeconds: 4 * 3600}, asked + "a time limit of 4 h" + allows + "at most 3 h"},
		{"gpus", `"a100:2"`, protocol.KernelRequest{GPUs: "a100:2"}, asked + "2 GPUs" + allows + "at most 1"},
		{"gres", `"gpu:2"`, protocol.KernelRequest{Gres: "gpu:2"}, asked + "2 GPUs" + allows + "at most 1"},
		{"sbatch_options", `["--exclusive"]`, protocol.KernelRequest{SbatchOptions: []string{"--exclusive"}}, asked + "the sbatch option --exclusive, and Bird does not allow it"},
		{"sbatch_options", `["--mem-per-cpu=9G"]`, protocol.KernelRequest{SbatchOptions: []string{"--mem-per-cpu=9G"}}, asked + "9 GB of memory" + allows + "at most 8 GB"},
		{"sbatch_options", `["--mincpus=9"]`, protocol.KernelRequest{SbatchOptions: []string{"--mincpus=9"}}, asked + "the sbatch option --mincpus=9, and Bird does not allow it"},
		{"idle", `"off"`, protocol.KernelRequest{IdleSeconds: -1}, "idle 2h0m0s: stops a kernel after at most 2 h without use (you asked for never)"},
		{"idle", `"5h"`, protocol.KernelRequest{IdleSeconds: 5 * 3600}, "idle 2h0m0s: stops a kernel after at most 2 h without use (you asked for 5 h)"},
		{"grace", `"4h"`, protocol.KernelRequest{GraceSeconds: 4 * 3600}, "grace 30m0s: keeps a kernel for at most 30 min while your computer is offline (you asked for 4 h)"},
		{"route", `"ssh"`, protocol.KernelRequest{}, asked + "connections to nodes by ssh alone, and Bird allows them only by srun"},
	} {
		unquoted := strings.Trim(row.value, `"[]`)
		for source, from := range map[string]struct {
			variables map[string]string
			file      string
			editor    protocol.ClusterProfile
			request   protocol.KernelRequest
		}{
			"request":     {request: row.request},
			"file":        {file: row.key + " = " + row.value},
			"editor":      {editor: protocol.ClusterProfile{Request: row.request, Route: map[string]string{"route": "ssh"}[row.key]}},
			"environment": {variables: map[string]string{"SUNPYTER_" + strings.ToUpper(strings.TrimSuffix(row.key, "ory")): unquoted}},
		} {
			if row.key == "route" && source == "request" {
				continue // a request has none
			}
			t.Run(fmt.Sprint(row.key, " ", unquoted, " ", source), func(t *testing.T) {
				config := filepath.Join(t.TempDir(), "config.toml")
				must(t, os.WriteFile(config, []byte("[cluster.lab]\nhost = \"login\"\n"+from.file+"\n"), 0o600))
				variables := map[string]string{"SUNPYTER_CONFIG": config}
				for name, value := range from.variables {
					variables[name] = value
				}
				from.editor.Name = "lab"
				got := granted(t, variables, from.editor, from.request)
				if !strings.Contains(got, row.want) || !strings.Contains(got, "If you need more, ask help@x") {
					t.Errorf("got %q, want %q", got, row.want)
				}
			})
		}
	}
}

// granted returns what a start gets at a site with everyCap, or why it is refused. What no
// computer asks for is compared with the caps here.
func granted(t *testing.T, variables map[string]string, editor protocol.ClusterProfile, request protocol.KernelRequest) string {
	t.Helper()
	s := newTestServer(t, variables)
	s.mustInitialize(t, editor)
	base, err := s.clusters.resolve("lab", "")
	must(t, err)
	cfg, err := s.startConfig(base, request, envapi.Choice{})
	must(t, err)
	terms, err := cfg.Terms(slurm.Site{File: fileOf("a", everyCap)})
	if fault.Is(err, fault.SiteLimit) {
		return err.Error()
	}
	must(t, err)
	if terms.Poll != 10*time.Minute || terms.LimitKernels(2) == nil || terms.Pinned != store.Step || terms.Grace > 30*time.Minute || terms.Idle <= 0 || terms.Idle > 2*time.Hour {
		t.Errorf("terms %+v", terms)
	}
	req, partition, err := slurm.ResolveDefaults(terms.Request, slurm.Site{})
	must(t, err)
	if req, err = terms.Limit(req, partition); err != nil {
		return err.Error()
	}
	if req.CPUs > 4 || req.MemoryMiB > 8<<10 || req.GPUCount() > 1 || req.TimeLimit > 3*time.Hour {
		t.Errorf("the job gets %+v", req)
	}
	if request.GraceSeconds+editor.Request.GraceSeconds > 0 || strings.Contains(terms.Notice, "offline") {
		return "grace " + terms.Grace.String() + ": " + strings.TrimPrefix(terms.Notice, "Bird ")
	}
	return "idle " + terms.Idle.String() + ": " + strings.TrimPrefix(terms.Notice, "Bird ")
}

// TestCapsBindLoginFiles: what the user's login files ask for is made less.
func TestCapsBindLoginFiles(t *testing.T) {
	s := newTestServer(t, nil)
	base, err := s.clusters.resolve("alice@login", "")
	must(t, err)
	cfg, err := s.startConfig(base, protocol.KernelRequest{}, envapi.Choice{})
	must(t, err)
	reported := slurm.Site{File: fileOf("a", everyCap), Defaults: []slurm.Default{
		{Variable: "SBATCH_TIMELIMIT", Value: "2-00:00:00"}, {Variable: "SBATCH_MEM_PER_NODE", Value: strconv.Itoa(64 << 10)},
	}}
	terms, err := cfg.Terms(reported)
	must(t, err)
	req, partition, err := slurm.ResolveDefaults(terms.Request, reported)
	must(t, err)
	if req, err = terms.Limit(req, partition); err != nil || req.TimeLimit != 3*time.Hour || req.MemoryMiB != 8<<10 {
		t.Errorf("%+v, %v", req, err)
	}
}

// TestCapOfKernelsWithReplacement: a kernel that is to replace a waiting one may be started by a
// user who has as many as the site allows, and no other one.
func TestCapOfKernelsWithReplacement(t *testing.T) {
	s := newTestServer(t, nil)
	base, err := s.clusters.resolve("alice@login", "")
	must(t, err)
	cfg, err := s.startConfig(base, protocol.KernelRequest{}, envapi.Choice{})
	must(t, err)
	terms, err := inPlaceOfAnother(cfg.Terms)(slurm.Site{File: fileOf("a", everyCap)})
	must(t, err)
	if err := terms.LimitKernels(2); err != nil {
		t.Error(err)
	}
	if err := terms.LimitKernels(3); !fault.Is(err, fault.SiteLimit) {
		t.Error(err)
	}
}

// TestPollFloor: the floor of polling slows all polls of a pending job down, and a shorter one
// changes nothing.
func TestPollFloor(t *testing.T) {
	usual := session.DefaultTiming
	if slow := usual.WithPoll(10 * time.Minute); slow.FirstPoll != 10*time.Minute || slow.Poll != 10*time.Minute {
		t.Errorf("%+v", slow)
	}
	if same := usual.WithPoll(time.Second); same != usual {
		t.Errorf("%+v", same)
	}
}
