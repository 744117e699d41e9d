// Package future has resources that are made ahead of their use.
package future

import (
	"io"
	"sync"
)

// Future is a resource that a goroutine is making.
type Future[T io.Closer] struct {
	done  chan struct{} // closed when the rest is set
	value T
	err   error
}

// Begin makes it in a goroutine of tasks.
func Begin[T io.Closer](tasks *sync.WaitGroup, work func() (T, error)) *Future[T] {
	f := &Future[T]{done: make(chan struct{})}
	tasks.Go(func() {
		defer close(f.done)
		f.value, f.err = work()
	})
	return f
}

// Wait returns it when it is made; from then on it is the caller's.
func (f *Future[T]) Wait() (T, error) {
	<-f.done
	return f.value, f.err
}

// Discard waits for a resource that is not needed, and closes it; its context must have
// ended. It may be called on nil.
func (f *Future[T]) Discard() {
	if f == nil {
		return
	}
	if value, err := f.Wait(); err == nil {
		_ = value.Close()
	}
}
