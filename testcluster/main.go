package testcluster

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// shared is the site that the tests of this process share.
var shared struct {
	sync.Mutex
	site *Site
	err  error
}

// Main is for a TestMain: it puts the whole test binary on the laptop, runs
// the tests, stops the shared site and looks for goroutines left over.
func Main(m *testing.M, leaks ...goleak.Option) {
	if err := EnterLaptop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, append(leaks, goleak.Cleanup(func(code int) {
		if err := stopShared(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}))...)
}

// Shared is a site that all tests of this process share: an ordinary one, with
// Modules and CountCalls. It starts at the first call and ends with Main. A
// test leaves it as it found it: no job, no fault, no delay.
func Shared(t testing.TB) *Site {
	t.Helper()
	need(t, sharedOptions)
	shared.Lock()
	defer shared.Unlock()
	if shared.site == nil && shared.err == nil {
		shared.site, shared.err = Open(sharedOptions)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.site
}

func stopShared() error {
	shared.Lock()
	defer shared.Unlock()
	if shared.site == nil {
		return nil
	}
	return shared.site.Stop()
}
