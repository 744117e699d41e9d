package session

import (
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

var states = []State{Connecting, Submitting, Pending, Starting, Ready, Disconnected, Ending, Ended}

// TestTransitions has a row for each state: an x where it may change to the state of the column.
func TestTransitions(t *testing.T) {
	for from, row := range map[State]string{
		//             CSPSRDEE
		Connecting:   "xxxx..xx",
		Submitting:   ".xx...xx",
		Pending:      "..xx..xx",
		Starting:     "..xxx.xx",
		Ready:        "....xxxx",
		Disconnected: "....xxxx",
		Ending:       "......xx",
		Ended:        ".......x",
	} {
		for i, to := range states {
			if got, want := legal(from, to), row[i] == 'x'; got != want {
				t.Errorf("%s to %s: legal is %v, want %v", from, to, got, want)
			}
		}
	}
}

func TestIllegalTransitionIsReported(t *testing.T) {
	notified := 0
	st := newStatus(Snapshot{State: Ended}, func(Snapshot) { notified++ }, zap.New(zapcore.NewNopCore(), zap.Development()))
	defer func() {
		if recover() == nil {
			t.Error("a session that has ended may become ready")
		}
	}()
	st.update(func(snap *Snapshot) { snap.State = Ready })
}

func TestReadyStaysClosed(t *testing.T) {
	var seen []State
	st := newStatus(Snapshot{State: Starting}, func(snap Snapshot) { seen = append(seen, snap.State) }, zap.NewNop())
	if st.wasReady() {
		t.Error("ready at first")
	}
	for _, state := range []State{Ready, Disconnected, Ready} {
		st.update(func(snap *Snapshot) { snap.State = state })
	}
	if !st.wasReady() || len(seen) != 3 {
		t.Errorf("ready is %v, notified of %v", st.wasReady(), seen)
	}
}
