package nodeconn

import "sync"

// waiters are the callers that wait for the agent's next report of one kind.
type waiters[T any] struct {
	mu      sync.Mutex
	waiting []chan<- T
}

// next returns a channel for the next report.
func (s *waiters[T]) next() <-chan T {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan T, 1)
	s.waiting = append(s.waiting, ch)
	return ch
}

func (s *waiters[T]) report(value T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.waiting {
		ch <- value
	}
	s.waiting = nil
}
