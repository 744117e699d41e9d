//go:build unix

package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// Failures of disks, homes and ports.

// slowHome delays every access to a home directory by up to each, as on an
// overloaded file server. The site needs HomeCache.
func slowHome(t *testing.T, site *testcluster.Site, each time.Duration) (stop func()) {
	t.Helper()
	var servers []int
	for _, host := range append([]string{"login"}, site.Nodes()...) {
		processes, err := site.Processes(host, "root")
		must(t, err)
		for _, process := range processes {
			if strings.HasPrefix(process.Command(), "bindfs") {
				servers = append(servers, process.PID)
			}
		}
	}
	if len(servers) < 3 {
		t.Fatalf("homes have %d servers", len(servers))
	}
	all := func(signal syscall.Signal) {
		for _, pid := range servers {
			_ = syscall.Kill(pid, signal)
		}
	}
	over, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		defer all(syscall.SIGCONT)
		for {
			all(syscall.SIGSTOP)
			select {
			case <-over:
				return
			case <-time.After(each):
			}
			all(syscall.SIGCONT)
			time.Sleep(2 * time.Millisecond) // a call or two
		}
	}()
	var once bool
	stop = func() {
		if !once {
			once = true
			close(over)
			<-stopped
		}
	}
	t.Cleanup(stop)
	return stop
}

// TestHomeHangsUnderAKernel: for longer than the grace. Nothing that keeps the kernel
// alive is in the home directory.
func TestHomeHangsUnderAKernel(t *testing.T) {
	requireFaults(t, "it hangs for longer than the grace")
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{HomeCache: true})
	p := run(t, site, "--grace", shortGrace.String(), "--workdir=/cdt_storage/alice")
	k := openSurvivor(t, p.ready().result())
	stop := slowHome(t, site, time.Hour)
	time.Sleep(shortGrace + 5*time.Second) // the grace has ended: that is the condition
	stop()
	k.checkSurvived()
	p.interrupt()
	nothingLeft(t, site)
}

// TestSlowHome: each call takes seconds. The start is slow, but succeeds.
func TestSlowHome(t *testing.T) {
	requireFaults(t, "each call takes 5 s")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{HomeCache: true})
	stop := slowHome(t, site, 5*time.Second)
	begun := time.Now()
	_, answer := w.begin(protocol.KernelRequest{WorkingDirectory: "/cdt_storage/alice"})
	var ready started
	select {
	case ready = <-answer:
	case <-time.After(5 * time.Minute):
		t.Fatal("no answer")
	}
	if ready.err == nil {
		measure(t, "ready after", "%s", seconds(time.Since(begun)))
		checkAnswers(t, ready.KernelStartResult)
	} else {
		problem := problemOf(t, ready.err)
		measure(t, "reported after", "%s: %s", seconds(time.Since(begun)), problem.Code)
		t.Log(problem.Message)
		if !strings.Contains(problem.Message, "home directory") {
			t.Errorf("%+v", problem)
		}
	}
	stop()
	w.stopAll()
	nothingLeft(t, site)
}

// fillDisk covers a folder of a node with a full one; the result undoes that.
func fillDisk(t *testing.T, site *testcluster.Site, node string, folders ...string) (undo func()) {
	t.Helper()
	for _, folder := range folders {
		site.MustExec(t, node, "root", "sh", "-c", fmt.Sprintf("mount -t tmpfs -o size=4k,mode=1777 tmpfs %[1]s && ! head -c 100000 /dev/zero 2>/dev/null >%[1]s/filled", folder))
	}
	return func() {
		for _, folder := range folders {
			site.MustExec(t, node, "root", "umount", "--lazy", folder)
		}
	}
}

