package session

import (
	"testing"
	"testing/synctest"
	"time"
)

// desk is a kernel and its person, on a node whose clock is hours behind ours.
type desk struct {
	activity
	t      *testing.T
	last   time.Time // by the node's clock
	busy   bool
	looks  int
	warned []time.Time // each warning's end
}

const behind = -3 * time.Hour

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, activity: newActivity(time.Hour, DefaultTiming)}
	d.last = time.Now().Add(behind)
	return d
}

// use is a cell that has just run.
func (d *desk) use() { d.last = time.Now().Add(behind) }

// look looks once, as a session does.
func (d *desk) look() (over bool, next time.Duration) {
	d.looks++
	before := d.endsAt
	over, next = d.update(usage{now: time.Now().Add(behind).Truncate(time.Second), busy: d.busy, last: d.last}, time.Now())
	if !d.endsAt.IsZero() && !d.endsAt.Equal(before) {
		d.warned = append(d.warned, d.endsAt)
	}
	return over, next
}

// pass lets time pass, looking when it is due; it tells when the kernel was given back.
func (d *desk) pass(t time.Duration) (after time.Duration, over bool) {
	begun := time.Now()
	for {
		over, next := d.look()
		if over || time.Since(begun)+next > t {
			return time.Since(begun), over
		}
		time.Sleep(next)
	}
}

// about compares times; a look may be a minute late.
func (d *desk) about(what string, got, want time.Duration) {
	d.t.Helper()
	if got < want || got > want+2*time.Minute {
		d.t.Errorf("%s after %v, want %v", what, got, want)
	}
}

// TestActivity: each row is a person's day.
func TestActivity(t *testing.T) {
	for name, day := range map[string]func(*desk){
		"nobody uses it": func(d *desk) {
			begun := time.Now()
			after, over := d.pass(3 * time.Hour)
			d.about("given back", after, time.Hour)
			if !over || len(d.warned) != 1 || d.warned[0].Sub(begun) > 61*time.Minute || d.looks > 14 {
				d.t.Errorf("over %v, warned of %v, %d looks", over, d.warned, d.looks)
			}
		},
		"a long cell": func(d *desk) {
			d.busy = true
			if _, over := d.pass(5 * time.Hour); over || len(d.warned) > 0 {
				d.t.Errorf("over %v, warned %v", over, d.warned)
			}
			d.busy = false
			d.use()
			after, over := d.pass(3 * time.Hour)
			d.about("given back", after, time.Hour)
			if !over {
				d.t.Error("never given back")
			}
		},
		"a cell now and then": func(d *desk) {
			for range 8 {
				if _, over := d.pass(45 * time.Minute); over || len(d.warned) > 0 {
					d.t.Fatalf("over %v, warned %v", over, d.warned)
				}
				d.use()
			}
		},
		"a cell after the warning": func(d *desk) {
			if _, over := d.pass(55 * time.Minute); over || d.endsAt.IsZero() {
				d.t.Fatal("no warning")
			}
			d.use()
			if over, _ := d.look(); over || !d.endsAt.IsZero() {
				d.t.Error("the warning stands")
			}
			after, _ := d.pass(3 * time.Hour)
			d.about("given back", after, time.Hour)
		},
		"kept": func(d *desk) {
			_, _ = d.pass(55 * time.Minute)
			d.keep()
			if !d.endsAt.IsZero() {
				d.t.Error("the warning stands")
			}
			after, over := d.pass(3 * time.Hour)
			d.about("given back", after, time.Hour)
			if !over || len(d.warned) != 2 {
				d.t.Errorf("over %v, warned of %v", over, d.warned)
			}
		},
		"the link lost before the warning": func(d *desk) {
			_, _ = d.pass(10 * time.Minute)
			time.Sleep(3 * time.Hour) // nobody can look
			begun := time.Now()
			after, over := d.pass(time.Hour)
			d.about("given back", after, DefaultTiming.IdleWarning)
			if !over || len(d.warned) != 1 || d.warned[0].Sub(begun) < DefaultTiming.IdleWarning {
				d.t.Errorf("over %v, warned of %v: never without a warning in full", over, d.warned)
			}
		},
		"the link lost after the warning": func(d *desk) {
			_, _ = d.pass(55 * time.Minute)
			time.Sleep(8 * time.Minute)
			d.withdraw()
			after, over := d.pass(time.Hour)
			d.about("given back", after, DefaultTiming.IdleWarning)
			if !over || len(d.warned) != 2 {
				d.t.Errorf("over %v, warned of %v", over, d.warned)
			}
		},
		"asleep after the warning": func(d *desk) {
			_, _ = d.pass(55 * time.Minute)
			time.Sleep(2 * time.Hour) // with the lid closed: no timer goes on
			if over, _ := d.look(); over {
				d.t.Error("given back to nobody's knowledge")
			}
			after, over := d.pass(time.Hour)
			d.about("given back", after, DefaultTiming.IdleWarning)
			if !over {
				d.t.Error("never given back")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { day(newDesk(t)) })
		})
	}
}

// TestShortIdleTime: a short time has a short warning.
func TestShortIdleTime(t *testing.T) {
	if i := newActivity(4*time.Minute, DefaultTiming); i.lead != 2*time.Minute {
		t.Errorf("the warning comes %v before", i.lead)
	}
}
