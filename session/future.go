package session

import (
	"io"
	"sync"
)

// future is a resource that a goroutine is making.
type future[T io.Closer] struct {
	done  chan struct{} // closed when the rest is set
	value T
	err   error
}

// begin makes it in a goroutine of tasks.
func begin[T io.Closer](tasks *sync.WaitGroup, work func() (T, error)) *future[T] {
	f := &future[T]{done: make(chan struct{})}
	tasks.Go(func() {
		defer close(f.done)
		f.value, f.err = work()
	})
	return f
}

// wait returns it when it is made; from then on it is the caller's.
func (f *future[T]) wait() (T, error) {
	<-f.done
	return f.value, f.err
}

// discard waits for a resource that is not needed, and closes it; its context must have
// ended. It may be called on nil.
func (f *future[T]) discard() {
	if f == nil {
		return
	}
	if value, err := f.wait(); err == nil {
		_ = value.Close()
	}
}
