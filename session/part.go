package session

import "time"

// part is for an owner who goes: the lease is renewed once more, for grace. But
// where the next owner has to ask a person before it is connected, it is not
// shortened: people take longer than a window that reloads.
func (s *Session) part(grace time.Duration) {
	s.kept = true
	if s.login == nil || !s.login.NeedsPerson() {
		s.grace = grace
	}
}
