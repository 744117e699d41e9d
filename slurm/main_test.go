package slurm

import (
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// TestMain puts the tests on the site's laptop.
func TestMain(m *testing.M) { testcluster.Main(m) }
