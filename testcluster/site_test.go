package testcluster_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster"
)

func TestMain(m *testing.M) { testcluster.Main(m) }

// ssh runs a command by the machine's own ssh from the laptop.
func ssh(t *testing.T, site *testcluster.Site, host string, command ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), pace.Limit(30*time.Second))
	defer cancel()
	args := append([]string{"-F", site.SSHConfig(), "-o", fmt.Sprintf("ConnectTimeout=%.0f", pace.Limit(10*time.Second).Seconds()), host, "--"}, command...)
	out, err := site.LaptopCommand(ctx, "ssh", args...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestHostNamesAndUsers(t *testing.T) {
	site := testcluster.Shared(t)
	for _, host := range []string{"login", "scs0151", "scs0152"} {
		out, err := ssh(t, site, host, "hostname; id -un; pwd; cat /etc/ssh/ssh_host_*_key.pub | wc -l")
		if want := host + "\nalice\n/home/alice\n1"; err != nil || out != want {
			t.Errorf("%s says %q (%v), want %q", host, out, err, want)
		}
	}
}

func TestLaptopReachesOnlyLogin(t *testing.T) {
	testcluster.Shared(t)
	for _, addr := range []string{"10.77.0.11:6817", "10.77.0.100:22"} {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			conn.Close()
			t.Errorf("the laptop reaches %s", addr)
		}
	}
}

func TestOneCPUJobHasOneCPU(t *testing.T) {
	site := testcluster.Shared(t)
	t.Cleanup(func() { must(t, site.AwaitIdle(time.Minute)) })
	out := site.MustExec(t, "login", "alice", "srun", "-n1", "/usr/bin/python3", "-c",
		"import os, socket; print(socket.gethostname(), len(os.sched_getaffinity(0)))")
	if out != "scs0151 1\n" {
		t.Errorf("got %q, want scs0151 and 1 CPU", out)
	}
}

func TestCallsAreCounted(t *testing.T) {
	site := testcluster.Shared(t)
	must(t, site.ResetCalls())
	must(t, site.ResetRPCs())
	if out, err := ssh(t, site, "login", `squeue -h -o '%i %j'; sinfo -h -o '' >/dev/null`); err != nil {
		t.Fatal(out, err)
	}
	calls, err := site.Calls()
	must(t, err)
	if len(calls) != 2 || calls[0].String() != "squeue -h -o %i %j" || calls[0].User != "alice" || calls[1].Command != "sinfo" {
		t.Fatalf("calls: %+v", calls)
	}
	n, err := site.RPCs("alice")
	must(t, err)
	if n < 2 {
		t.Errorf("slurmctld counted %d calls of alice, want 2 or more", n)
	}
}

func TestPAMAdoptRequiresAJob(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{PAM: "adopt"})
	out, err := ssh(t, site, "scs0151", "true")
	if err == nil || !strings.Contains(out, "pam_slurm_adopt") {
		t.Errorf("without a job: %q, %v", out, err)
	}
	id := strings.TrimSpace(site.MustExec(t, "login", "alice", "sbatch", "--parsable", "--wrap", "sleep 60"))
	waitState(t, site, id, "RUNNING")
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) { // Slurm reports it before the node has it
		out, err = ssh(t, site, "scs0151", "echo $SLURM_JOB_ID; cat /proc/self/cgroup")
		if err == nil || pace.Over(begun, pace.Limit(time.Minute)) {
			break
		}
	}
	if err != nil || !strings.HasPrefix(out, id+"\n") || !strings.Contains(out, "job_"+id) {
		t.Errorf("with job %s: %q, %v", id, out, err)
	}
}

func waitState(t *testing.T, site *testcluster.Site, id, state string) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		jobs, err := site.Jobs("alice")
		must(t, err)
		for _, j := range jobs {
			if j.ID == id && j.State == state {
				return
			}
		}
		if pace.Over(begun, pace.Limit(time.Minute)) {
			t.Fatalf("job %s does not become %s: %+v", id, state, jobs)
		}
	}
}

func TestLinkDelayRateCut(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{Delay: 50 * time.Millisecond})
	quickest := dialTime(t, site)
	for range 9 { // a busy machine adds its own
		quickest = min(quickest, dialTime(t, site))
	}
	if quickest < 100*time.Millisecond || quickest > pace.Limit(500*time.Millisecond) {
		t.Errorf("a handshake at 50 ms one way takes %v", quickest)
	}
	must(t, site.SetDelay(0)) // what is under way still takes its time
	for begun := time.Now(); ; {
		d := dialTime(t, site)
		if d < 20*time.Millisecond {
			break
		}
		if pace.Over(begun, pace.Limit(10*time.Second)) {
			t.Fatalf("a handshake at no delay takes %v", d)
		}
	}
	must(t, site.SetRate(8000)) // 1 MB/s
	if d := download(t, site, 1_000_000); d < 700*time.Millisecond || d > pace.Limit(20*time.Second) {
		t.Errorf("1 MB at 1 MB/s takes %v", d)
	}
	must(t, site.SetRate(0))
	must(t, site.Cut())
	if conn, err := net.DialTimeout("tcp", site.LoginAddr(), 300*time.Millisecond); err == nil {
		conn.Close()
		t.Error("a cut link carries a handshake")
	}
	must(t, site.Uncut())
	dialTime(t, site)
}

func dialTime(t *testing.T, site *testcluster.Site) time.Duration {
	t.Helper()
	start := time.Now()
	conn, err := net.DialTimeout("tcp", site.LoginAddr(), pace.Limit(5*time.Second))
	must(t, err)
	defer conn.Close()
	return time.Since(start)
}

// listener is a program for login that sends n zeros to each client of port 9.
const listener = `import socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("", 9)); s.listen(); print("up", flush=True)
c, _ = s.accept(); b = bytes(1 << 20); n = int(sys.argv[1])
while n > 0: c.sendall(b[:n]); n -= len(b)
c.close()`

// download returns how long n bytes take over the bare link.
func download(t testing.TB, site *testcluster.Site, n int64) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), pace.Limit(time.Minute))
	defer cancel()
	cmd, err := site.Command(ctx, "login", "root", "/usr/bin/python3", "-c", listener, itoa(n))
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	if _, err := io.ReadFull(out, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	conn, err := net.Dial("tcp", strings.TrimSuffix(site.LoginAddr(), ":22")+":9")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got, err := io.Copy(io.Discard, conn)
	if err != nil || got != n {
		t.Fatalf("got %d of %d bytes: %v", got, n, err)
	}
	return time.Since(start)
}

func TestLoginShells(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "tcsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skip(err)
			}
			site := testcluster.Start(t, testcluster.Options{OptSlurm: true, Modules: true, Shells: map[string]string{"alice": shell}})
			if out, err := ssh(t, site, "login", "sbatch --version"); err == nil {
				t.Errorf("sbatch is in the PATH of a shell that is not a login shell: %q", out)
			}
			cmd := site.LaptopCommand(t.Context(), "ssh", "-T", "-F", site.SSHConfig(), "login")
			cmd.Stdin = strings.NewReader("sbatch --version\nmodule load anaconda/2021.05\nwhich python\nmodule load nonsense\n")
			out, _ := cmd.CombinedOutput() // a login shell; its exit is that of the last line
			for _, want := range []string{"slurm-wlm ", "/opt/modules/anaconda/2021.05/bin/python\n", "Unable to locate a modulefile for 'nonsense'"} {
				if !bytes.Contains(out, []byte(want)) {
					t.Errorf("no %q in %q", want, out)
				}
			}
		})
	}
}
