//go:build unix

package e2e

import (
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// A test's set-up is a site, and on it a window of an editor or the program in a terminal. What
// breaks a site, or leaves anything on it, has one of its own; the others share some. Tests that
// prepare their site first call testcluster.Start or testcluster.Shared, and then openWindow or run.

// startWindow opens a window on a site of the test's own.
func startWindow(t *testing.T, options testcluster.Options, settings ...setting) (*testcluster.Site, *window) {
	t.Helper()
	site := testcluster.Start(t, options)
	return site, openWindow(t, site, settings...)
}

// sharedWindow opens a window on a shared site.
func sharedWindow(t *testing.T, settings ...setting) (*testcluster.Site, *window) {
	t.Helper()
	site := testcluster.Shared(t)
	return site, openWindow(t, site, settings...)
}

// startProgram runs sunpyter start on the laptop of a site of the test's own.
func startProgram(t *testing.T, args ...string) (*testcluster.Site, *program) {
	t.Helper()
	site := testcluster.Start(t, testcluster.Options{})
	return site, run(t, site, args...)
}

// sharedProgram runs sunpyter start on the laptop of a shared site.
func sharedProgram(t *testing.T, args ...string) (*testcluster.Site, *program) {
	t.Helper()
	site := testcluster.Shared(t)
	return site, run(t, site, args...)
}
