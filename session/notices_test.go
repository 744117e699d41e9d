package session

import "testing"

func TestNoticesShowOne(t *testing.T) {
	var n notices
	want := func(state State, text string) {
		t.Helper()
		if got, _ := n.shown(state); got != text {
			t.Errorf("in %s: %q, want %q", state, got, text)
		}
	}
	want(Ready, "")
	n.add("one")
	n.add("two")
	n.add("one")
	want(Ready, "one; two")
	want(Starting, "")
	n.unresponsive = unresponsiveNotice
	want(Ready, unresponsiveNotice)
	n.add("three")
	want(Ready, "one; two; three")
	n.current, n.needsUserAction = "the link is down", true
	want(Disconnected, "the link is down")
	n.reset()
	want(Ready, "one; two; three")
	if n.needsUserAction {
		t.Error("a new state still asks for something")
	}
}
