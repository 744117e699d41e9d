package session

import (
	"testing"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// TestUseIsSentWhenItIsNews: not at each look, but with a change of a hundredth of the limit since
// it was last sent, and with every other change.
func TestUseIsSentWhenItIsNews(t *testing.T) {
	var sent []remote.Use
	st := newStatus(Snapshot{State: Ready}, func(snap Snapshot) {
		if snap.Use != nil {
			sent = append(sent, *snap.Use)
		}
	}, zap.NewNop())
	for _, row := range []struct{ memory, limit, sent int }{
		{1000, 4000, 1}, {1030, 4000, 1}, {1045, 4000, 2}, {1040, 4000, 2}, {1005, 4000, 3}, {1005, 5000, 4},
		{1005, 0, 5}, {1010, 0, 5}, {1016, 0, 6}, {0, 0, 7}, {0, 0, 7},
	} {
		st.setUse(remote.Use{MemoryMiB: row.memory, LimitMiB: row.limit}, remote.Enough{}, 0)
		if len(sent) != row.sent || st.Snapshot().Use.MemoryMiB != row.memory {
			t.Errorf("%+v: sent %d times, the snapshot has %+v", row, len(sent), st.Snapshot().Use)
		}
	}
	st.setUse(remote.Use{CPUPercent: 7}, remote.Enough{}, 0)
	st.update(func(*Snapshot) {})
	if last := sent[len(sent)-1]; last.CPUPercent != 7 {
		t.Errorf("the last look was not sent: %+v", last)
	}
}

// TestShortMemoryIsNews: however little the memory has changed; more is suggested while it is short,
// and after a kill it stays suggested.
func TestShortMemoryIsNews(t *testing.T) {
	sent := 0
	s := newSession(Config{ID: "k1", Log: zap.NewNop(), Changed: func(Snapshot) { sent++ }}, 1)
	s.job.partition = slurm.Partition{MaxMemPerNodeMiB: 6000}
	for _, row := range []struct{ memory, kills, sent, more int }{{3595, 0, 1, 0}, {3600, 0, 2, 6000}, {3601, 0, 2, 6000}, {3599, 0, 3, 0}, {3600, 1, 4, 6000}, {3599, 1, 5, 6000}} {
		s.status.snap.MemoryKills = row.kills
		use := remote.Use{MemoryMiB: row.memory, LimitMiB: 4000}
		s.status.setUse(use, remote.Enough{}, s.moreMemory(use))
		if got := s.Snapshot().SuggestedMemoryMiB; sent != row.sent || got != row.more {
			t.Errorf("%+v: sent %d times, suggested %d", row, sent, got)
		}
	}
}
