package session

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLeaseOfALeavingOwner(t *testing.T) {
	for name, row := range map[string]struct {
		needsUserAction bool
		want            time.Duration
	}{
		"the next owner connects by itself":  {false, time.Second},
		"the next owner has to ask the user": {true, time.Minute},
	} {
		l := lease{grace: time.Minute}
		if l.shortenFor(time.Second, row.needsUserAction); l.grace != row.want || !l.frozen {
			t.Errorf("%s: %v, frozen %v", name, l.grace, l.frozen)
		}
	}
}

func TestLeaseHangs(t *testing.T) {
	l := lease{grace: time.Minute}
	for range maxUnacked {
		l.next()
	}
	if l.hangs() {
		t.Error("it hangs too early")
	}
	sequence, seconds := l.next()
	if !l.hangs() || sequence != 3 || seconds != 60 {
		t.Errorf("hangs %v after %d renewals for %d s", l.hangs(), sequence, seconds)
	}
	l.ack("nonsense")
	l.ack("2")
	if l.hangs() {
		t.Error("it hangs although it answered")
	}
	l.next()
	l.next()
	if l.restart(); l.hangs() {
		t.Error("what an earlier connection did not answer counts")
	}
}

func TestLeaseExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lease{grace: time.Minute}
		time.Sleep(time.Hour)
		if l.expired(time.Minute) {
			t.Error("expired before the job ever had one")
		}
		l.next()
		l.ack("1")
		if time.Sleep(time.Minute); l.expired(time.Minute) {
			t.Error("expired before the job notices")
		}
		if time.Sleep(leaseSlack + time.Second); !l.expired(time.Minute) {
			t.Error("never expires")
		}
	})
}
