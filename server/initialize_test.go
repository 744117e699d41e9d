package server

import (
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

// The answer to initialize names the version that will be spoken, and who speaks it.
func TestInitializeSaysItsVersion(t *testing.T) {
	s := newTestServer(t, nil)
	result, err := s.Initialize(t.Context(), &protocol.InitializeParams{ProtocolVersion: protocol.Version})
	if err != nil {
		t.Fatal(err)
	}
	if result.ProtocolVersion != protocol.Version || result.ServerInfo.Name != "sunpyter" || result.ServerInfo.Version != "test" {
		t.Errorf("answered %+v", result)
	}
}
