//go:build unix

package e2e

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
)

// TestDeadLinkNoticedAfterWakeup: the link died silently while the laptop slept.
// That is noticed soon after it wakes, before the keepalives time out.
func TestDeadLinkNoticedAfterWakeup(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the laptop sleeps for 15 s")
	site, p := startProgram(t)
	k := openSurvivor(t, p.ready().result())
	p.signal(t, syscall.SIGSTOP)
	must(t, site.Cut())
	time.Sleep(15 * time.Second) // the sleep is what is tested
	p.signal(t, syscall.SIGCONT)
	woken := time.Now()
	eventually(t, waitLimit, func() bool { return slices.Contains(p.states(), protocol.StateDisconnected) }, func() string { return "not noticed" })
	took := time.Since(woken)
	t.Logf("noticed %v after it woke", took.Round(100*time.Millisecond))
	if took > pace.Limit(30*time.Second) { // the keepalives alone need 40 s
		t.Errorf("noticed only after %v", took)
	}
	must(t, site.Uncut())
	p.awaitReconnected(k)
	p.interrupt()
	nothingLeft(t, site)
}

// signal sends a signal to all that runs of the program.
func (p *program) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	for _, pid := range p.processes() {
		must(t, syscall.Kill(pid, signal))
	}
}
