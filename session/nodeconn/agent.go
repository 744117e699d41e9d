package nodeconn

import (
	"context"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
)

// useMeter has what the job uses, and who waits for the next look at it.
type useMeter struct {
	mu      sync.Mutex
	meter   remote.UseMeter
	waiting waiters[remote.Use]
}

// AskUse asks the agent what the job uses, without the GPUs; its answer is a line.
func (w *Conn) AskUse() error { return w.agent.Send("use") }

// UseReported takes the agent's answer, and returns what it says.
func (w *Conn) UseReported(rest string) (remote.Use, bool) {
	w.use.mu.Lock()
	use, ok := w.use.meter.Add(rest)
	w.use.mu.Unlock()
	if ok {
		w.use.waiting.report(use)
	}
	return use, ok
}

const (
	// useTimeout bounds the wait for the agent's answer.
	useTimeout = 15 * time.Second
	// usePause is after how long a job is looked at again, if it was not before: what
	// its CPUs do is known from two looks.
	usePause = time.Second
)

// Use looks at what the job uses now. Somebody else reads w's lines.
func (w *Conn) Use(ctx context.Context) (remote.Use, error) {
	ctx, cancel := context.WithTimeout(ctx, useTimeout)
	defer cancel()
	use, err := w.lookAtUse(ctx)
	if err != nil || use.CPUPercent >= 0 || use.MemoryMiB == 0 && use.MostCPUPercent < 0 {
		return use, err
	}
	select {
	case <-time.After(usePause):
	case <-ctx.Done():
	}
	return w.lookAtUse(ctx)
}

func (w *Conn) lookAtUse(ctx context.Context) (remote.Use, error) {
	use, err := ask(ctx, w, &w.use.waiting, "use gpus")
	if err != context.DeadlineExceeded { //nolint:errorlint // our own deadline is not wrapped
		return use, err
	}
	return remote.Use{}, &fault.Error{Code: fault.ConnectTimeout, Tried: "looking at what the kernel uses", Answer: "the node did not answer within 15 s",
		Advice: "It may be very busy. Try again."}
}

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
