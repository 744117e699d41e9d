package rpc

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/sa2c/sunpyter/internal/pace"
)

func TestMain(m *testing.M) {
	patience = pace.Limit(patience)
	goleak.VerifyTestMain(m)
}
