package envapi

import (
	"context"
	"errors"
	"testing"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/session/store"
)

// TestModulesAreListedInTheBackground: once at a time for each login node, and remembered, also if that is not all; not
// after a failure; and nothing is left when the client is gone.
func TestModulesAreListedInTheBackground(t *testing.T) {
	m := newModules(zap.NewNop())
	here, there := store.Place{Host: "here"}, store.Place{Host: "there"}
	proceed := make(chan error)
	calls := 0
	find := func(context.Context) (environments.Result, error) {
		calls++
		err := <-proceed
		return environments.Result{Environments: []environments.Environment{{Kind: environments.Module, Name: "python/3"}}}, err
	}
	m.list(here, find)
	done := m.list(here, find)
	proceed <- errors.New("the connection was lost")
	<-done
	if _, known := m.find(here); known || calls != 1 {
		t.Errorf("after a failure: known %t, %d calls", known, calls)
	}
	done = m.list(here, find)
	proceed <- nil
	<-done
	if known, ok := m.find(here); !ok || known.all || len(known.modules) != 1 || calls != 2 {
		t.Errorf("%+v %t, %d calls", known, ok, calls)
	}

	done = m.list(there, func(ctx context.Context) (environments.Result, error) {
		<-ctx.Done()
		return environments.Result{}, ctx.Err()
	})
	m.close()
	<-done
	<-m.list(here, find)
	if calls != 2 {
		t.Error("it is asked after the end")
	}
}
