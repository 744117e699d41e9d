package session

import (
	"testing"
	"time"
)

// line is a login that needs a person, or does not.
type line struct {
	Login
	needs bool
}

func (l line) NeedsPerson() bool { return l.needs }

func TestTheLeaseOfOneWhoGoes(t *testing.T) {
	for name, row := range map[string]struct {
		login Login
		want  time.Duration
	}{
		"never connected": {nil, time.Second},
		"kept, or by key": {line{}, time.Second},
		"needs a person":  {line{needs: true}, time.Minute},
	} {
		s := &Session{grace: time.Minute, login: row.login}
		if s.part(time.Second); s.grace != row.want || !s.kept {
			t.Errorf("%s: %v, kept %v", name, s.grace, s.kept)
		}
	}
}
