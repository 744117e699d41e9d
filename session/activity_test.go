package session

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// usedKernel is a kernel and its use, on a node whose clock is hours behind this one.
type usedKernel struct {
	activity
	t      *testing.T
	last   time.Time // by the node's clock
	busy   bool
	polls  int
	warned []time.Time // each warning's end
}

const behind = -3 * time.Hour

func newUsedKernel(t *testing.T) *usedKernel {
	k := &usedKernel{t: t, activity: newActivity(time.Hour, DefaultTiming)}
	k.last = time.Now().Add(behind)
	return k
}

// use runs a cell.
func (k *usedKernel) use() { k.last = time.Now().Add(behind) }

// poll polls once, as a session does.
func (k *usedKernel) poll() (released bool, next time.Duration) {
	k.polls++
	before := k.endsAt
	released, next = k.update(usage{now: time.Now().Add(behind).Truncate(time.Second), busy: k.busy, last: k.last}, time.Now())
	if !k.endsAt.IsZero() && !k.endsAt.Equal(before) {
		k.warned = append(k.warned, k.endsAt)
	}
	return released, next
}

// run polls when it is due for t, or until the kernel is released; it returns when that was.
func (k *usedKernel) run(t time.Duration) (after time.Duration, released bool) {
	begun := time.Now()
	for {
		released, next := k.poll()
		if released || time.Since(begun)+next > t {
			return time.Since(begun), released
		}
		time.Sleep(next)
	}
}

// about compares times; a poll may be a minute late.
func (k *usedKernel) about(what string, got, want time.Duration) {
	k.t.Helper()
	if got < want || got > want+2*time.Minute {
		k.t.Errorf("%s after %v, want %v", what, got, want)
	}
}

// TestActivity has a row for each way of using a kernel.
func TestActivity(t *testing.T) {
	for name, day := range map[string]func(*usedKernel){
		"unused": func(k *usedKernel) {
			begun := time.Now()
			after, released := k.run(3 * time.Hour)
			k.about("released", after, time.Hour)
			if !released || len(k.warned) != 1 || k.warned[0].Sub(begun) > 61*time.Minute || k.polls > 14 {
				k.t.Errorf("released %v, warned of %v, %d polls", released, k.warned, k.polls)
			}
		},
		"a long cell": func(k *usedKernel) {
			k.busy = true
			if _, released := k.run(5 * time.Hour); released || len(k.warned) > 0 {
				k.t.Errorf("released %v, warned %v", released, k.warned)
			}
			k.busy = false
			k.use()
			after, released := k.run(3 * time.Hour)
			k.about("released", after, time.Hour)
			if !released {
				k.t.Error("never released")
			}
		},
		"a cell now and then": func(k *usedKernel) {
			for range 8 {
				if _, released := k.run(45 * time.Minute); released || len(k.warned) > 0 {
					k.t.Fatalf("released %v, warned %v", released, k.warned)
				}
				k.use()
			}
		},
		"a cell after the warning": func(k *usedKernel) {
			if _, released := k.run(55 * time.Minute); released || k.endsAt.IsZero() {
				k.t.Fatal("no warning")
			}
			k.use()
			if released, _ := k.poll(); released || !k.endsAt.IsZero() {
				k.t.Error("the warning is still there")
			}
			after, _ := k.run(3 * time.Hour)
			k.about("released", after, time.Hour)
		},
		"kept": func(k *usedKernel) {
			_, _ = k.run(55 * time.Minute)
			k.keep()
			if !k.endsAt.IsZero() {
				k.t.Error("the warning is still there")
			}
			after, released := k.run(3 * time.Hour)
			k.about("released", after, time.Hour)
			if !released || len(k.warned) != 2 {
				k.t.Errorf("released %v, warned of %v", released, k.warned)
			}
		},
		"the link lost before the warning": func(k *usedKernel) {
			_, _ = k.run(10 * time.Minute)
			time.Sleep(3 * time.Hour) // without polls
			begun := time.Now()
			after, released := k.run(time.Hour)
			k.about("released", after, DefaultTiming.IdleWarning)
			if !released || len(k.warned) != 1 || k.warned[0].Sub(begun) < DefaultTiming.IdleWarning {
				k.t.Errorf("released %v, warned of %v: never without a full warning", released, k.warned)
			}
		},
		"the link lost after the warning": func(k *usedKernel) {
			_, _ = k.run(55 * time.Minute)
			time.Sleep(8 * time.Minute)
			k.withdraw()
			after, released := k.run(time.Hour)
			k.about("released", after, DefaultTiming.IdleWarning)
			if !released || len(k.warned) != 2 {
				k.t.Errorf("released %v, warned of %v", released, k.warned)
			}
		},
		"asleep after the warning": func(k *usedKernel) {
			_, _ = k.run(55 * time.Minute)
			time.Sleep(2 * time.Hour) // no timer runs meanwhile
			if released, _ := k.poll(); released {
				k.t.Error("released without a warning")
			}
			after, released := k.run(time.Hour)
			k.about("released", after, DefaultTiming.IdleWarning)
			if !released {
				k.t.Error("never released")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { day(newUsedKernel(t)) })
		})
	}
}

// TestShortIdleTime: a short time has a short warning.
func TestShortIdleTime(t *testing.T) {
	if i := newActivity(4*time.Minute, DefaultTiming); i.lead != 2*time.Minute {
		t.Errorf("the warning comes %v before", i.lead)
	}
}

// TestShellIsUse: a kernel is not idle while a shell is used, and is once that has ended.
func TestShellIsUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newUsedKernel(t)
		for range 5 {
			time.Sleep(45 * time.Minute)
			k.shellUsed(strconv.FormatInt(time.Now().Add(behind).Unix(), 10))
			if released, _ := k.poll(); released || len(k.warned) > 0 {
				t.Fatalf("released %v, warned of %v", released, k.warned)
			}
		}
		if after, released := k.run(3 * time.Hour); !released || after < time.Hour-time.Minute {
			t.Errorf("released %v, after %v", released, after)
		}
	})
}
