package testcluster

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"

	"go.uber.org/goleak"
)

// sharedOptions are those of the site that a test binary shares.
var sharedOptions = Options{Modules: true, CountCalls: true}

// shared has the sites that later tests of this process can reuse; no more run at once.
var shared = make(chan *Site, 64)

// Main is for a TestMain: it puts the whole test binary on the laptop, runs
// the tests, stops the shared sites and checks for leaked goroutines. However the
// binary ends, no process that it has started stays on the laptop.
func Main(m *testing.M, leaks ...goleak.Option) {
	err := EnterLaptop()
	lives, clearErr := clearLaptop()
	if err := errors.Join(err, clearErr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, append(leaks, goleak.Cleanup(func(code int) {
		if err := stopShared(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		runtime.KeepAlive(lives) // it is open to the end
		os.Exit(code)
	}))...)
}

// Shared returns a site that the test has for itself while it runs and that later tests
// of this process reuse: an ordinary one, with Modules and CountCalls. It is started
// when none is free, and stopped by Main. A test leaves it as it found it: no job, no
// fault, no delay. After a failed test it is stopped, since leftovers would fail the
// next test.
func Shared(t testing.TB) *Site {
	t.Helper()
	requireSite(t, sharedOptions)
	site := takeShared()
	if site == nil {
		var err error
		if site, err = Open(sharedOptions); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if !t.Failed() {
			shared <- site
		} else if err := site.Stop(); err != nil {
			t.Error(err)
		}
	})
	return site
}

// takeShared takes a free site; nil if there is none.
func takeShared() *Site {
	select {
	case site := <-shared:
		return site
	default:
		return nil
	}
}

func stopShared() error {
	var errs []error
	for site := takeShared(); site != nil; site = takeShared() {
		errs = append(errs, site.Stop())
	}
	return errors.Join(errs...)
}
