package future

import (
	"errors"
	"sync"
	"testing"
)

type resource struct{ closed bool }

func (r *resource) Close() error { r.closed = true; return nil }

func TestFuture(t *testing.T) {
	var tasks sync.WaitGroup
	used, unused := &resource{}, &resource{}
	f := Begin(&tasks, func() (*resource, error) { return used, nil })
	if got, err := f.Wait(); got != used || err != nil || used.closed {
		t.Errorf("got %v, %v", got, err)
	}
	Begin(&tasks, func() (*resource, error) { return unused, nil }).Discard()
	if !unused.closed {
		t.Error("a resource that is not needed stays open")
	}
	failed := Begin(&tasks, func() (*resource, error) { return nil, errors.New("no") })
	failed.Discard() // there is nothing to close
	var none *Future[*resource]
	none.Discard()
	tasks.Wait()
}
