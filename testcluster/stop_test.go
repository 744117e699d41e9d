//go:build linux

package testcluster_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster"
)

// leftovers returns all that is left of a site: processes that name its lab folder,
// mounts, control groups, and the folder itself.
func leftovers(lab string, pids []int) []string {
	var found []string
	name := filepath.Base(lab)
	for _, pattern := range []string{lab, "/sys/fs/cgroup/*/" + name, "/sys/fs/cgroup/*/*/" + name, "/sys/fs/cgroup/*/*/*/" + name} {
		files, _ := filepath.Glob(pattern)
		found = append(found, files...)
	}
	if n := countRunning(pids); n > 0 {
		found = append(found, fmt.Sprintf("%d processes", n))
	}
	procs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, p := range procs {
		if data, _ := os.ReadFile(p); strings.Contains(string(data), name) {
			found = append(found, strings.ReplaceAll(string(data), "\x00", " "))
		}
	}
	mounts, _ := filepath.Glob("/proc/[0-9]*/mountinfo")
	for _, m := range mounts {
		if data, _ := os.ReadFile(m); strings.Contains(string(data), name) {
			found = append(found, m+" has a mount of it")
		}
	}
	return found
}

// countRunning returns how many of the processes still run.
func countRunning(pids []int) int {
	n := 0
	for _, pid := range pids {
		if _, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid)); err == nil {
			n++
		}
	}
	return n
}

// labIsLocked reports whether a guardian still holds its lab's lock.
func labIsLocked(t *testing.T, site *testcluster.Site) bool {
	t.Helper()
	f, err := os.Open(filepath.Join(site.Lab(), "lock"))
	must(t, err)
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
}

// siteProcesses returns the ids of all processes of a site, as this machine counts.
func siteProcesses(t *testing.T, site *testcluster.Site) []int {
	t.Helper()
	st, err := site.Status()
	must(t, err)
	pids := []int{st.Guardian}
	for host, init := range st.Hosts {
		pids = append(pids, init)
		for _, user := range []string{"root", "alice"} {
			procs, err := site.Processes(host, user)
			must(t, err)
			for _, p := range procs {
				pids = append(pids, p.PID)
			}
		}
	}
	if len(pids) < 15 {
		t.Fatalf("a site of %d processes? %v", len(pids), pids)
	}
	return pids
}

// startWork starts a job and an ssh session on the site.
func startWork(t *testing.T, site *testcluster.Site) {
	t.Helper()
	id := strings.TrimSpace(site.MustExec(t, "login", "alice", "sbatch", "--parsable", "--wrap", "sleep 1000"))
	waitState(t, site, id, "RUNNING")
	if out, err := ssh(t, site, "login", "setsid sleep 1000 >/dev/null 2>&1 &"); err != nil {
		t.Fatal(out, err)
	}
}

func waitGone(t *testing.T, lab string, pids []int) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		left := leftovers(lab, pids)
		if len(left) == 0 {
			return
		}
		if pace.Over(begun, pace.Limit(30*time.Second)) {
			t.Fatalf("left: %q", left)
		}
	}
}

func TestStopLeavesNothing(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{HomeCache: true})
	startWork(t, site)
	pids := siteProcesses(t, site)
	if len(leftovers(site.Lab(), pids)) < 10 {
		t.Fatal("this test does not see a site that runs")
	}
	must(t, site.Stop())
	if left := leftovers(site.Lab(), pids); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

func TestStopOfOneSiteLeavesTheOther(t *testing.T) {
	one := testcluster.Start(t, testcluster.Options{})
	two := testcluster.Start(t, testcluster.Options{})
	startWork(t, one)
	startWork(t, two)
	pids := siteProcesses(t, two)
	must(t, two.Stop())
	if left := leftovers(two.Lab(), pids); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	jobs, err := one.Jobs("alice")
	if err != nil || len(jobs) != 1 || jobs[0].State != "RUNNING" {
		t.Errorf("the other site's job: %+v, %v", jobs, err)
	}
	if out, err := ssh(t, one, "login", "srun -n1 hostname"); err != nil || out != "scs0151" {
		t.Errorf("the other site: %q, %v", out, err)
	}
}

// TestOwner is not a test: it is the owner that TestKilledOwnerLeavesNothing kills.
func TestOwner(t *testing.T) {
	if os.Getenv("SUNPYTER_TEST_OWNER") != "1" {
		t.Skip("runs as a child of TestKilledOwnerLeavesNothing alone")
	}
	site := testcluster.Start(t, testcluster.Options{})
	startWork(t, site)
	fmt.Printf("\nLAB %s\n", site.Lab())
	time.Sleep(time.Hour) // until killed; without cgo, select {} is a deadlock
}

