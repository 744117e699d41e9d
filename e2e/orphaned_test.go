//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// onlyListed returns the one session that the window lists.
func (w *window) onlyListed() protocol.Session {
	w.t.Helper()
	var list protocol.KernelListResult
	must(w.t, w.call(protocol.MethodKernelList, protocol.KernelListParams{}, &list))
	if len(list.Sessions) != 1 {
		w.t.Fatalf("listed %+v", list.Sessions)
	}
	return list.Sessions[0]
}

// awaitOrphaned waits until the window lists its only session as orphaned.
func (w *window) awaitOrphaned() protocol.Session {
	w.t.Helper()
	var s protocol.Session
	eventually(w.t, waitLimit, func() bool { s = w.onlyListed(); return s.Orphaned }, func() string { return "never left: " + s.ID })
	return s
}

// TestKernelOrphanedWithinTheReloadGrace: owned while its window is open, orphaned once
// the window closes, owned again by the one that takes it over.
func TestKernelOrphanedWithinTheReloadGrace(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	owner := openWindow(t, site, stateDirSetting(dir), reloadGraceSetting(30))
	ready := owner.start(protocol.KernelRequest{})
	other := openWindow(t, site, stateDirSetting(dir))
	if s := other.onlyListed(); s.Orphaned || s.Owned || s.Host != "login" {
		t.Errorf("while its window is open: %+v", s)
	}
	if s := owner.onlyListed(); s.Orphaned || !s.Owned {
		t.Errorf("in its own window: %+v", s)
	}
	_ = owner.rpc.Close()
	other.awaitOrphaned()
	must(t, other.call(protocol.MethodKernelTakeOver, protocol.KernelTakeOverParams{SessionID: ready.Session.ID}, &protocol.KernelStartResult{}))
	third := openWindow(t, site, stateDirSetting(dir))
	if s := third.onlyListed(); s.Orphaned {
		t.Errorf("after it was taken over: %+v", s)
	}
	for _, w := range []*window{owner, other, third} {
		w.close()
	}
	nothingLeft(t, site)
}

// TestKernelOrphanedWhenItsServerIsKilled: with -9.
func TestKernelOrphanedWhenItsServerIsKilled(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t)
	s := p.ready().Session
	w := openWindow(t, site, stateDirSetting(p.stateDir()))
	if listed := w.onlyListed(); listed.Orphaned {
		t.Errorf("while its server lives: %+v", listed)
	}
	p.killAll()
	w.awaitOrphaned()
	var after protocol.KernelStartResult
	must(t, w.call(protocol.MethodKernelTakeOver, protocol.KernelTakeOverParams{SessionID: s.ID}, &after))
	checkAnswers(t, after)
	w.close()
	nothingLeft(t, site)
}

// stateDir returns the program's state directory.
func (p *program) stateDir() (dir string) {
	for _, variable := range p.cmd.Env { // the last one counts
		if value, ok := strings.CutPrefix(variable, "SUNPYTER_STATE="); ok {
			dir = value
		}
	}
	return dir
}
