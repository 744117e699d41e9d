package testcluster_test

import (
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// requireFaults skips what `make test` leaves to `make faults`.
func requireFaults(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("SUNPYTER_FAULTS") != "1" {
		t.Skipf("%s: runs with SUNPYTER_FAULTS=1 (make faults)", why)
	}
}

func TestHomeStates(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{})
	write := func() string {
		out, err := ssh(t, site, "login", "head -c 100000 /dev/zero >~/x")
		if err == nil {
			return "ok"
		}
		return out
	}
	for _, c := range []struct {
		state testcluster.HomeState
		want  string
	}{
		{testcluster.HomeFull, "No space left on device"}, {testcluster.HomeReadOnly, "Read-only file system"}, {testcluster.HomeNormal, "ok"},
	} {
		must(t, site.SetHome("alice", c.state))
		if got := write(); !strings.Contains(got, c.want) {
			t.Errorf("%s home: writing says %q, want %q", c.state, got, c.want)
		}
	}
	if out, err := ssh(t, site, "scs0152", "wc -c <~/x"); err != nil || out != "100000" {
		t.Errorf("the node sees %q, %v", out, err)
	}
	files, err := site.Files("/home/alice/?")
	if err != nil || len(files) != 1 || files[0] != "/home/alice/x" {
		t.Errorf("files: %q, %v", files, err)
	}
}

func TestHomeCache(t *testing.T) {
	requireFaults(t, "waits for a cache of 30 s")
	site := testcluster.Start(t, testcluster.Options{HomeCache: true})
	for _, step := range []string{"echo old >~/there", "cat ~/there; ls ~/renamed"} {
		_, _ = ssh(t, site, "login", step) // the second fails to find it, and that is then in the cache
	}
	site.MustExec(t, "scs0151", "alice", "sh", "-c", "echo new >~/there; echo x >~/temporary; mv ~/temporary ~/renamed")
	start := time.Now()
	if out, err := ssh(t, site, "login", "cat ~/there"); err != nil || out != "new" {
		t.Errorf("a file opened anew says %q, %v", out, err)
	}
	for {
		if _, err := ssh(t, site, "login", "cat ~/renamed"); err == nil {
			break
		}
		if pace.Over(start, pace.Limit(time.Minute)) {
			t.Fatal("the renamed file never appears")
		}
		time.Sleep(200 * time.Millisecond)
	}
	if d := time.Since(start); d < 25*time.Second || pace.Over(start, pace.Limit(50*time.Second)) {
		t.Errorf("the renamed file appears after %v, want about 30 s", d)
	}
	must(t, site.SetHomeCache(false))
	site.MustExec(t, "scs0151", "alice", "mv", "/home/alice/renamed", "/home/alice/again")
	if out, err := ssh(t, site, "login", "cat ~/again"); err != nil {
		t.Errorf("without the cache: %q, %v", out, err)
	}
	must(t, site.SetHomeCache(true))
	if out := site.MustExec(t, "login", "root", "findmnt", "-n", "-o", "FSTYPE", "-T", "/home/alice"); !strings.Contains(out, "fuse") {
		t.Errorf("with the cache again /home/alice is %q", out)
	}
}

func TestCrashAndBoot(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{})
	must(t, site.Crash("scs0152"))
	if out, err := ssh(t, site, "login", "ssh -o ConnectTimeout=1 scs0152 true"); err == nil {
		t.Errorf("a crashed host answers: %q", out)
	}
	must(t, site.Boot("scs0152"))
	if out, err := ssh(t, site, "scs0152", "hostname"); err != nil || out != "scs0152" {
		t.Errorf("after the boot: %q, %v", out, err)
	}
}

func TestForgetDropsConnections(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{})
	conn, err := net.Dial("tcp", site.LoginAddr())
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(pace.Limit(10*time.Second))))
	if _, err := conn.Read(make([]byte, 1)); err != nil { // sshd's greeting
		t.Fatal(err)
	}
	must(t, site.Forget())
	dialTime(t, site)
	must(t, conn.SetDeadline(time.Now().Add(time.Second)))
	_, _ = conn.Write([]byte("nonsense\r\n")) // sshd would hang up
	rest, err := io.ReadAll(conn)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a forgotten connection carries %q, %v", rest, err)
	}
}

func TestStopAndStartServices(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{})
	must(t, site.StopService("ctl", "slurmctld"))
	if out, err := ssh(t, site, "login", "scontrol ping"); err == nil && !strings.Contains(out, "DOWN") {
		t.Errorf("slurmctld answers: %q", out)
	}
	must(t, site.StartService("ctl", "slurmctld"))
	begun, limit := time.Now(), pace.Limit(20*time.Second)
	for { // Slurm 24.11's returns before it listens
		out, err := ssh(t, site, "login", "scontrol ping")
		if err == nil && strings.Contains(out, "UP") {
			break
		}
		if pace.Over(begun, limit) {
			t.Fatalf("slurmctld does not answer: %q, %v", out, err)
		}
	}
	must(t, site.StopService("scs0151", "sshd"))
	if out, err := ssh(t, site, "scs0151", "true"); err == nil {
		t.Errorf("sshd answers: %q", out)
	}
	must(t, site.StartService("scs0151", "sshd"))
	if out, err := ssh(t, site, "scs0151", "true"); err != nil {
		t.Errorf("sshd does not answer: %q, %v", out, err)
	}
}

func TestHideJupyter(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{Shells: map[string]string{"alice": "bash"}})
	const look = "/usr/bin/python3 -m jupyter_server --version; command -v jupyter"
	must(t, site.HideJupyter("scs0151"))
	if out, err := ssh(t, site, "scs0151", look); err == nil {
		t.Errorf("Jupyter is still there: %q", out)
	}
	must(t, site.ShowJupyter("scs0151"))
	if out, err := ssh(t, site, "scs0151", look); err != nil {
		t.Errorf("Jupyter does not come back: %q, %v", out, err)
	}
	must(t, site.WriteFile("scs0151", "/usr/local/bin/jupyter", 0o755, "#!/bin/sh\necho stub\n"))
	if out, err := ssh(t, site, "scs0151", "jupyter --version"); err != nil || out != "stub" {
		t.Errorf("the stub says %q, %v", out, err)
	}
}

func TestSetShell(t *testing.T) {
	site := testcluster.Start(t, testcluster.Options{})
	must(t, site.SetShell("alice", "tcsh"))
	if out, err := ssh(t, site, "login", "echo $shell"); err != nil || out != "/bin/tcsh" {
		t.Errorf("shell: %q, %v", out, err)
	}
}
