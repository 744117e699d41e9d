//go:build unix

package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// clusters are profiles of the editor's.
func clusters(profiles ...protocol.ClusterProfile) setting {
	return func(_ *window, p *protocol.InitializeParams) { p.Clusters = profiles }
}

// labProfile returns a profile of the editor's for the site.
func labProfile(site *testcluster.Site) protocol.ClusterProfile {
	return protocol.ClusterProfile{
		Name: "lab", Title: "The lab", Host: "login", User: "alice", SSHConfig: site.SSHConfig(),
		Request: protocol.KernelRequest{Partition: "s_highmem_cdt", CPUs: 2},
	}
}

// startOn starts a kernel on a cluster of the editor's.
func (w *window) startOn(cluster string) protocol.KernelStartResult {
	w.t.Helper()
	var ready protocol.KernelStartResult
	must(w.t, w.call(protocol.MethodKernelStart, protocol.KernelStartParams{Cluster: cluster}, &ready))
	return ready
}

// TestKernelOfARemovedCluster: it was started from a profile of the
// editor, which is removed while it runs; another window, which never had the profile, takes
// over the kernel, and a third one stops it.
func TestKernelOfARemovedCluster(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	none := envSetting("SUNPYTER_SSH_CONFIG", "")
	first := openWindow(t, site, stateDirSetting(dir), none, reloadGraceSetting(30), clusters(labProfile(site)))
	before := first.startOn("lab")
	if s := before.Session; s.Cluster != "lab" || s.Title != "The lab" || s.Partition != "s_highmem_cdt" || s.CPUs != 2 {
		t.Errorf("started %+v", s)
	}
	must(t, first.rpc.Notify(context.Background(), protocol.MethodClusterDidChange, protocol.ClusterDidChangeParams{}))
	if problem := first.failStart("lab@", protocol.KernelRequest{}); problem.Code == "" {
		t.Error("the profile is still there")
	}
	checkAnswers(t, before)

	second := openWindow(t, site, stateDirSetting(dir), none)
	var after protocol.KernelStartResult
	must(t, second.call(protocol.MethodKernelTakeOver, protocol.KernelTakeOverParams{SessionID: before.Session.ID}, &after))
	checkAnswers(t, after)
	if s := after.Session; s.Cluster != "lab" || s.Title != "The lab" || s.Host != "login" {
		t.Errorf("taken over %+v", s)
	}
	third := openWindow(t, site, stateDirSetting(dir), none)
	var stopped protocol.KernelStopResult
	must(t, third.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: before.Session.ID}, &stopped))
	if len(stopped.Released) != 1 || stopped.Released[0].Outcome != protocol.ReleaseDone {
		t.Errorf("stopped %+v", stopped)
	}
	for _, w := range []*window{first, second, third} {
		w.close()
	}
	nothingLeft(t, site)
}

// TestOneLoginForResourcesAndStart: what a first start in an editor does.
func TestOneLoginForResourcesAndStart(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	w := openWindow(t, site, clusters(labProfile(site)))
	before := logins(t, site)
	var resources protocol.ClusterResourcesResult
	must(t, w.call(protocol.MethodClusterResources, protocol.ClusterResourcesParams{Cluster: "lab"}, &resources))
	if resources.User != "alice" || resources.Title != "The lab" || resources.SlurmVersion == "" || len(resources.Partitions) != 3 || len(resources.Accounts) != 0 {
		t.Errorf("resources %+v", resources)
	}
	p := resources.Partitions[0]
	if !p.Default || !p.Up || p.MaxCPUs != 40 || p.MemoryMiB != 190000 || p.MaxTimeSeconds != 7*24*3600 || p.DefaultTimeSeconds != 3600 || p.DefaultMemoryMiBPerCPU != 1000 {
		t.Errorf("the default partition %+v", p)
	}
	var checked protocol.ClusterCheckResult
	must(t, w.call(protocol.MethodClusterCheck, protocol.ClusterCheckParams{Cluster: "lab"}, &checked))
	if !checked.OK {
		t.Errorf("check %+v", checked)
	}
	checkAnswers(t, w.startOn("lab"))
	if n := logins(t, site) - before; n != 1 {
		t.Errorf("%d logins for resources, check and start", n)
	}
	begun := time.Now()
	w.close()
	if took := time.Since(begun); took > pace.Limit(30*time.Second) {
		t.Errorf("the end took %v", took)
	}
	nothingLeft(t, site)
}

// TestExitDoesNotWaitForALogin: a connection that is kept for the next
// request ends with the window.
func TestExitDoesNotWaitForALogin(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	w := openWindow(t, site, clusters(labProfile(site)))
	must(t, w.call(protocol.MethodClusterResources, protocol.ClusterResourcesParams{Cluster: "lab"}, &protocol.ClusterResourcesResult{}))
	begun := time.Now()
	w.close()
	if took := time.Since(begun); took > pace.Limit(20*time.Second) {
		t.Errorf("the end took %v", took)
	}
	nothingLeft(t, site)
}

// logins counts the logins that login's sshd has let in.
func logins(t *testing.T, site *testcluster.Site) int {
	t.Helper()
	log, err := site.Log("login", "sshd")
	must(t, err)
	return strings.Count(log, "Accepted publickey for alice")
}

// TestAccountsOfARealSite: a site with accounting, and one whose accounting
// database does not answer.
func TestAccountsOfARealSite(t *testing.T) {
	t.Parallel()
	requireFaults(t, "a database has to be set up")
	site := testcluster.Start(t, testcluster.Options{DBD: true})
	w := openWindow(t, site, clusters(labProfile(site)))
	ask := func() (r protocol.ClusterResourcesResult) {
		t.Helper()
		must(t, w.call(protocol.MethodClusterResources, protocol.ClusterResourcesParams{Cluster: "lab"}, &r))
		return r
	}
	accounts := map[string]protocol.AccountInfo{}
	for _, a := range ask().Accounts {
		accounts[a.Name] = a
	}
	if len(accounts) != 2 || !accounts["cdt"].Default || accounts["capped"].Default || len(accounts["cdt"].QOS) != 1 || accounts["cdt"].QOS[0] != "normal" || len(accounts["cdt"].Partitions) != 0 {
		t.Errorf("accounts %+v", accounts)
	}
	must(t, site.StopService("ctl", "slurmdbd"))
	if r := ask(); len(r.Accounts) != 0 || len(r.Partitions) != 3 {
		t.Errorf("without the database: %+v", r)
	}
}
