//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// listed gives the one session that the window lists.
func (w *window) listed() protocol.Session {
	w.t.Helper()
	var list protocol.KernelListResult
	must(w.t, w.call(protocol.MethodKernelList, protocol.KernelListParams{}, &list))
	if len(list.Sessions) != 1 {
		w.t.Fatalf("listed %+v", list.Sessions)
	}
	return list.Sessions[0]
}

// awaitLeft waits until the window lists its one session as left.
func (w *window) awaitLeft() protocol.Session {
	w.t.Helper()
	var s protocol.Session
	eventually(w.t, patience, func() bool { s = w.listed(); return s.Left }, func() string { return "never left: " + s.ID })
	return s
}

// TestAKernelIsLeftWithinTheReloadGrace: held while its window is open, left once
// the window closes, held again by the one that takes it over.
func TestAKernelIsLeftWithinTheReloadGrace(t *testing.T) {
	t.Parallel()
	took(t)
	site := testcluster.Shared(t)
	dir := t.TempDir()
	owner := openWindow(t, site, state(dir), reloadGrace(30))
	ready := owner.start(protocol.KernelRequest{})
	other := openWindow(t, site, state(dir))
	if s := other.listed(); s.Left || s.Owned || s.Host != "login" {
		t.Errorf("while its window is open: %+v", s)
	}
	if s := owner.listed(); s.Left || !s.Owned {
		t.Errorf("in its own window: %+v", s)
	}
	_ = owner.rpc.Close()
	other.awaitLeft()
	must(t, other.call(protocol.MethodKernelAdopt, protocol.KernelAdoptParams{SessionID: ready.Session.ID}, &protocol.KernelStartResult{}))
	third := openWindow(t, site, state(dir))
	if s := third.listed(); s.Left {
		t.Errorf("after it was taken over: %+v", s)
	}
	for _, w := range []*window{owner, other, third} {
		w.close()
	}
	nothingLeft(t, site)
}

// TestAKernelIsLeftWhenItsServerIsKilled: with -9, and without a word.
func TestAKernelIsLeftWhenItsServerIsKilled(t *testing.T) {
	t.Parallel()
	took(t)
	site := testcluster.Shared(t)
	p := run(t, site)
	s := p.ready().Session
	w := openWindow(t, site, state(p.state()))
	if listed := w.listed(); listed.Left {
		t.Errorf("while its server lives: %+v", listed)
	}
	p.killAll()
	w.awaitLeft()
	var after protocol.KernelStartResult
	must(t, w.call(protocol.MethodKernelAdopt, protocol.KernelAdoptParams{SessionID: s.ID}, &after))
	answers(t, after)
	w.close()
	nothingLeft(t, site)
}

// state is the folder in which the program remembers its kernels.
func (p *program) state() (dir string) {
	for _, variable := range p.cmd.Env { // the last one counts
		if value, ok := strings.CutPrefix(variable, "SUNPYTER_STATE="); ok {
			dir = value
		}
	}
	return dir
}
