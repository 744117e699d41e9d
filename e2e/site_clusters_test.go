//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// secondCluster adds a Slurm cluster "gpu" to a site: a second controller,
// and a second slurmd on the second node, named gpu1.
func secondCluster(t *testing.T, site *testcluster.Site) {
	t.Helper()
	conf, err := site.ReadFile("ctl", "/etc/slurm/slurm.conf")
	must(t, err)
	node := site.Nodes()[1]
	var b strings.Builder
	for line := range strings.Lines(string(conf)) {
		key, _, _ := strings.Cut(line, "=")
		switch key {
		case "ClusterName", "SlurmctldPidFile", "SlurmdPidFile", "SlurmctldLogFile", "SlurmdLogFile", "StateSaveLocation", "SlurmdSpoolDir":
			line = strings.ReplaceAll(strings.TrimSpace(line), ".pid", "2.pid")
			line = strings.ReplaceAll(line, ".log", "2.log")
			line = strings.NewReplacer("=cdt", "=gpu", "lib/slurmctld", "lib/slurmctld2", "lib/slurmd", "lib/slurmd2").Replace(line) + "\n"
		case "NodeName":
			if !strings.Contains(line, node) {
				continue
			}
			line = strings.Replace(line, "NodeName="+node, "NodeName=gpu1 NodeHostname="+node+" Port=6828", 1)
		case "PartitionName":
			line = strings.ReplaceAll(line, "s_compute_cdt", "a100")
		}
		b.WriteString(line)
	}
	b.WriteString("SlurmctldPort=6827\n")
	for _, host := range []string{"ctl", node} {
		must(t, site.WriteFile(host, "/etc/slurm/gpu.conf", 0o644, b.String()))
	}
	site.MustExec(t, "ctl", "root", "install", "-d", "-o", "slurm", "/var/lib/slurmctld2")
	site.MustExec(t, node, "root", "install", "-d", "/var/lib/slurmd2")
	site.MustExec(t, "ctl", "root", "sacctmgr", "-i", "-Q", "add", "cluster", "gpu")
	site.MustExec(t, "ctl", "root", "sacctmgr", "-i", "-Q", "add", "account", "cdt", "cluster=gpu")
	site.MustExec(t, "ctl", "root", "sacctmgr", "-i", "-Q", "add", "user", "alice", "account=cdt", "cluster=gpu")
	site.MustExec(t, "ctl", "root", "slurmctld", "-f", "/etc/slurm/gpu.conf")
	site.MustExec(t, node, "root", "slurmd", "-N", "gpu1", "-f", "/etc/slurm/gpu.conf")
	eventually(t, waitLimit, func() bool {
		out, _ := site.Exec(t.Context(), "login", "alice", "sinfo", "-M", "gpu", "-h", "-o", "%t")
		return strings.Contains(out, "idle")
	}, func() string {
		out, err := site.Exec(t.Context(), "login", "alice", "sinfo", "-M", "gpu", "-l")
		return out + err.Error()
	})
}

// TestSeveralClusters: two clusters of Slurm's behind one login node. A job that was sent to
// the other is found, shown and ended there, and a job of the same number here is left alone.
func TestSeveralClusters(t *testing.T) {
	t.Parallel()
	requireFaults(t, "a database has to be set up")
	site := testcluster.Start(t, testcluster.Options{DBD: true})
	secondCluster(t, site)
	w := openWindow(t, site)
	here := w.start(protocol.KernelRequest{})
	there := w.start(protocol.KernelRequest{Clusters: "gpu"})
	if here.Session.JobID != "1" || there.Session.JobID != "1@gpu" || there.Session.Partition != "a100" {
		t.Errorf("here %+v, there %+v", here.Session, there.Session)
	}
	checkAnswers(t, there)
	running := func(clusters string) string {
		return strings.TrimSpace(site.MustExec(t, "login", "alice", "squeue", "-h", "-M", clusters, "-o", "job %i", "-t", "R"))
	}
	must(t, w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: there.Session.ID, WaitUntilFree: true}, nil))
	if got := running("gpu"); strings.Contains(got, "job 1") {
		t.Errorf("not ended there: %s", got)
	}
	checkAnswers(t, here)

	// The login files name the cluster: where sbatch would send it, and what is listed.
	must(t, site.WriteFile("login", "/home/alice/.bash_profile", 0o644, "export SLURM_CLUSTERS=gpu\n"))
	again := w.start(protocol.KernelRequest{})
	if again.Session.JobID != "2@gpu" || strings.Join(again.Session.SiteDefaults, " ") != "SLURM_CLUSTERS=gpu" {
		t.Errorf("by the login files: %+v", again.Session)
	}
	var list protocol.KernelListResult
	must(t, w.call(protocol.MethodKernelList, protocol.KernelListParams{Cluster: "alice@login"}, &list))
	if len(list.Sessions) != 2 {
		t.Errorf("listed %+v", list.Sessions)
	}
	var stopped protocol.KernelStopResult
	must(t, openWindow(t, site).call(protocol.MethodKernelStop, protocol.KernelStopParams{JobID: "2@gpu", Cluster: "alice@login"}, &stopped))
	if len(stopped.Released) != 1 || stopped.Released[0].Outcome != protocol.ReleaseDone {
		t.Errorf("stopped %+v", stopped.Released)
	}
	checkAnswers(t, here)
	must(t, site.RemoveFile("login", "/home/alice/.bash_profile"))

	// By srun only.
	byStep := openWindow(t, site, clusters(protocol.ClusterProfile{
		Name: "gpu", Host: "login", User: "alice", SSHConfig: site.SSHConfig(), Route: "srun", Request: protocol.KernelRequest{Clusters: "gpu"},
	}))
	checkAnswers(t, byStep.startOn("gpu"))
	byStep.stopAll()

	// Slurm chooses one of several.
	either := w.start(protocol.KernelRequest{Clusters: "cdt,gpu"})
	if _, cluster, _ := strings.Cut(either.Session.JobID, "@"); cluster != "cdt" && cluster != "gpu" {
		t.Errorf("of several clusters: %+v", either.Session)
	}
	checkAnswers(t, either)
	w.stopAll()
	nothingLeft(t, site)
}
