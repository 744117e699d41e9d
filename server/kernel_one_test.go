package server

import (
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
)

// TestResolveIdle: the request overrides the profile, and that the default.
func TestResolveIdle(t *testing.T) {
	s := &server{options: options{Options: Options{Timing: session.DefaultTiming}}}
	for _, row := range []struct {
		asked   int
		profile time.Duration
		want    time.Duration
		code    fault.Code
	}{
		{0, 0, time.Hour, ""}, {0, 30 * time.Minute, 30 * time.Minute, ""}, {0, profile.NeverIdle, 0, ""},
		{120, profile.NeverIdle, 2 * time.Minute, ""}, {-1, time.Hour, 0, ""},
		{59, 0, 0, fault.BadRequest}, {-2, 0, 0, fault.BadRequest}, {604801, 0, 0, fault.BadRequest},
	} {
		got, err := s.resolveIdle(row.asked, row.profile)
		if got != row.want || (err != nil) != (row.code != "") || err != nil && !fault.Is(err, row.code) {
			t.Errorf("%+v: %v, %v", row, got, err)
		}
	}
}

func TestIdleOnTheWire(t *testing.T) {
	for idle, want := range map[time.Duration]int{0: 0, profile.NeverIdle: -1, time.Hour: 3600} {
		if got := wireRequest(profile.Profile{Idle: idle}).IdleSeconds; got != want {
			t.Errorf("%v is %d on the wire, want %d", idle, got, want)
		}
	}
	if word := idleText(-1); word != "off" {
		t.Errorf("-1 is written as %q", word)
	}
}

func TestKeepUnknownKernel(t *testing.T) {
	s := newTestServer(t, nil)
	if _, err := s.KernelKeepAlive(t.Context(), &protocol.KernelKeepAliveParams{SessionID: "k0123456789a"}); !fault.Is(err, fault.UnknownSession) {
		t.Errorf("%v", err)
	}
}
