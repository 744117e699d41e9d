//go:build unix

package e2e

import (
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// TestMain puts the tests on the site's laptop.
func TestMain(m *testing.M) { testcluster.Main(m) }