// requireSite skips a test whose child process starts the site.
func requireSite(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("no site with -short")
	}
	if err := testcluster.CheckSupport(testcluster.Options{}); err != nil && os.Getenv("SUNPYTER_REQUIRE_SITE") != "1" {
		t.Skip(err)
	}
}

func TestKilledOwnerLeavesNothing(t *testing.T) {
	requireSite(t)
	site, owner := startOwner(t)
	pids := siteProcesses(t, site)
	must(t, owner.Process.Kill())
	_ = owner.Wait()
	waitGone(t, site.Lab(), pids)
}

// TestLaptopOwner is not a test: it is what TestKilledTestsLeaveNoProcess kills.
func TestLaptopOwner(t *testing.T) {
	if os.Getenv("SUNPYTER_TEST_OWNER") != "1" {
		t.Skip("runs as a child of TestKilledTestsLeaveNoProcess alone")
	}
	must(t, exec.Command("setsid", "sh", "-c", "trap '' HUP TERM; sleep 1000").Start())
	fmt.Println("\nstarted")
	time.Sleep(time.Hour) // until killed; without cgo, select {} is a deadlock
}

// TestKilledTestsLeaveNoProcess: processes that tests have started on their laptop end with
// them, also if the tests are killed, and those in their own session.
func TestKilledTestsLeaveNoProcess(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a laptop needs root")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestLaptopOwner$")
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SUNPYTER_LAPTOP=") }), "SUNPYTER_TEST_OWNER=1")
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "started"; {
	}
	network, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", cmd.Process.Pid))
	must(t, err)
	for begun := time.Now(); len(networkProcesses(network)) < 3; time.Sleep(20 * time.Millisecond) { // it, the shell, and what ends them
		if pace.Over(begun, pace.Limit(30*time.Second)) {
			t.Fatalf("on the laptop: %v", networkProcesses(network))
		}
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	for begun := time.Now(); len(networkProcesses(network)) > 0; time.Sleep(20 * time.Millisecond) {
		if pace.Over(begun, pace.Limit(30*time.Second)) {
			t.Fatalf("left: %v", networkProcesses(network))
		}
	}
}

// networkProcesses returns the processes of a network.
func networkProcesses(network string) (pids []string) {
	links, _ := filepath.Glob("/proc/[0-9]*/ns/net")
	for _, link := range links {
		if name, err := os.Readlink(link); err == nil && name == network {
			pids = append(pids, strings.Split(link, "/")[2])
		}
	}
	return pids
}

func TestKilledGuardianLeavesNothingAfterTheNextStart(t *testing.T) {
	requireSite(t)
	site, owner := startOwner(t)
	pids := siteProcesses(t, site)
	must(t, syscall.Kill(pids[0], syscall.SIGKILL)) // the guardian
	must(t, owner.Process.Kill())
	_ = owner.Wait()
	for begun := time.Now(); countRunning(pids) > 0 || labIsLocked(t, site); time.Sleep(20 * time.Millisecond) {
		if pace.Over(begun, pace.Limit(30*time.Second)) {
			t.Fatal("the site lives on without its guardian")
		}
	}
	testcluster.Start(t, testcluster.Options{})
	waitGone(t, site.Lab(), pids)
}

// startOwner starts this test binary as the owner of a site.
func startOwner(t *testing.T) (*testcluster.Site, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestOwner$")
	cmd.Env = append(os.Environ(), "SUNPYTER_TEST_OWNER=1")
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lab, ok := strings.CutPrefix(lines.Text(), "LAB "); ok {
			site, err := testcluster.Attach(lab)
			must(t, err)
			return site, cmd
		}
	}
	t.Fatal("the owner has ended")
	return nil, nil
}

func TestStartIsQuick(t *testing.T) {
	quick := pace.Limit(10 * time.Second)
	quickest := time.Hour
	for try := 0; try < 5 && quickest > quick; try++ { // a busy machine adds its own
		start := time.Now()
		must(t, testcluster.Start(t, testcluster.Options{}).Stop())
		quickest = min(quickest, time.Since(start))
	}
	if quickest > quick {
		t.Errorf("a site takes %v to start", quickest)
	}
}

func BenchmarkLink(b *testing.B) {
	site := testcluster.Shared(b)
	const n = 1 << 30
	b.SetBytes(n)
	for b.Loop() {
		download(b, site, n)
	}
}
