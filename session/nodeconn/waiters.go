package nodeconn

import (
	"context"
	"sync"
)

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

// ask sends a request to the agent, whose answer all that wait for one get.
func ask[T any](ctx context.Context, w *Conn, answers *waiters[T], request string) (answer T, err error) {
	next := answers.next()
	if err := w.agent.Send("%s", request); err != nil {
		return answer, w.Lost()
	}
	select {
	case answer = <-next:
		return answer, nil
	case <-w.conn.Done():
		return answer, w.Lost()
	case <-ctx.Done():
		return answer, context.Cause(ctx)
	}
}