// TestNodeDiskFull: if no disk has space that is reported; otherwise another one is used.
func TestNodeDiskFull(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{Nodes: []string{"scs0151"}})
	t.Run("everywhere", func(t *testing.T) {
		undo := fillDisk(t, site, "scs0151", "/tmp", "/var/tmp", "/dev/shm")
		wantProblem{fault.NodeDiskFull, "no room in /tmp", "exclude this node"}.check(t, w.failStart("alice@login", protocol.KernelRequest{}))
		undo()
		nothingLeft(t, site)
	})
	t.Run("tmp alone", func(t *testing.T) {
		undo := fillDisk(t, site, "scs0151", "/tmp")
		site.MustExec(t, "scs0151", "root", "mount", "-o", "remount,size=48k", "/tmp") // enough for a token, and no more
		checkAnswers(t, w.start(protocol.KernelRequest{}))
		w.stopAll()
		undo()
		nothingLeft(t, site)
	})
	t.Run("under a kernel", func(t *testing.T) {
		requireFaults(t, "it is full for longer than the grace")
		p := run(t, site, "--grace", shortGrace.String())
		ready := p.ready().result()
		k := openSurvivor(t, ready).forSubtest(t)
		site.MustExec(t, "scs0151", "root", "sh", "-c", "mount -t tmpfs -o size=64k,mode=1777 tmpfs /mnt; cd /tmp/sunpyter.* && cp -a . /mnt/; head -c 1000000 /dev/zero 2>/dev/null >/mnt/filled; mount --bind /mnt \"$PWD\"")
		time.Sleep(shortGrace + 4*time.Second) // the lease is renewed without a free byte: that is the condition
		site.MustExec(t, "scs0151", "root", "sh", "-c", "umount --lazy /tmp/sunpyter.*; umount --lazy /mnt")
		k.checkSurvived()
		p.interrupt()
		nothingLeft(t, site)
	})
}

// TestLocalPortInUse: another program has taken the previous port when a second window takes
// the kernel over. It gets another port, and that is reported.
func TestLocalPortInUse(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t, "--grace", "2m")
	before := p.ready().result()
	k := openSurvivor(t, before)
	p.killAll()
	<-p.done
	var taker net.Listener
	eventually(t, waitLimit, func() (ok bool) {
		var err error
		taker, err = net.Listen("tcp", strings.TrimSuffix(strings.TrimPrefix(before.URL, "http://"), "/"))
		return err == nil
	}, func() string { return "the port stays taken" })
	defer taker.Close()
	w := openWindow(t, site, stateDirSetting(p.stateDir()))
	var after protocol.KernelStartResult
	must(t, w.call(protocol.MethodKernelTakeOver, protocol.KernelTakeOverParams{SessionID: before.Session.ID}, &after))
	if after.URL == before.URL || !strings.Contains(after.Session.Notice, "port") {
		t.Errorf("at %s, before at %s; notice %q", after.URL, before.URL, after.Session.Notice)
	}
	k.ready = after
	k.client.URL, k.client.Token = after.URL, after.Token
	k.checkSurvived()
	w.stopAll()
	nothingLeft(t, site)
}

// TestLaptopDiskFull: the state on this computer cannot be written. The kernel
// starts nevertheless, and is released.
func TestLaptopDiskFull(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	disk := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", args, err, out)
		}
	}
	disk("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir)
	defer disk("umount", "--lazy", dir)
	w := openWindow(t, site, stateDirSetting(dir))
	_ = os.WriteFile(filepath.Join(dir, "filled"), make([]byte, 1<<20), 0o600) // fails when it is full
	_, answer := w.begin(protocol.KernelRequest{})
	ready := <-answer
	if ready.err != nil {
		problem := problemOf(t, ready.err)
		t.Logf("reported: %+v", problem)
		if problem.Code != string(fault.LocalState) {
			t.Errorf("reported %+v", problem)
		}
	} else {
		t.Logf("notice: %q", ready.Session.Notice)
		checkAnswers(t, ready.KernelStartResult)
		measure(t, "a kernel", "started and released")
		w.releaseAll()
	}
	nothingLeft(t, site)
}

// TestJupyterHangs: it is stopped with SIGSTOP and does not answer. That is reported,
// and withdrawn when it answers again.
func TestJupyterHangs(t *testing.T) {
	requireFaults(t, "it is looked at once a minute")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	signalJob(t, site, k.ready.Session, "jupyter-server", syscall.SIGSTOP)
	hung := time.Now()
	s := w.await("with a notice", func(s protocol.Session) bool { return strings.Contains(s.Notice, "Jupyter isn't responding") })
	measure(t, "noticed after", "%s", seconds(time.Since(hung)))
	if s.State != protocol.StateReady {
		t.Errorf("state %s", s.State)
	}
	signalJob(t, site, k.ready.Session, "jupyter-server", syscall.SIGCONT)
	w.await("taken back", func(s protocol.Session) bool { return s.State == protocol.StateReady && s.Notice == "" })
	k.checkSurvived()
	w.stopAll()
	nothingLeft(t, site)
}
