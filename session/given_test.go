package session

import (
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// TestGivenBecomesOneNotice: with the code of the worst, once, however often it is reported.
func TestGivenBecomesOneNotice(t *testing.T) {
	s := newSession(Config{ID: "k1", Log: zap.NewNop(), Request: slurm.Request{CPUs: 4, Gres: "gpu:a100:2"}}, 1)
	s.status.snap.State, s.status.snap.Node = Starting, store.Node{Name: "scs0151"}
	report := func() {
		s.job.gpuLines = append(s.job.gpuLines, "No devices were found")
		s.judgeGiven("cpus=3 online=0-39 allocated=4 limit=1 visible=0,1 devices=4 listed=1")
	}
	report()
	if snap := s.Snapshot(); snap.Notice != "" || snap.NoticeCode != "" {
		t.Errorf("before it is ready: %q", snap.Notice)
	}
	s.status.setState(Ready)
	report() // by the agent of another connection
	snap := s.Snapshot()
	if snap.NoticeCode != fault.GPUMissing || strings.Count(snap.Notice, "you asked for 2 GPUs") != 1 || strings.Count(snap.Notice, "may use only 1") != 1 {
		t.Errorf("%s %q", snap.NoticeCode, snap.Notice)
	}
	s.status.setState(Disconnected)
	if snap := s.Snapshot(); snap.Notice != "" || snap.NoticeCode != "" {
		t.Errorf("in another state: %s %q", snap.NoticeCode, snap.Notice)
	}
}
